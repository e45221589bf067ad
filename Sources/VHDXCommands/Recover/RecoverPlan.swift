import Bytes
import Checking
import VHDX
import VHDXJudges

/// What opening does to an image's log, found out over an overlay: nothing is written here.
struct RecoverPlan {
  /// Whether the image can be used afterwards.
  enum Verdict {
    case nothingToDo
    /// The log is not empty and opening leaves it so: only with a mistake.
    case openedWithoutReplay
    case recovers(RecoverySummary)
    case refused(RecoverRefusal)
  }

  let profile: RecoveryProfile
  let headers: HeaderPair
  /// `nil` where the headers name none.
  let current: CurrentHeader?
  /// What the ring holds; `nil` where the log is empty or has no place.
  let search: LogSearchReport?
  let outcome: RecoveryOutcome
  let verdict: Verdict
  /// What the image does not open for once its log is dealt with.
  let openingError: FormatError?
  /// Where the profile's program opens images in two ways: what each says of this one, once its log is
  /// dealt with.
  let openings: [ProgramOpening]
  /// What is broken by the specification, whatever the profile, as `check` and `inspect` say it.
  let problems: [RecoverRefusal]
  let overlay: OverlayImage

  init(_ image: any ImageFile, profile: RecoveryProfile, options: RecoveryOptions) {
    self.profile = profile
    headers = HeaderPair(reading: image)
    let reading = profile.readingOptions
    current = try? headers.current(reading.headers, fileByteCount: image.byteCount)
    search = Self.search(image, current, profile)
    overlay = OverlayImage(image)
    outcome = Recovery(profile: profile, options: options).run(on: overlay, searched: search)
    var error = Self.openingError(overlay, after: outcome, options: reading)
    if let cut = error, Self.isCutShortByReplay(image, profile, outcome, options, overlay) {
      error?.hint = cut.hint + " " + Self.missingGrowth
    }
    openingError = error
    openings = ProgramOpening.all(profile, overlay, after: outcome)
    let place = RecoverRefusal.Place(current: current, active: search?.active, file: image)
    let findings = VHDXFindings(image)
    problems = findings.problems(
      detailed: findings.refusal.map { [RecoverRefusal($0, place)] } ?? [])
    verdict =
      switch outcome {
      case .refused(let refusal): .refused(RecoverRefusal(refusal, place))
      case .neverEnds: .refused(.neverEnds)
      case .openedWithoutReplay: .openedWithoutReplay
      case .notNeeded: openingError.map { .refused(RecoverRefusal($0)) } ?? .nothingToDo
      case .recovered(let summary):
        openingError.map { .refused(RecoverRefusal($0)) } ?? .recovers(summary)
      }
  }

  var fileByteCountBefore: UInt64 { overlay.base.byteCount }

  /// The length that the recovered file has; `nil` where there is none.
  var fileByteCountAfter: UInt64? { outcome.opens ? overlay.byteCount : nil }

  /// The header after the last change.
  var currentAfter: CurrentHeader? {
    guard case .recovered = outcome else { return nil }
    return try? HeaderPair(reading: overlay)
      .current(profile.readingOptions.headers, fileByteCount: overlay.byteCount)
  }

  private static func search(
    _ image: any ImageFile, _ current: CurrentHeader?, _ profile: RecoveryProfile
  ) -> LogSearchReport? {
    guard let header = current?.header, !header.logGUID.isZero, header.logByteCount > 0,
      header.logByteCount % UInt32(LogRing.sectorByteCount) == 0, let range = header.logRange
    else { return nil }
    return LogSearch.run(
      LogRing(image, range: range), logGUID: header.logGUID, profile: profile)
  }

  /// Why a block can end after the file that a replay leaves.
  private static let missingGrowth =
    "Its replay leaves the file shorter than the log's newest entry says, which costs the whole "
    + "image: a replay by the specification makes it as long (--profile exact)."

  /// Whether the specification's replay leaves a longer file than the one with the profile's mistakes.
  private static func isCutShortByReplay(
    _ image: any ImageFile, _ profile: RecoveryProfile, _ outcome: RecoveryOutcome,
    _ options: RecoveryOptions, _ left: OverlayImage
  ) -> Bool {
    guard case .recovered = outcome, profile.bugs.contains(.noGrowthAtMebibyte) else {
      return false
    }
    let exact = OverlayImage(image)
    guard case .recovered = Recovery(options: options).run(on: exact) else { return false }
    return exact.byteCount > left.byteCount
  }

  fileprivate static func openingError(
    _ image: any ImageFile, after outcome: RecoveryOutcome, options: ImageReadingOptions
  ) -> FormatError? {
    switch outcome {
    case .notNeeded, .recovered: break
    case .refused, .neverEnds, .openedWithoutReplay: return nil
    }
    do throws(FormatError) {
      _ = try VHDXImage(reading: image, options: options)
      return nil
    } catch {
      return error
    }
  }
}

/// One of the two ways in which QEMU opens an image, and what it says once the log is dealt with.
struct ProgramOpening {
  /// `qemu-img check`, or all the others.
  var by: String
  /// `nil` where the image opens.
  var error: FormatError?

  /// Both ways; none for a profile that knows one only, and where the log already decides.
  static func all(
    _ profile: RecoveryProfile, _ left: any ImageFile, after outcome: RecoveryOutcome
  ) -> [ProgramOpening] {
    guard profile.readsHeadersAsQEMU else { return [] }
    switch outcome {
    case .notNeeded, .recovered: break
    case .refused, .neverEnds, .openedWithoutReplay: return []
    }
    return [
      ("a guest, qemu-io and qemu-nbd", ImageReadingOptions.qemu), ("qemu-img check", .qemuCheck),
    ].map { by, options in
      ProgramOpening(
        by: by, error: RecoverPlan.openingError(left, after: outcome, options: options))
    }
  }
}

/// What replay changes, by kind.
struct RecoverTotals {
  private(set) var dataCount = 0
  private(set) var dataByteCount: UInt64 = 0
  private(set) var zeroCount = 0
  private(set) var zeroByteCount: UInt64 = 0
  private(set) var resizeCount = 0
  private(set) var headerWriteCount = 0
  private(set) var flushCount = 0

  /// - Parameter changes: those of a recovery that went through: its first two writes and its last
  ///   two are headers.
  init(_ changes: [ImageChange]) {
    let writes = changes.indices.filter { if case .write = changes[$0] { true } else { false } }
    let headers = Set(writes.prefix(2) + writes.suffix(2))
    for (index, change) in changes.enumerated() {
      switch change {
      case .write where headers.contains(index): headerWriteCount += 1
      case .write(_, let bytes):
        dataCount += 1
        dataByteCount += UInt64(bytes.count)
      case .zero(let range):
        zeroCount += 1
        zeroByteCount += range.byteCount
      case .resize: resizeCount += 1
      case .flush: flushCount += 1
      }
    }
  }
}

import Bytes
import Checking
import CrashStates
import VHDX

/// Recovers what a power cut within a recovery left. What the second recovery does follows from the two
/// headers, the log and the file's length alone; the log is as it was, so that states with the same
/// headers share one recovery.
final class RecrashRecovery {
  /// What a recovery does to all images with the same headers, log and length.
  struct Outcome {
    var outcome: RecoveryOutcome
    /// Everything that it does, in order.
    var changes: [ImageChange]
    var effect: Effect
    /// The header that the image goes by afterwards.
    var header: VHDXHeader?
    /// The length of the file afterwards.
    var byteCount: UInt64
    /// What breaks a rule whatever else the image holds.
    var violations: [Violation]
    /// Whether another image with these headers has the same outcome.
    var isShared: Bool
  }

  /// What a second recovery does to everything but headers.
  enum Effect {
    /// What the first one did.
    case same
    case nothing
    case other
  }

  private struct Key: Hashable {
    var headers: Digest128
    var byteCount: UInt64
  }
  /// What persisted of the changes of headers.
  private struct HeaderCut: Hashable {
    var count: Int
    var lost: [Int]
    var torn: Tear?
    var byteCount: UInt64
  }

  private let profile: RecoveryProfile
  private let image: StateImage
  private let changes: [ImageChange]
  /// What the first recovery did to everything but headers.
  private let replayed: [ImageChange]
  private let current: CurrentHeader?
  /// The changes that touch the header section in front of the region tables.
  private let headerChangeIndices: [Int]
  /// What a recovery reads.
  private let read: [ByteRange]
  private let isLogChanged: Bool
  /// What a search of the log finds, as long as nothing changes it.
  private lazy var searched: LogSearchReport? = current.flatMap { current in
    current.header.logRange.map { range in
      LogSearch.run(
        LogRing(image, range: range), logGUID: current.header.logGUID, profile: profile)
    }
  }
  private var byHeaderCut: [HeaderCut: Outcome] = [:]
  private var byHeaders: [Key: Outcome] = [:]

  static let headers = ByteRange(
    byteOffset: 0, byteCount: RegionTableSlot.first.byteOffset)
  private static let options = ImageJudgeOptions(judgesWarnings: false)

  init(_ profile: RecoveryProfile, _ image: StateImage, _ changes: [ImageChange]) {
    self.profile = profile
    self.image = image
    self.changes = changes
    replayed = changes.contents(onFileOf: image.byteCount)
    current = profile.currentHeader(of: image)
    let log = current?.header.logRange
    read = [Self.headers] + (log.map { [$0] } ?? [])
    isLogChanged = changes.contains { change in
      guard let range = change.range, let log else { return false }
      return range.overlaps(log)
    }
    headerChangeIndices = changes.indices.filter { index in
      changes[index].range?.overlaps(Self.headers) ?? false
    }
  }

  /// - Parameters:
  ///   - byteCount: the length of the file there.
  ///   - file: the image of `cut`, made only where it is needed.
  /// - Returns: what a second recovery does, and whether it was carried out for this cut first.
  func outcome(
    of cut: RecoveryCut, byteCount: UInt64, file: () -> OverlayImage
  ) -> (outcome: Outcome, isNew: Bool) {
    let key = HeaderCut(
      count: headerChangeIndices.count { $0 < cut.cut },
      lost: cut.lost.filter { headerChangeIndices.contains($0) },
      torn: cut.torn.flatMap { headerChangeIndices.contains($0.entryIndex) ? $0 : nil },
      byteCount: byteCount)
    if let known = byHeaderCut[key] { return (known, false) }
    let file = file()
    let headersKey = Key(headers: Self.digest(ofHeadersIn: file), byteCount: byteCount)
    if let known = byHeaders[headersKey] {
      byHeaderCut[key] = known
      return (known, false)
    }
    let outcome = recover(file)
    if outcome.isShared {
      byHeaderCut[key] = outcome
      byHeaders[headersKey] = outcome
    }
    return (outcome, true)
  }

  /// The header that an image goes by.
  func header(of file: any ImageFile) -> VHDXHeader? { profile.currentHeader(of: file)?.header }

  private static func digest(ofHeadersIn file: OverlayImage) -> Digest128 {
    let pair = HeaderPair(reading: file)
    return Checksum.xxh3Wide(pair.first.bytes + pair.second.bytes)
  }

  private func recover(_ file: OverlayImage) -> Outcome {
    let overlay = OverlayImage(file)
    let watched = WatchedImage(overlay, expected: read)
    let now = profile.currentHeader(of: file)?.header
    let isSearched =
      !isLogChanged && now?.logGUID == current?.header.logGUID
      && now?.logRange == current?.header.logRange
    let outcome = Recovery(profile: profile).run(
      on: watched, searched: isSearched ? searched : nil)
    return Outcome(
      outcome: outcome, changes: overlay.changes,
      effect: effect(of: overlay.changes, onFileOf: file.byteCount),
      header: profile.currentHeader(of: overlay)?.header, byteCount: overlay.byteCount,
      violations: violations(of: file, outcome, isSearched: isSearched),
      isShared: !isLogChanged && watched.readsAsExpected)
  }

  private func effect(of changes: [ImageChange], onFileOf byteCount: UInt64) -> Effect {
    let contents = changes.contents(onFileOf: byteCount)
    if contents == replayed { return .same }
    return contents.isEmpty ? .nothing : .other
  }

  /// S05, D09 and the rules of headers.
  private func violations(
    of file: OverlayImage, _ outcome: RecoveryOutcome, isSearched: Bool
  ) -> [Violation] {
    var violations: [Violation] = []
    let expected = ExpectedRecovery(file, options: RecoveryOptions())
    if expected.refusal?.kind == .noActiveSequence {
      violations.append(
        Violation(
          by: .recrashRecovery, .s05,
          "LogGuid is set, and the log holds no active sequence any more"))
    }
    switch outcome {
    case .refused(let refusal):
      violations.append(
        Violation(by: .recrashRecovery, .d09, "the image is refused by now: \(refusal)"))
    case .neverEnds:
      violations.append(Violation(by: .recrashRecovery, .d09, "opening the image again never ends"))
    case .notNeeded, .recovered, .openedWithoutReplay: break
    }
    return violations + HeaderSectionJudge(options: Self.options).judge(file).violations
  }
}

extension RecoveryProfile {
  func currentHeader(of file: any ImageFile) -> CurrentHeader? {
    let options: HeaderReadingOptions = readsHeadersAsQEMU ? .qemu : .strict
    return try? HeaderPair(reading: file).current(options, fileByteCount: file.byteCount)
  }
}

extension ImageChange {
  /// Whether it is one of the two headers, as recoveries write them.
  var isInHeaders: Bool {
    guard case .write(let byteOffset, let bytes) = self else { return false }
    return HeaderSlot.allCases.contains {
      $0.byteOffset == byteOffset && bytes.count <= VHDXHeader.byteCount
    }
  }
}

extension [ImageChange] {
  /// Those that change what a file holds, but for headers: growth only adds zeroes.
  fileprivate func contents(onFileOf firstByteCount: UInt64) -> [ImageChange] {
    var byteCount = firstByteCount
    return filter { change in
      let oldByteCount = byteCount
      switch change {
      case .flush: return false
      case .resize(let newByteCount):
        byteCount = newByteCount
        return newByteCount < oldByteCount
      case .write, .zero:
        byteCount = Swift.max(byteCount, change.range?.endByteOffset ?? 0)
        return !change.isInHeaders
      }
    }
  }
}

/// Notes whether a recovery reads only what it is expected to.
private final class WatchedImage: WritableImageFile {
  private let file: OverlayImage
  private let expected: [ByteRange]
  private(set) var readsAsExpected = true

  var byteCount: UInt64 { file.byteCount }

  init(_ file: OverlayImage, expected: [ByteRange]) {
    self.file = file
    self.expected = expected
  }

  func read(_ range: ByteRange) -> [UInt8] {
    let isExpected = expected.contains {
      $0.byteOffset <= range.byteOffset && range.endByteOffset <= $0.endByteOffset
    }
    if !isExpected { readsAsExpected = false }
    return file.read(range)
  }

  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    file.knownZeroByteCount(at: byteOffset)
  }

  func write(_ bytes: [UInt8], at byteOffset: UInt64) { file.write(bytes, at: byteOffset) }

  func zero(_ range: ByteRange) { file.zero(range) }

  func resize(toByteCount byteCount: UInt64) { file.resize(toByteCount: byteCount) }

  func flush() { file.flush() }
}

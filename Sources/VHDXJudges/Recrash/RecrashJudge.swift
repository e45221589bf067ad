import Bytes
import Checking
import CrashStates
import Rules
import VHDX

/// The tier `recrash`: the power fails again while a crash state is recovered, at every change that
/// recovery makes. What is left must open, and recovering it must leave what the first recovery would
/// have left (rules D08 and D09; S05 and the rules of headers, as for every state).
///
/// The same virtual disk keeps the same promises: D01 to D07 need no second look.
struct RecrashJudge: SecondCrashJudge {
  /// Of a longer recovery an even part is gone through.
  static let maximumStateCount = 1 << 12
  /// A longer recovery is not cut: a log of millions of descriptors is no writer's.
  static let maximumChangeCount = 1 << 16

  private let profile: RecoveryProfile
  private let seed: UInt64
  private let maximumStateCount: Int

  init(
    _ profile: RecoveryProfile, seed: UInt64, maximumStateCount: Int = maximumStateCount
  ) {
    self.profile = profile
    self.seed = seed
    self.maximumStateCount = maximumStateCount
  }

  /// Once for all states that share a recovery.
  ///
  /// - Parameter recovered: what recovery made of `image`; where it does not open, or has nothing to do,
  ///   there is nothing to judge.
  /// - Returns: with the violations and their states, the first of each rule with evidence.
  func judge(_ image: StateImage, _ recovered: OpenedState) -> SecondCrashFindings {
    var findings = SecondCrashFindings()
    let changes = recovered.changes
    guard recovered.opens, !changes.isEmpty else { return findings }
    let steps = RecoverySteps(changes)
    let cuts = RecoveryCuts(
      steps, unitByteCount: image.history.sectorByteCount, seed: seed,
      maximumCount: maximumStateCount)
    findings.totalCount = cuts.totalCount
    guard changes.count <= Self.maximumChangeCount, let digests = RecrashDigests(image, changes)
    else { return findings }
    let pass = RecrashPass(profile, image, recovered)
    // The first crash as it was is judged as itself.
    var judged: Set<Digest128> = [digests.digest(of: RecoveryCut(cut: 0))]
    for cut in cuts {
      findings.goneCount += 1
      let digest = digests.digest(of: cut)
      guard judged.insert(digest).inserted else { continue }
      findings.digests.append(digest)
      findings.violations += pass.judge(cut, byteCount: digests.byteCount(of: cut))
    }
    return findings
  }
}

/// All cuts of one recovery.
private final class RecrashPass {
  private let image: StateImage
  private let first: OpenedState
  private let recovery: RecrashRecovery
  /// Where the last of them stands.
  private let replayedCount: Int
  private lazy var wanted = first.file(over: image)
  private lazy var wantedHeader = recovery.header(of: wanted)
  private lazy var names = StructureNames(wanted)
  private var explained: Set<Rule> = []

  /// How many files are still compared byte by byte; once one was wrong, the others are only counted.
  private var comparisonsLeft = 256

  private static let maximumLineCount = 8

  init(_ profile: RecoveryProfile, _ image: StateImage, _ first: OpenedState) {
    self.image = image
    self.first = first
    recovery = RecrashRecovery(profile, image, first.changes)
    replayedCount =
      first.changes.lastIndex { $0 != .flush && !$0.isInHeaders }.map { $0 + 1 } ?? 0
  }

  func judge(_ cut: RecoveryCut, byteCount: UInt64) -> [Violation] {
    func file() -> OverlayImage { OverlayImage(image, cut.kept(of: first.changes)) }
    let (second, isNew) = recovery.outcome(of: cut, byteCount: byteCount, file: file)
    var violations = isNew ? second.violations : []
    if second.outcome.opens { violations += differences(cut, second, file) }
    return violations.map { located($0, cut, second) }
  }

  /// Nothing where the second recovery leaves what the first one would have left.
  private func differences(
    _ cut: RecoveryCut, _ second: RecrashRecovery.Outcome, _ file: () -> OverlayImage
  ) -> [Violation] {
    if second.byteCount != wanted.byteCount {
      return [violation("a file of \(second.byteCount) instead of \(wanted.byteCount) bytes")]
    }
    if let header = second.header, let wantedHeader, !header.means(wantedHeader) {
      return [
        violation("LogGuid \(header.logGUID) instead of \(wantedHeader.logGUID), or another log")
      ]
    }
    if isReplayed(cut, second) || comparisonsLeft == 0 { return [] }
    if explained.contains(.d08) { comparisonsLeft -= 1 }
    let again = OverlayImage(file(), second.changes)
    guard let sector = SectorDifference(again, wanted).sectors.first else { return [] }
    let place = differingByte(again, sector)
    let name = names.name(of: ByteRange(byteOffset: place, byteCount: 1))
    var found = violation("byte \(place) differs, \(name)")
    if explained.contains(.d08) { return [found] }
    found.evidence = [differingBytes(again, place)]
    return [found] + structureViolations(of: again)
  }

  /// Every change is a blind overwrite: the file is right where the second recovery does what the first
  /// did, and where it does nothing for the first had done everything.
  private func isReplayed(_ cut: RecoveryCut, _ second: RecrashRecovery.Outcome) -> Bool {
    if second.effect == .same { return true }
    guard second.effect == .nothing, cut.cut >= replayedCount else { return false }
    let harmed = cut.lost + (cut.torn.map { [$0.entryIndex] } ?? [])
    return harmed.allSatisfy { first.changes[$0].isInHeaders }
  }

  private func violation(_ difference: String) -> Violation {
    Violation(
      by: .recrashJudge, .d08,
      "recovered again, the image is not what it would have been: \(difference)")
  }

  /// The rules of regions, metadata and block table, of an image that is not what it should be.
  private func structureViolations(of file: OverlayImage) -> [Violation] {
    let options = ImageJudgeOptions(judgesWarnings: false)
    let current = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    let structures = ImageStructures(judging: file, current: current, options: options)
    guard let (regions, metadata) = structures.parts else { return structures.violations }
    return structures.violations
      + BlockTableJudge().judge(
        file, region: regions.blockTable.range, parameters: metadata.parameters,
        occupied: regions.occupied)
  }

  private func located(
    _ violation: Violation, _ cut: RecoveryCut, _ second: RecrashRecovery.Outcome
  ) -> Violation {
    var violation = violation
    var state = image.state
    state.recovery = cut
    violation.state = state
    // Of the others of its rule only the count is kept.
    guard explained.insert(violation.rule).inserted else { return violation }
    var lines = [
      "the power fails again after \(cut.cut) of recovery's \(first.changes.count) changes"
    ]
    lines += cut.lost.prefix(Self.maximumLineCount).map { "lost: \(name($0))" }
    if cut.lost.count > Self.maximumLineCount {
      lines.append("and \(cut.lost.count - Self.maximumLineCount) more")
    }
    if let torn = cut.torn { lines.append("torn: \(name(torn.entryIndex)), kept \(torn.shape)") }
    lines += ["the first recovery: \(first.summary)", "the second: \(second.outcome.summary)"]
    violation.evidence = lines + violation.evidence
    return violation
  }

  private func name(_ index: Int) -> String {
    let what: String
    switch first.changes[index] {
    case .write(let byteOffset, let bytes):
      let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
      what = "\(range): \(names.name(of: range))"
    case .zero(let range): what = "zeroes at \(range): \(names.name(of: range))"
    case .resize(let byteCount): what = "the file's new length of \(byteCount) bytes"
    case .flush: what = "a flush"
    }
    return "change \(index), \(what)"
  }

  private func differingByte(_ again: OverlayImage, _ sector: UInt64) -> UInt64 {
    let both = zip(again.sector(at: sector), wanted.sector(at: sector))
    return sector + UInt64(both.enumerated().first { $1.0 != $1.1 }?.offset ?? 0)
  }

  private func differingBytes(_ again: OverlayImage, _ byteOffset: UInt64) -> String {
    let range = ByteRange(byteOffset: byteOffset, byteCount: 16)
    return
      "at byte \(byteOffset): \(again.readPadded(range).hexDigits(separator: " ")), would have "
      + "been \(wanted.readPadded(range).hexDigits(separator: " "))"
  }
}

extension VHDXHeader {
  /// Whether both say the same of the image's contents. A recovery makes a sequence number and a
  /// FileWriteGuid of its own.
  fileprivate func means(_ other: VHDXHeader) -> Bool {
    var other = other
    other.sequenceNumber = sequenceNumber
    other.fileWriteGUID = fileWriteGUID
    return self == other
  }
}

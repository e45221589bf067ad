import Bytes
import Checking
import Scheduling
import Stacks
import VHDX

/// One seed of made-up dirty images: each is recovered, for writing and for reading only, and what
/// recovery did is judged; then our writer opens it, writes, and loses power. A pure function of profile and seed.
public struct DirtyImageRun: Sendable {
  public static let caseCount = 2

  public let profile: RecoveryProfile
  public let seed: Seed
  /// How each image came about, line by line.
  public let notes: [[String]]
  public let judgement: Judgement

  /// - Parameters:
  ///   - profile: whose recovery is under test.
  ///   - bugs: mistakes besides those of the profile.
  public init(profile: RecoveryProfile, bugs: Set<RecoveryBug> = [], seed: Seed) {
    var profile = profile
    profile.bugs.formUnion(bugs)
    self.profile = profile
    self.seed = seed
    var notes: [[String]] = []
    var judgement = Judgement()
    judgement.judgedRules = RecoveryJudge.rules
    if Self.isWritten(profile) { judgement.judgedRules += WriterOpeningJudge.rules }
    for index in 0..<Self.caseCount {
      let image = DirtyImage(seed: seed, index: UInt64(index))
      notes.append(image.notes)
      Self.judge(image, profile, &judgement)
      if judgement.violations.isEmpty { Self.judgeWriting(image, profile, seed, &judgement) }
    }
    judgement.violations.sort { $0.rule.explanationOrder < $1.rule.explanationOrder }
    self.notes = notes
    self.judgement = judgement
  }

  private static func judge(
    _ image: DirtyImage, _ profile: RecoveryProfile, _ judgement: inout Judgement
  ) {
    judgement.distinctStateCount += 1
    judgement.entryCount += image.entryCount
    for access in [RecoveryOptions.Access.readWrite, .readOnly] {
      let options = RecoveryOptions(access: access)
      judgement.stateCount += 1
      judgement.structureStateCount += 1
      let file = OverlayImage(image.file)
      let outcome = Recovery(profile: profile, options: options).run(on: file)
      let seen = RecoveryObservation(outcome, file, isReadOnly: access == .readOnly)
      for violation in RecoveryJudge(options).judge(before: image.file, seen) {
        judgement.add(violation, notes: image.notes)
      }
    }
  }

  /// A writer's opening is judged by a strict reading of the structures, which QEMU's is not.
  private static func isWritten(_ profile: RecoveryProfile) -> Bool {
    !profile.readsHeadersAsQEMU
  }

  /// - Precondition: recovery did nothing wrong, or the writer's opening would say it again.
  private static func judgeWriting(
    _ image: DirtyImage, _ profile: RecoveryProfile, _ seed: Seed, _ judgement: inout Judgement
  ) {
    // No block device ends within a sector.
    guard isWritten(profile), image.file.byteCount % 512 == 0 else { return }
    var stream = RandomStream(seed, .configuration, 6)
    let options = VHDXDisk.Options(recovery: profile, identity: stream.next())
    let contents = image.file.contents
    let judge = WriterOpeningJudge(
      RecoveryOptions(maximumFileByteCount: VHDXDisk.maximumFileByteCount))
    let violations = judge.judge(before: image.file) {
      Continuation.refusal(of: contents, options, seed: seed)
    } goOn: { parameters in
      Continuation(options: options, parameters: parameters, seed: seed).failure(of: contents)
    }
    for violation in violations { judgement.add(violation, notes: image.notes) }
  }
}

extension Judgement {
  /// Keeps the first violation of a rule, with how its image came about, and counts the others.
  fileprivate mutating func add(_ violation: Violation, notes: [String]) {
    if let place = violations.firstIndex(where: { $0.rule == violation.rule }) {
      violations[place].repeatCount += 1
    } else {
      var violation = violation
      violation.evidence += notes.map { "made: \($0)" }
      violations.append(violation)
    }
  }
}

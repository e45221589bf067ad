import Bytes
import Checking
import Scheduling
import VHDX

/// One seed of made-up dirty images: each is recovered, for writing and for reading only, and what
/// recovery did is judged. A pure function of profile and seed.
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
    for index in 0..<Self.caseCount {
      let image = DirtyImage(seed: seed, index: UInt64(index))
      notes.append(image.notes)
      Self.judge(image, profile, &judgement)
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

import Bytes
import Checking
import Scheduling
import Stacks
import VHDX
import VHDXJudges

/// One seed of made-up dirty images: each is recovered, for writing and for reading only, and what
/// recovery did is judged; then our writer opens it, writes, and loses power. A pure function of profile and seed.
package struct DirtyImageRun: Sendable {
  package static let caseCount = 2

  package let profile: RecoveryProfile
  package let seed: Seed
  /// How each image came about, line by line.
  package let notes: [[String]]
  package let judgement: Judgement

  /// - Parameters:
  ///   - profile: whose recovery is under test.
  ///   - bugs: mistakes besides those of the profile.
  package init(profile: RecoveryProfile, bugs: Set<RecoveryBug> = [], seed: Seed) {
    var profile = profile
    profile.bugs.formUnion(bugs)
    self.profile = profile
    self.seed = seed
    var notes: [[String]] = []
    var judgement = Judgement()
    judgement.judgedRules = RecoveryJudge.rules
    var isWritten = false
    for index in 0..<Self.caseCount {
      let image = DirtyImage(seed: seed, index: UInt64(index))
      notes.append(image.notes)
      Self.judge(image, profile, &judgement)
      // What recovery does wrong, the writer's opening would say again.
      guard judgement.violations.isEmpty,
        let violations = Self.writingViolations(image, profile, seed)
      else { continue }
      isWritten = true
      for violation in violations { judgement.add(violation, notes: image.notes) }
    }
    if isWritten { judgement.judgedRules += WriterOpeningJudge.rules }
    judgement.violations.sort { $0.rule.reportOrder < $1.rule.reportOrder }
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

  /// What our writer does wrong with an image; `nil` where it is not asked.
  private static func writingViolations(
    _ image: DirtyImage, _ profile: RecoveryProfile, _ seed: Seed
  ) -> [Violation]? {
    // The structures are read strictly, as QEMU does not. No block device ends within a sector.
    guard !profile.readsHeadersAsQEMU, image.file.byteCount % 512 == 0 else { return nil }
    var stream = RandomStream(seed, .configuration, 6)
    let options = VHDXDisk.Options(recovery: profile, identity: stream.next())
    let contents = image.file.contents
    let judge = WriterOpeningJudge(
      RecoveryOptions(maximumFileByteCount: VHDXDisk.maximumFileByteCount))
    return judge.judge(before: image.file) {
      Continuation.refusal(of: contents, options, seed: seed)
    } goOn: { parameters in
      Continuation(options: options, parameters: parameters, seed: seed).failure(of: contents)
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

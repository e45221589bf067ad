import Bytes
import TestSupport
import Testing
import VHDX

/// Each mistake that recovery can be told to make shows on some made-up image.
@Suite struct RecoveryBugTests {
  private static let pool = Result { try DirtyImagePool() }

  private struct Trace: Equatable {
    var outcome: RecoveryOutcome
    var changes: [ImageChange]
  }

  private func trace(
    _ image: DirtyImage, _ profile: RecoveryProfile, _ access: RecoveryOptions.Access
  ) -> Trace {
    let overlay = OverlayImage(image.file)
    let options = RecoveryOptions(
      access: access, maximumFileByteCount: image.limitByteCount)
    let outcome = Recovery(profile: profile, options: options).run(on: overlay)
    return Trace(outcome: outcome, changes: overlay.changes)
  }

  @Test(arguments: RecoveryBug.allCases)
  func eachMistakeMatters(bug: RecoveryBug) throws {
    let pool = try Self.pool.get()
    let access: RecoveryOptions.Access = bug == .readOnlyWrites ? .readOnly : .readWrite
    var found: UInt64?
    for seed in 1...UInt64(1000) where found == nil {
      let image = pool.image(seed: seed)
      if trace(image, .only(bug), access) != trace(image, .exact, access) { found = seed }
    }
    #expect(found != nil)
  }
}

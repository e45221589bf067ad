import Bytes
import Testing
import VHDX

/// Each mistake that recovery can be told to make shows on some made-up image.
@Suite struct RecoveryBugTests {
  private static let peer = Result { try RecoveryPeer() }

  private struct Trace: Equatable {
    var outcome: RecoveryOutcome
    var changes: [ImageChange]
  }

  private func trace(
    _ image: MemoryImage, _ profile: RecoveryProfile, _ access: RecoveryOptions.Access
  ) -> Trace {
    let overlay = OverlayImage(image)
    let options = RecoveryOptions(
      access: access, maximumFileByteCount: RecoveryPeer.limitByteCount)
    let outcome = Recovery(profile: profile, options: options).run(on: overlay)
    return Trace(outcome: outcome, changes: overlay.changes)
  }

  @Test(arguments: RecoveryBug.allCases)
  func eachMistakeMatters(bug: RecoveryBug) throws {
    let peer = try Self.peer.get()
    let access: RecoveryOptions.Access = bug == .readOnlyWrites ? .readOnly : .readWrite
    var found: UInt64?
    for seed in 1...UInt64(1000) where found == nil {
      let (_, image) = try peer.makeCase(seed: seed)
      if trace(image, .only(bug), access) != trace(image, .exact, access) { found = seed }
    }
    #expect(found != nil)
  }
}

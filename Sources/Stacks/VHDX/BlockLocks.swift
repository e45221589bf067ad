import Scheduling

/// Keeps requests in a block apart from those that give it a place or take it away.
///
/// Data goes in and out of a block under a shared hold, any number at a time; its table entry changes
/// under an exclusive one. Nobody holds two blocks at once.
final class BlockLocks: @unchecked Sendable {
  private struct Hold {
    var sharedCount = 0
    var isExclusive = false
  }

  private let changes: Signal
  private var holds: [UInt64: Hold] = [:]

  init(_ simulation: Simulation) {
    changes = Signal(simulation)
  }

  func lockShared(_ blockIndex: UInt64) async {
    await changes.wait(until: { self.holds[blockIndex]?.isExclusive != true })
    holds[blockIndex, default: Hold()].sharedCount += 1
  }

  func unlockShared(_ blockIndex: UInt64) {
    holds[blockIndex]?.sharedCount -= 1
    if holds[blockIndex]?.sharedCount == 0 { holds[blockIndex] = nil }
    changes.notifyAll()
  }

  func lockExclusive(_ blockIndex: UInt64) async {
    await changes.wait(until: { self.holds[blockIndex] == nil })
    holds[blockIndex] = Hold(isExclusive: true)
  }

  func unlockExclusive(_ blockIndex: UInt64) {
    holds[blockIndex] = nil
    changes.notifyAll()
  }

  /// Turns an exclusive hold into a shared one, with nobody in between.
  func downgrade(_ blockIndex: UInt64) {
    holds[blockIndex] = Hold(sharedCount: 1)
    changes.notifyAll()
  }
}

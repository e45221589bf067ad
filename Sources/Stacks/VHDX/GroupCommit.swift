import BlockDevice
import Scheduling

/// One committer at a time, and one commit for all who came before it began.
final class GroupCommit: @unchecked Sendable {
  private let changes: Signal
  private var startedCount = 0
  private var finishedCount = 0
  private var isRunning = false
  /// Once a commit failed nobody can say what of it is stable.
  private var failure: DeviceError?

  init(_ simulation: Simulation) {
    changes = Signal(simulation)
  }

  /// Returns once a commit that began after this call has ended.
  func join(_ commit: () async throws(DeviceError) -> Void) async throws(DeviceError) {
    let wanted = startedCount + 1
    while finishedCount < wanted {
      if let failure { throw failure }
      if isRunning {
        await changes.wait()
        continue
      }
      isRunning = true
      startedCount += 1
      defer {
        isRunning = false
        changes.notifyAll()
      }
      do {
        try await commit()
      } catch {
        failure = error
        throw error
      }
      finishedCount = startedCount
    }
  }
}

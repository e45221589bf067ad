import Scheduling
import WriteLog

/// How a workload is drawn from a seed.
package struct WorkloadSpecification: Hashable, Sendable {
  package struct Weight: Hashable, Sendable {
    package var action: ClientMark.Action
    package var weight: Int

    package init(_ action: ClientMark.Action, _ weight: Int) {
      self.action = action
      self.weight = weight
    }
  }

  package static let allowedTaskCounts = 1...64
  package static let allowedOperationCounts = 1...100_000

  /// How many client tasks run side by side.
  package var taskCount = 3
  /// How many operations there are, over all tasks and sessions.
  package var operationCount = 24
  /// How often each action is drawn, in a fixed order.
  package var mix: [Weight] = [
    Weight(.write, 8), Weight(.writeZeroes, 3), Weight(.discard, 2), Weight(.flush, 3),
    Weight(.read, 1),
  ]
  /// Of 100 writes and write-zeroes, how many are FUA.
  package var fuaPercent = 15
  /// The longest range of an operation.
  package var maximumByteCount: UInt64 = 16 << 10
  /// Ranges lie below this, so that they overlap; `nil`: anywhere on the device.
  package var hotByteCount: UInt64?
  /// How often the stack is closed and opened again: sessions - 1.
  package var sessionCount = 1
  /// Where ranges lie on a disk that is kept in blocks; `nil`: as if there were none.
  package var blocks: Blocks?

  /// On a disk that is kept in blocks, what happens at their ends and to whole ones is what counts.
  package struct Blocks: Hashable, Sendable {
    package var byteCount: UInt64
    /// The blocks that are used, so that they are met again; at least one.
    package var indices: [UInt64]
    /// Of a block, ranges lie in this much from its start on.
    package var spanByteCount: UInt64
    /// Of 100 write-zeroes and discards, how many cover a whole block.
    package var wholePercent: Int
    /// Of 100 other ranges, how many lie across the end of a block.
    package var acrossPercent: Int
    /// Every task stays with a block of the list for so many operations and goes on to the next one, so
    /// that the tasks meet in blocks that are new; `nil`: each operation draws its block.
    package var sweepOperationCount: Int?

    package init(
      byteCount: UInt64, indices: [UInt64], spanByteCount: UInt64, wholePercent: Int = 50,
      acrossPercent: Int = 5, sweepOperationCount: Int? = nil
    ) {
      self.byteCount = byteCount
      self.indices = indices
      self.spanByteCount = spanByteCount
      self.wholePercent = wholePercent
      self.acrossPercent = acrossPercent
      self.sweepOperationCount = sweepOperationCount
    }
  }

  package init() {}
}

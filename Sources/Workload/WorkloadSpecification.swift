import Scheduling
import WriteLog

/// How a workload is drawn from a seed.
public struct WorkloadSpecification: Hashable, Sendable {
  public struct Weight: Hashable, Sendable {
    public var action: ClientMark.Action
    public var weight: Int

    public init(_ action: ClientMark.Action, _ weight: Int) {
      self.action = action
      self.weight = weight
    }
  }

  public static let allowedTaskCounts = 1...64
  public static let allowedOperationCounts = 1...100_000

  /// How many client tasks run side by side.
  public var taskCount = 3
  /// How many operations there are, over all tasks and sessions.
  public var operationCount = 24
  /// How often each action is drawn, in a fixed order.
  public var mix: [Weight] = [
    Weight(.write, 8), Weight(.writeZeroes, 3), Weight(.discard, 2), Weight(.flush, 3),
    Weight(.read, 1),
  ]
  /// Of 100 writes and write-zeroes, how many are FUA.
  public var fuaPercent = 15
  /// The longest range of an operation.
  public var maximumByteCount: UInt64 = 16 << 10
  /// Ranges lie below this, so that they overlap; `nil`: anywhere on the device.
  public var hotByteCount: UInt64?
  /// How often the stack is closed and opened again: sessions - 1.
  public var sessionCount = 1
  /// Where ranges lie on a disk that is kept in blocks; `nil`: as if there were none.
  public var blocks: Blocks?

  /// On a disk that is kept in blocks, what happens at their ends and to whole ones is what counts.
  public struct Blocks: Hashable, Sendable {
    public var byteCount: UInt64
    /// The blocks that are used, so that they are met again; at least one.
    public var indices: [UInt64]
    /// Of a block, ranges lie in this much from its start on.
    public var spanByteCount: UInt64
    /// Of 100 write-zeroes and discards, how many cover a whole block.
    public var wholePercent: Int
    /// Of 100 other ranges, how many lie across the end of a block.
    public var acrossPercent: Int
    /// Every task stays with a block of the list for so many operations and goes on to the next one, so
    /// that the tasks meet in blocks that are new; `nil`: each operation draws its block.
    public var sweepOperationCount: Int?

    public init(
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

  public init() {}
}

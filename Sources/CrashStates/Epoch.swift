/// What is certain and what is not at a cut.
public struct Epoch: Equatable, Sendable {
  /// The entries before this one are durable: a flush covered them. The entry itself is that flush,
  /// whose own data, where it has some, is not covered.
  public var durableEntryCount: Int
  /// The entries since then that may have persisted or not, ascending: writes, discards and size
  /// changes without FUA.
  public var optionalEntryIndices: [Int]

  public init(durableEntryCount: Int, optionalEntryIndices: [Int]) {
    self.durableEntryCount = durableEntryCount
    self.optionalEntryIndices = optionalEntryIndices
  }
}

/// What is certain and what is not at a cut.
package struct Epoch: Equatable, Sendable {
  /// The entries before this one are durable: a flush covered them. The entry itself is that flush,
  /// whose own data, where it has some, is not covered.
  package var durableEntryCount: Int
  /// The entries since then that may have persisted or not, ascending: writes, discards and size
  /// changes without FUA.
  package var optionalEntryIndices: [Int]

  package init(durableEntryCount: Int, optionalEntryIndices: [Int]) {
    self.durableEntryCount = durableEntryCount
    self.optionalEntryIndices = optionalEntryIndices
  }
}

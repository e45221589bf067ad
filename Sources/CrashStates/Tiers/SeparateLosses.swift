import Bytes

extension DiskHistory {
  /// As many entries after the lost ones are looked at before it is no longer cheaper than looking
  /// into the blocks: a few nanoseconds each, against half a microsecond for a state.
  private static let maximumSearchCount = 256

  /// The sum of a state in which nothing touched again what a lost entry touched; `nil` where something
  /// did, or where that takes long to find out.
  ///
  /// Without such an entry its units hold what they held before it. So the state's sum is that of its
  /// cut less what the entry had changed then, and no block is looked into. Most losses are like this:
  /// an epoch is short against the disk.
  func sumOfSeparateLosses(_ state: CrashState) -> StateSum? {
    guard state.isPlain else { return nil }
    let events = blockHistory.events
    var searchCount = 0
    var sum = sum(atCut: state.cut)
    for entryIndex in state.lost {
      searchCount += state.cut - entryIndex
      guard searchCount <= Self.maximumSearchCount,
        !events.isTouchedAgain(entryIndex, beforeCut: state.cut)
      else { return nil }
      sum += self.sum(atCut: entryIndex)
      sum -= self.sum(atCut: entryIndex + 1)
    }
    return sum
  }
}

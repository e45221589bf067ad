extension RandomAccessCollection where Index == Int {
  /// The first index whose element satisfies `belongsBehind`, found by halving.
  ///
  /// The collection must be partitioned: where the predicate is true of an element, it is true of all that
  /// follow. `endIndex` where it is true of none.
  @inlinable
  package func partitioningIndex(where belongsBehind: (Element) throws -> Bool) rethrows -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if try belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

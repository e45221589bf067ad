/// What stands over a lower file: whole pages of bytes, and ranges of zeroes of any length. Sorted
/// and apart, in pieces of some hundreds, so that a hostile log with a million descriptors cannot
/// make each of them go through all the others.
struct OverlayExtents {
  struct Extent {
    var byteOffset: UInt64
    var endByteOffset: UInt64
    /// `nil` where it is zero.
    var bytes: [UInt8]?
  }

  /// The place of an extent; after the last one where there is none.
  private struct Place {
    var leafIndex: Int
    var index: Int
  }

  private static let maximumLeafCount = 256

  /// None of them is empty.
  private var leaves: [[Extent]] = []

  /// Calls `body` with each extent that has something of `range`, in order.
  func forEach(in range: ByteRange, _ body: (Extent) -> Void) {
    var place = firstPlace { $0.endByteOffset > range.byteOffset }
    while let extent = extent(at: place), extent.byteOffset < range.endByteOffset {
      body(extent)
      place = following(place)
    }
  }

  /// Whether no extent has anything of `range`.
  func isEmpty(in range: ByteRange) -> Bool {
    if leaves.isEmpty { return true }
    guard let extent = extent(at: firstPlace { $0.endByteOffset > range.byteOffset }) else {
      return true
    }
    return extent.byteOffset >= range.endByteOffset
  }

  /// The extent that a byte lies in; otherwise where the next one starts, `nil` after the last one.
  func extent(
    containing byteOffset: UInt64
  ) -> (extent: Extent?, nextByteOffset: UInt64?) {
    guard let extent = extent(at: firstPlace { $0.endByteOffset > byteOffset }) else {
      return (nil, nil)
    }
    return extent.byteOffset <= byteOffset ? (extent, nil) : (nil, extent.byteOffset)
  }

  /// Puts a page in the place of what stands there.
  ///
  /// - Precondition: a page that begins and ends where pages of this kind do.
  mutating func put(_ bytes: [UInt8], at range: ByteRange) {
    remove(range)
    insert(
      Extent(byteOffset: range.byteOffset, endByteOffset: range.endByteOffset, bytes: bytes))
  }

  /// Puts zeroes in the place of whole pages, in one piece with the zeroes that touch them.
  mutating func putZeroes(_ range: ByteRange) {
    var start = range.byteOffset
    var end = range.endByteOffset
    if start > 0, let left = extent(containing: start - 1).extent, left.bytes == nil {
      start = left.byteOffset
      end = max(end, left.endByteOffset)
    }
    if let right = extent(containing: end).extent, right.bytes == nil { end = right.endByteOffset }
    removeWhole(from: start, to: end)
    insert(Extent(byteOffset: start, endByteOffset: end, bytes: nil))
  }

  /// Takes out what stands in whole pages; zeroes keep what lies outside.
  mutating func remove(_ range: ByteRange) {
    split(at: range.byteOffset)
    split(at: range.endByteOffset)
    removeWhole(from: range.byteOffset, to: range.endByteOffset)
  }

  private mutating func split(at byteOffset: UInt64) {
    let place = firstPlace { $0.endByteOffset > byteOffset }
    guard let extent = extent(at: place), extent.byteOffset < byteOffset else { return }
    precondition(extent.bytes == nil, "pages are never split")
    leaves[place.leafIndex][place.index].endByteOffset = byteOffset
    insert(Extent(byteOffset: byteOffset, endByteOffset: extent.endByteOffset, bytes: nil))
  }

  /// - Precondition: no extent lies across an end of the range.
  private mutating func removeWhole(from start: UInt64, to end: UInt64) {
    let first = firstPlace { $0.byteOffset >= start }
    let last = firstPlace { $0.byteOffset >= end }
    guard first.leafIndex < leaves.count else { return }
    if first.leafIndex == last.leafIndex {
      leaves[first.leafIndex].removeSubrange(first.index..<last.index)
    } else {
      leaves[first.leafIndex].removeSubrange(first.index...)
      if last.leafIndex < leaves.count {
        leaves[last.leafIndex].removeSubrange(..<last.index)
      }
      leaves.removeSubrange(first.leafIndex + 1..<last.leafIndex)
    }
    if leaves[first.leafIndex].isEmpty { leaves.remove(at: first.leafIndex) }
  }

  private mutating func insert(_ extent: Extent) {
    let place = firstPlace { $0.byteOffset >= extent.byteOffset }
    guard place.leafIndex < leaves.count else {
      if leaves.isEmpty { leaves.append([]) }
      leaves[leaves.count - 1].append(extent)
      halve(leafIndex: leaves.count - 1)
      return
    }
    leaves[place.leafIndex].insert(extent, at: place.index)
    halve(leafIndex: place.leafIndex)
  }

  private mutating func halve(leafIndex: Int) {
    let count = leaves[leafIndex].count
    if count <= Self.maximumLeafCount { return }
    let upper = Array(leaves[leafIndex][(count / 2)...])
    leaves[leafIndex].removeSubrange((count / 2)...)
    leaves.insert(upper, at: leafIndex + 1)
  }

  private func extent(at place: Place) -> Extent? {
    place.leafIndex < leaves.count ? leaves[place.leafIndex][place.index] : nil
  }

  private func following(_ place: Place) -> Place {
    place.index + 1 < leaves[place.leafIndex].count
      ? Place(leafIndex: place.leafIndex, index: place.index + 1)
      : Place(leafIndex: place.leafIndex + 1, index: 0)
  }

  /// The first extent that `isBehind` holds for, as it then does for all that follow.
  private func firstPlace(where isBehind: (Extent) -> Bool) -> Place {
    let leafIndex = leaves.partitioningIndex { isBehind($0[$0.count - 1]) }
    guard leafIndex < leaves.count else { return Place(leafIndex: leafIndex, index: 0) }
    let index = leaves[leafIndex].partitioningIndex(where: isBehind)
    return Place(leafIndex: leafIndex, index: index)
  }
}

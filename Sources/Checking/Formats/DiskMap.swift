import Bytes

/// Where the file keeps the virtual disk; what is not listed reads as zeroes, or its contents are
/// undefined.
///
/// A class, so that two states with the same one are told by a glance.
package final class DiskMap: Sendable {
  package struct Extent: Hashable, Sendable {
    /// A part of the virtual disk: a block, or what the disk's end leaves of it.
    package var range: ByteRange
    package var fileByteOffset: UInt64

    package init(range: ByteRange, fileByteOffset: UInt64) {
      self.range = range
      self.fileByteOffset = fileByteOffset
    }

    package var fileRange: ByteRange {
      ByteRange(byteOffset: fileByteOffset, byteCount: range.byteCount)
    }
  }

  package let virtualDiskByteCount: UInt64
  /// In the virtual disk's order.
  package let extents: [Extent]
  /// The parts of the virtual disk of which the format leaves open what they hold, in its order.
  package let undefinedRanges: [ByteRange]
  /// In the file's order.
  private let extentsByPlace: [Extent]
  private let longestByteCount: UInt64

  package init(
    virtualDiskByteCount: UInt64, extents: [Extent], undefinedRanges: [ByteRange] = []
  ) {
    self.virtualDiskByteCount = virtualDiskByteCount
    self.extents = extents
    self.undefinedRanges = undefinedRanges
    longestByteCount = extents.reduce(0) { max($0, $1.range.byteCount) }
    let isInOrder = zip(extents, extents.dropFirst()).allSatisfy {
      $0.fileByteOffset <= $1.fileByteOffset
    }
    extentsByPlace =
      isInOrder ? extents : extents.sorted { $0.fileByteOffset < $1.fileByteOffset }
  }

  /// Where a byte of the virtual disk stands in the file; `nil` where it has no place there.
  func fileByteOffset(of byteOffset: UInt64) -> UInt64? {
    let place = extents.partitioningIndex { $0.range.endByteOffset > byteOffset }
    guard place < extents.count, extents[place].range.byteOffset <= byteOffset else { return nil }
    return extents[place].fileByteOffset + (byteOffset - extents[place].range.byteOffset)
  }

  /// Whether the format leaves open what a unit holds. Blocks are made of whole units.
  func isUndefined(unit: UInt64) -> Bool {
    if undefinedRanges.isEmpty { return false }
    let byteOffset = unit * UInt64(StateSum.unitByteCount)
    let place = undefinedRanges.partitioningIndex { $0.endByteOffset > byteOffset }
    return place < undefinedRanges.count && undefinedRanges[place].byteOffset <= byteOffset
  }

  /// Those extents of which something stands in a range of the file; a damaged image can have several in one
  /// place.
  func forEachExtent(overlapping fileRange: ByteRange, _ body: (Extent) -> Void) {
    // None is longer, so none that begins before this reaches into the range.
    let start = fileRange.byteOffset - min(fileRange.byteOffset, longestByteCount)
    let first = extentsByPlace.partitioningIndex { $0.fileByteOffset >= start }
    for extent in extentsByPlace[first...] {
      if extent.fileByteOffset >= fileRange.endByteOffset { return }
      if extent.fileRange.endByteOffset > fileRange.byteOffset { body(extent) }
    }
  }

  /// The parts of a range of the virtual disk that have a place, ascending, with the first unit of the file.
  func forEachExtent(
    in units: Range<UInt64>, _ body: (_ part: Range<UInt64>, _ fileUnit: UInt64) -> Void
  ) {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    let first = extents.partitioningIndex { $0.range.units.upperBound > units.lowerBound }
    for extent in extents[first...] {
      let mapped = extent.range.units
      if mapped.lowerBound >= units.upperBound { return }
      let part = mapped.clamped(to: units)
      body(part, extent.fileByteOffset / unitByteCount + (part.lowerBound - mapped.lowerBound))
    }
  }

  /// The parts of the virtual disk that stand elsewhere, or are undefined in one of the two maps only.
  func rangesMappedOtherwise(than other: DiskMap) -> [ByteRange] {
    Self.differences(extents, other.extents, by: \.range).map(\.range)
      + Self.differences(undefinedRanges, other.undefinedRanges, by: \.self)
  }

  /// What is in one of two lists only, which are in the order of their ranges.
  private static func differences<Element: Equatable>(
    _ one: [Element], _ other: [Element], by range: (Element) -> ByteRange
  ) -> [Element] {
    var differences: [Element] = []
    var (place, otherPlace) = (0, 0)
    while place < one.count || otherPlace < other.count {
      let start = place < one.count ? range(one[place]).byteOffset : .max
      let otherStart = otherPlace < other.count ? range(other[otherPlace]).byteOffset : .max
      if start == otherStart, place < one.count, otherPlace < other.count {
        if one[place] != other[otherPlace] { differences += [one[place], other[otherPlace]] }
        (place, otherPlace) = (place + 1, otherPlace + 1)
      } else if start < otherStart {
        differences.append(one[place])
        place += 1
      } else {
        differences.append(other[otherPlace])
        otherPlace += 1
      }
    }
    return differences
  }
}

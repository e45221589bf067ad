/// An image file over another one that stays as it is: what is written is kept in memory, sparse,
/// and listed in order.
///
/// Lengths are numbers here: a file of 2^60 bytes costs nothing, and zeroing a terabyte hides the
/// lower file instead of keeping zeroes.
///
/// Source: [MS-VHDX] 2.3.3, footnote 5: a read-only opening replays the log in memory.
package final class OverlayImage: WritableImageFile {
  package let base: any ImageFile
  package private(set) var byteCount: UInt64
  /// Everything that was done, in order.
  package private(set) var changes: [ImageChange] = []

  /// What most writes of structures are, so that what is kept is no more than what was written.
  private static let pageByteCount = UInt64(4096)
  private var extents = OverlayExtents()

  package init(_ base: any ImageFile) {
    self.base = base
    byteCount = base.byteCount
  }

  /// A file with changes over it.
  package convenience init(_ base: any ImageFile, _ changes: [ImageChange]) {
    self.init(base)
    for change in changes { apply(change) }
  }

  package func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    if range.endByteOffset <= base.byteCount, extents.isEmpty(in: range) { return base.read(range) }
    var result = [UInt8](repeating: 0, count: Int(range.byteCount))
    var byteOffset = range.byteOffset
    extents.forEach(in: range) { extent in
      let start = max(extent.byteOffset, range.byteOffset)
      let end = min(extent.endByteOffset, range.endByteOffset)
      copyBase(from: byteOffset, to: start, into: &result, of: range)
      if let bytes = extent.bytes {
        let part = Int(start - extent.byteOffset)..<Int(end - extent.byteOffset)
        result.overwrite(at: Int(start - range.byteOffset), with: bytes, part)
      }
      byteOffset = end
    }
    copyBase(from: byteOffset, to: range.endByteOffset, into: &result, of: range)
    return result
  }

  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    guard byteOffset < byteCount else { return 0 }
    let left = byteCount - byteOffset
    let (extent, nextByteOffset) = extents.extent(containing: byteOffset)
    if let extent {
      return extent.bytes == nil ? min(extent.endByteOffset - byteOffset, left) : 0
    }
    let gapByteCount = min((nextByteOffset ?? byteCount) - byteOffset, left)
    guard byteOffset < base.byteCount else { return gapByteCount }
    return min(base.knownZeroByteCount(at: byteOffset), gapByteCount)
  }

  package func write(_ bytes: [UInt8], at byteOffset: UInt64) {
    if bytes.isEmpty { return }
    changes.append(.write(byteOffset: byteOffset, bytes: bytes))
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    grow(toByteCount: range.endByteOffset)
    var doneByteCount = 0
    forEachPart(of: range) { page, part in
      let next = doneByteCount + part.count
      if part.count == bytes.count, part.count == Int(page.byteCount) {
        extents.put(bytes, at: page)
      } else {
        changePage(page) { $0.overwrite(at: part.lowerBound, with: bytes, doneByteCount..<next) }
      }
      doneByteCount = next
    }
  }

  package func zero(_ range: ByteRange) {
    if range.isEmpty { return }
    changes.append(.zero(range))
    grow(toByteCount: range.endByteOffset)
    clear(range)
  }

  package func resize(toByteCount newByteCount: UInt64) {
    changes.append(.resize(toByteCount: newByteCount))
    if newByteCount < byteCount {
      clear(ByteRange(byteOffset: newByteCount, byteCount: byteCount - newByteCount))
    }
    byteCount = newByteCount
  }

  package func flush() {
    changes.append(.flush)
  }

  private func grow(toByteCount newByteCount: UInt64) {
    byteCount = max(byteCount, newByteCount)
  }

  /// Makes a range read as zeroes, without pages where whole ones are meant.
  private func clear(_ range: ByteRange) {
    let page = Self.pageByteCount
    let first = (range.byteOffset / page) + (range.byteOffset % page == 0 ? 0 : 1)
    let last = range.endByteOffset / page
    guard first < last else {
      clearParts(of: range)
      return
    }
    let inner = ByteRange(byteOffset: first * page, byteCount: (last - first) * page)
    clearParts(
      of: ByteRange(
        byteOffset: range.byteOffset, byteCount: inner.byteOffset - range.byteOffset))
    clearParts(
      of: ByteRange(
        byteOffset: inner.endByteOffset, byteCount: range.endByteOffset - inner.endByteOffset))
    // Behind the end of the lower file nothing shows through.
    extents.remove(inner)
    let rest = base.byteCount % page
    let baseEndByteOffset = base.byteCount - rest + (rest == 0 ? 0 : page)
    let end = min(inner.endByteOffset, max(baseEndByteOffset, base.byteCount))
    guard inner.byteOffset < end else { return }
    extents.putZeroes(ByteRange(byteOffset: inner.byteOffset, byteCount: end - inner.byteOffset))
  }

  private func clearParts(of range: ByteRange) {
    forEachPart(of: range) { page, part in
      let (extent, _) = extents.extent(containing: page.byteOffset)
      let isZero = extent.map { $0.bytes == nil } ?? (page.byteOffset >= base.byteCount)
      if !isZero { changePage(page) { $0.zero(part) } }
    }
  }

  private func changePage(_ page: ByteRange, _ change: (inout [UInt8]) -> Void) {
    var bytes = [UInt8](repeating: 0, count: Int(page.byteCount))
    let (extent, _) = extents.extent(containing: page.byteOffset)
    if let extent {
      if let found = extent.bytes { bytes = found }
    } else {
      copyBase(from: page.byteOffset, to: page.endByteOffset, into: &bytes, of: page)
    }
    change(&bytes)
    extents.put(bytes, at: page)
  }

  /// Copies the lower file's bytes, as far as it has some, to their place in `range`.
  private func copyBase(
    from start: UInt64, to end: UInt64, into result: inout [UInt8], of range: ByteRange
  ) {
    let end = min(end, base.byteCount)
    guard start < end else { return }
    let bytes = base.read(ByteRange(byteOffset: start, byteCount: end - start))
    result.overwrite(at: Int(start - range.byteOffset), with: bytes, 0..<bytes.count)
  }

  /// Calls `body` for each page of `range`, with the part of the page that is meant.
  private func forEachPart(of range: ByteRange, _ body: (ByteRange, Range<Int>) -> Void) {
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let start = byteOffset % Self.pageByteCount
      let pageByteOffset = byteOffset - start
      let page = ByteRange(
        byteOffset: pageByteOffset, byteCount: min(Self.pageByteCount, .max - pageByteOffset))
      let partByteCount = min(page.byteCount - start, range.endByteOffset - byteOffset)
      body(page, Int(start)..<Int(start + partByteCount))
      byteOffset += partByteCount
    }
  }
}

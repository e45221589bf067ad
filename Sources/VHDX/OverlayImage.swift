import Bytes

/// What was done to an image file, in order.
public enum ImageChange: Equatable, Sendable {
  case write(byteOffset: UInt64, bytes: [UInt8])
  case zero(ByteRange)
  case resize(toByteCount: UInt64)
  case flush
}

/// An image file over another one that stays as it is: what is written is kept in memory, sparse,
/// and listed in order.
///
/// Lengths are numbers here: a file of 2^60 bytes costs nothing, and zeroing a terabyte hides the
/// lower file instead of keeping zeroes.
///
/// Source: [MS-VHDX] 2.3.3, footnote 5: a read-only opening replays the log in memory.
public final class OverlayImage: WritableImageFile {
  public let base: any ImageFile
  public private(set) var byteCount: UInt64
  /// Everything that was done, in order.
  public private(set) var changes: [ImageChange] = []

  /// A sector of the log, so that what is kept is no more than what was written.
  private static let pageByteCount = UInt64(LogRing.sectorByteCount)
  private static let zeroPage = [UInt8](repeating: 0, count: LogRing.sectorByteCount)
  /// Fewer pages than this are cleared one by one, so that hidden ranges stay few.
  private static let fewPageCount: UInt64 = 64
  private var pages: [UInt64: [UInt8]] = [:]
  /// Where the lower file does not show through although no page stands there.
  private var hidden = HiddenRanges()

  public init(_ base: any ImageFile) {
    self.base = base
    byteCount = base.byteCount
  }

  public func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    var result = [UInt8](repeating: 0, count: Int(range.byteCount))
    forEachPart(of: range) { pageIndex, part in
      let pageStart = pageIndex * Self.pageByteCount
      let place = Int(pageStart + UInt64(part.lowerBound) - range.byteOffset)
      if let page = pages[pageIndex] {
        result.overwrite(at: place, with: page, part)
      } else {
        let start = pageStart + UInt64(part.lowerBound)
        copyBase(
          ByteRange(byteOffset: start, byteCount: UInt64(part.count)), to: &result, at: place)
      }
    }
    return result
  }

  public func write(_ bytes: [UInt8], at byteOffset: UInt64) {
    if bytes.isEmpty { return }
    changes.append(.write(byteOffset: byteOffset, bytes: bytes))
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    grow(toByteCount: range.endByteOffset)
    var doneByteCount = 0
    forEachPart(of: range) { pageIndex, part in
      let next = doneByteCount + part.count
      changePage(pageIndex) {
        $0.overwrite(at: part.lowerBound, with: bytes, doneByteCount..<next)
      }
      doneByteCount = next
    }
  }

  public func zero(_ range: ByteRange) {
    if range.isEmpty { return }
    changes.append(.zero(range))
    grow(toByteCount: range.endByteOffset)
    clear(range)
  }

  public func resize(toByteCount newByteCount: UInt64) {
    changes.append(.resize(toByteCount: newByteCount))
    if newByteCount < byteCount {
      clear(ByteRange(byteOffset: newByteCount, byteCount: byteCount - newByteCount))
    }
    byteCount = newByteCount
  }

  public func flush() {
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
    if last - first < Self.fewPageCount {
      for pageIndex in first..<last { clearPage(pageIndex) }
      return
    }
    if last - first < UInt64(pages.count) {
      for pageIndex in first..<last { pages[pageIndex] = nil }
    } else {
      pages = pages.filter { !(first..<last).contains($0.key) }
    }
    hide(inner)
  }

  /// Behind the end of the lower file nothing shows through.
  private func hide(_ range: ByteRange) {
    let rest = base.byteCount % Self.pageByteCount
    let end = base.byteCount - rest + (rest == 0 ? 0 : Self.pageByteCount)
    let endByteOffset = min(range.endByteOffset, max(end, base.byteCount))
    guard range.byteOffset < endByteOffset else { return }
    hidden.insert(
      ByteRange(byteOffset: range.byteOffset, byteCount: endByteOffset - range.byteOffset))
  }

  private func clearPage(_ pageIndex: UInt64) {
    pages[pageIndex] = nil
    let start = pageIndex * Self.pageByteCount
    if !hidden.contains(start) && start < base.byteCount { pages[pageIndex] = Self.zeroPage }
  }

  private func clearParts(of range: ByteRange) {
    forEachPart(of: range) { pageIndex, part in
      let start = pageIndex * Self.pageByteCount
      let isZero = pages[pageIndex] == nil && (start >= base.byteCount || hidden.contains(start))
      if !isZero { changePage(pageIndex) { $0.zero(part) } }
    }
  }

  private func changePage(_ pageIndex: UInt64, _ change: (inout [UInt8]) -> Void) {
    let start = pageIndex * Self.pageByteCount
    var page = pages.removeValue(forKey: pageIndex) ?? []
    if page.isEmpty {
      let byteCount = min(Self.pageByteCount, .max - start)
      page = [UInt8](repeating: 0, count: Int(byteCount))
      copyBase(ByteRange(byteOffset: start, byteCount: byteCount), to: &page, at: 0)
    }
    change(&page)
    pages[pageIndex] = page
  }

  /// Copies the lower file's bytes where it has some and shows through.
  private func copyBase(_ range: ByteRange, to result: inout [UInt8], at index: Int) {
    guard !hidden.contains(range.byteOffset), range.byteOffset < base.byteCount else { return }
    let byteCount = min(range.byteCount, base.byteCount - range.byteOffset)
    let bytes = base.read(ByteRange(byteOffset: range.byteOffset, byteCount: byteCount))
    result.overwrite(at: index, with: bytes, 0..<bytes.count)
  }

  private func forEachPart(of range: ByteRange, _ body: (UInt64, Range<Int>) -> Void) {
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let start = byteOffset % Self.pageByteCount
      let partByteCount = min(Self.pageByteCount - start, range.endByteOffset - byteOffset)
      body(byteOffset / Self.pageByteCount, Int(start)..<Int(start + partByteCount))
      byteOffset += partByteCount
    }
  }
}

/// Ranges of whole pages that were cleared, sorted and apart.
private struct HiddenRanges {
  private var ranges: [ByteRange] = []

  func contains(_ byteOffset: UInt64) -> Bool {
    let index = firstIndex { $0.endByteOffset > byteOffset }
    return index < ranges.count && ranges[index].byteOffset <= byteOffset
  }

  mutating func insert(_ range: ByteRange) {
    let first = firstIndex { $0.endByteOffset >= range.byteOffset }
    let last = firstIndex { $0.byteOffset > range.endByteOffset }
    var start = range.byteOffset
    var end = range.endByteOffset
    if first < last {
      start = min(start, ranges[first].byteOffset)
      end = max(end, ranges[last - 1].endByteOffset)
    }
    ranges.replaceSubrange(
      first..<last, with: [ByteRange(byteOffset: start, byteCount: end - start)])
  }

  /// The first range that `isBehind` holds for, as it then does for all that follow.
  private func firstIndex(where isBehind: (ByteRange) -> Bool) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(ranges[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

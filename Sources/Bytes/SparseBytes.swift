/// The contents of a disk of which most is zero: pages of 64 KiB, kept where something was written.
///
/// Raw copies, because a simulated run writes some megabytes and a debug build copies an array
/// slice byte by byte, a hundred times slower.
package struct SparseBytes: Sendable {
  package static let pageByteCount = 1 << 16

  package private(set) var byteCount: UInt64
  /// An empty page reads as zeroes.
  private var pages: [[UInt8]]

  /// A disk of zeroes.
  package init(byteCount: UInt64) {
    self.byteCount = byteCount
    pages = Array(repeating: [], count: Self.pageCount(of: byteCount))
  }

  /// Reads up to the end; after it there is nothing to read.
  package func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the disk")
    var result = [UInt8](repeating: 0, count: Int(range.byteCount))
    Self.forEachPart(of: range) { pageIndex, part, partByteOffset in
      let page = pages[pageIndex]
      if page.isEmpty { return }
      unsafe result.withUnsafeMutableBytes { result in
        unsafe page.withUnsafeBytes { page in
          unsafe UnsafeMutableRawBufferPointer(
            rebasing: result[partByteOffset..<partByteOffset + part.count]
          ).copyMemory(from: UnsafeRawBufferPointer(rebasing: page[part]))
        }
      }
    }
    return result
  }

  /// Overwrites; the range must lie inside of the disk.
  package mutating func write(_ bytes: [UInt8], at byteOffset: UInt64) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    precondition(range.endByteOffset <= byteCount, "a write ends inside of the disk")
    Self.forEachPart(of: range) { pageIndex, part, partByteOffset in
      if pages[pageIndex].isEmpty {
        if bytes.isZero(in: partByteOffset..<partByteOffset + part.count) { return }
        pages[pageIndex] = [UInt8](repeating: 0, count: Self.pageByteCount)
      }
      unsafe pages[pageIndex].withUnsafeMutableBytes { page in
        unsafe bytes.withUnsafeBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(rebasing: page[part]).copyMemory(
            from: UnsafeRawBufferPointer(
              rebasing: bytes[partByteOffset..<partByteOffset + part.count]))
        }
      }
    }
  }

  /// Overwrites with bytes of a region, which are copied once.
  package mutating func write(
    _ region: ByteRegion, in source: Range<Int>, at byteOffset: UInt64
  ) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(source.count))
    precondition(range.endByteOffset <= byteCount, "a write ends inside of the disk")
    Self.forEachPart(of: range) { pageIndex, part, partByteOffset in
      let start = source.lowerBound + partByteOffset
      if pages[pageIndex].isEmpty {
        if region.isZero(in: start..<start + part.count) { return }
        pages[pageIndex] = [UInt8](repeating: 0, count: Self.pageByteCount)
      }
      region.copyBytes(
        in: start..<start + part.count, to: &pages[pageIndex], at: part.lowerBound)
    }
  }

  /// Makes every byte the same; pages share their memory until they are written.
  package mutating func fill(with byte: UInt8) {
    let page = [UInt8](repeating: byte, count: Self.pageByteCount)
    pages = Array(repeating: page, count: pages.count)
    let rest = Int(byteCount % UInt64(Self.pageByteCount))
    if rest > 0 {
      pages[pages.count - 1].replaceSubrange(
        rest..., with: repeatElement(0, count: Self.pageByteCount - rest))
    }
  }

  /// Makes the range read as zeroes.
  package mutating func zero(_ range: ByteRange) {
    precondition(range.endByteOffset <= byteCount, "zeroing ends inside of the disk")
    Self.forEachPart(of: range) { pageIndex, part, _ in
      if part.count == Self.pageByteCount {
        pages[pageIndex] = []
      } else if !pages[pageIndex].isEmpty {
        unsafe pages[pageIndex].withUnsafeMutableBytes { page in
          _ = unsafe UnsafeMutableRawBufferPointer(rebasing: page[part])
            .initializeMemory(as: UInt8.self, repeating: 0)
        }
      }
    }
  }

  /// Cuts the disk off, or lets it grow by zeroes.
  package mutating func resize(toByteCount newByteCount: UInt64) {
    if newByteCount < byteCount {
      zero(ByteRange(byteOffset: newByteCount, byteCount: byteCount - newByteCount))
    }
    let pageCount = Self.pageCount(of: newByteCount)
    if pageCount < pages.count {
      pages.removeLast(pages.count - pageCount)
    } else {
      pages.append(contentsOf: repeatElement([], count: pageCount - pages.count))
    }
    byteCount = newByteCount
  }

  /// How many bytes from `byteOffset` on are zero since nothing else was ever written there.
  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    guard byteOffset < byteCount else { return 0 }
    let first = Int(byteOffset) / Self.pageByteCount
    let end = pages[first...].firstIndex { !$0.isEmpty } ?? pages.count
    return end == first
      ? 0 : min(UInt64(end) * UInt64(Self.pageByteCount), byteCount) - byteOffset
  }

  /// The 512-byte unit at `unitIndex`; a last short one is padded with zeroes.
  package func unit(at unitIndex: UInt64) -> [UInt8] {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    let byteOffset = unitIndex * unitByteCount
    let kept = byteOffset < byteCount ? min(unitByteCount, byteCount - byteOffset) : 0
    let bytes = read(ByteRange(byteOffset: min(byteOffset, byteCount), byteCount: kept))
    return bytes + [UInt8](repeating: 0, count: Int(unitByteCount - kept))
  }

  /// Calls `body` for each page where something was written. A last short page is padded with zeroes.
  package func forEachPage<Failure: Error>(
    _ body: (_ byteOffset: UInt64, _ page: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    for (pageIndex, page) in pages.enumerated() where !page.isEmpty {
      try body(UInt64(pageIndex * Self.pageByteCount), page)
    }
  }

  private static func pageCount(of byteCount: UInt64) -> Int {
    Int(byteCount / UInt64(pageByteCount)) + (byteCount % UInt64(pageByteCount) == 0 ? 0 : 1)
  }

  /// Calls `body` for each page's part of `range`: the page, the bytes within it, and how far into
  /// the range they start.
  private static func forEachPart(
    of range: ByteRange, _ body: (_ pageIndex: Int, _ part: Range<Int>, _ at: Int) -> Void
  ) {
    var byteOffset = Int(range.byteOffset)
    let endByteOffset = Int(range.endByteOffset)
    while byteOffset < endByteOffset {
      let pageIndex = byteOffset / pageByteCount
      let start = byteOffset % pageByteCount
      let partByteCount = min(pageByteCount - start, endByteOffset - byteOffset)
      body(pageIndex, start..<start + partByteCount, byteOffset - Int(range.byteOffset))
      byteOffset += partByteCount
    }
  }
}

extension [UInt8] {
  fileprivate func isZero(in range: Range<Int>) -> Bool {
    let wordByteCount = MemoryLayout<UInt64>.size
    let wordsEnd = range.lowerBound + range.count / wordByteCount * wordByteCount
    return unsafe withUnsafeBytes { bytes in
      for place in stride(from: range.lowerBound, to: wordsEnd, by: wordByteCount) {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        if word != 0 { return false }
      }
      for place in wordsEnd..<range.upperBound {
        let byte = unsafe bytes[place]
        if byte != 0 { return false }
      }
      return true
    }
  }
}

import Bytes
import Glibc

/// The memory of a ``LentFile``: the file, and over it what was kept.
@safe struct LentMapping {
  let region: ByteRegion

  /// - Throws: ``HostError`` where the system has no memory for it.
  init(
    _ lent: LentFile, file: OpenFile, kept: OpenFile?, list: String, access: MappedFile.Access
  ) throws(HostError) {
    let byteCount = Int(lent.byteCount)
    // Room first, so that the parts come to lie side by side.
    let room = unsafe mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let start = unsafe room, unsafe start != MAP_FAILED else {
      throw HostError("map", list, errorNumber: errno)
    }
    let parts =
      lent.gaps.map { ($0, file) }
      + lent.kept.compactMap { range in
        kept.map { (range, $0) }
      }
    for (range, source) in parts {
      let part = unsafe mmap(
        start + Int(range.byteOffset), Int(range.byteCount), PROT_READ, MAP_SHARED | MAP_FIXED,
        source.descriptor, off_t(range.byteOffset))
      guard unsafe part != MAP_FAILED else {
        let errorNumber = errno
        unsafe munmap(start, byteCount)
        throw HostError("map", list, errorNumber: errorNumber)
      }
    }
    _ = unsafe madvise(
      start, byteCount, access == .sparse ? Int32(MADV_RANDOM) : Int32(MADV_SEQUENTIAL))
    let address = UInt(bitPattern: start)
    let slot = MappingFaults.note("\(lent.path)", at: address, byteCount: byteCount)
    let (fileHoles, keptHoles) = (HoleFinder(file), kept.flatMap { HoleFinder($0) })
    let ranges = lent.kept
    region = unsafe ByteRegion(
      unsafeMemory: UnsafeRawBufferPointer(start: start, count: byteCount),
      forget: { MappedFile.forget($0, ofMappingAt: address) },
      findExtent: { byteOffset in
        // The first kept range that ends behind the byte.
        let place = ranges.partitioningIndex { $0.endByteOffset > UInt64(byteOffset) }
        let next = place < ranges.count ? ranges[place] : nil
        let isKept = next.map { $0.byteOffset <= UInt64(byteOffset) } ?? false
        let end = next.map { Int(isKept ? $0.endByteOffset : $0.byteOffset) } ?? byteCount
        return (isKept ? keptHoles : fileHoles)?.extent(at: byteOffset, byteCount: end)
      },
      release: { memory in
        MappingFaults.forget(slot)
        unsafe munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
      })
  }
}

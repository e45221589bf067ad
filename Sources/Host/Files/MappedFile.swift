import Bytes
import Glibc

/// Files as memory: a log of a hundred gigabytes is read without being loaded.
package enum MappedFile {
  /// How the bytes will be visited.
  package enum Access: Sendable {
    /// From header to header, without the payload between them: nothing is read ahead.
    case sparse
    /// From the start to the end: the kernel reads ahead.
    case sequential
  }

  /// What Linux reads ahead of a disk that nobody has told otherwise.
  private static let readAheadByteCount = 128 << 10
  /// Holes are looked for in what is longer.
  private static let smallByteCount = 1 << 20

  /// Maps a regular file or a block device, read-only. An empty file is an empty region, and a ``LentFile`` what it
  /// stands for.
  ///
  /// The region's `forgetPages` gives pages back to the system, so that a walk through the whole
  /// file stays in constant memory. A file that another program shortens while it is mapped ends
  /// the tool with a sentence that names it (``MappingFaults``) when the missing part is read.
  ///
  /// - Throws: ``HostError`` where there is no such file, where it may not be read, and where it is
  ///   a folder, a pipe or a character device.
  package static func map(
    _ path: String, access: Access = .sparse
  ) throws(HostError) -> ByteRegion {
    if path.hasSuffix(LentFile.suffix) { return try LentFile.map(path, access: access) }
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK)
    let byteCount = try mappableByteCount(of: file)
    if byteCount == 0 { return ByteRegion([]) }
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, file.descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw HostError("map", path, errorNumber: errno)
    }
    // Advice only: a kernel that does not take it is slower, not wrong.
    _ = unsafe madvise(
      address, byteCount, access == .sparse ? Int32(MADV_RANDOM) : Int32(MADV_SEQUENTIAL))
    let start = UInt(bitPattern: address)
    let slot = MappingFaults.note(path, at: start, byteCount: byteCount)
    // It keeps the file open, which is nothing for the many small files of a folder.
    let holes = byteCount > smallByteCount ? HoleFinder(file) : nil
    return unsafe ByteRegion(
      unsafeMemory: UnsafeRawBufferPointer(start: address, count: byteCount),
      forget: { range in forget(range, ofMappingAt: start) },
      expect: { range in expect(range, ofMappingAt: start) },
      findExtent: { holes?.extent(at: $0, byteCount: byteCount) },
      release: { memory in
        MappingFaults.forget(slot)
        unsafe munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
      })
  }

  private static func mappableByteCount(of file: OpenFile) throws(HostError) -> Int {
    let status = try file.status()
    if status.isRegularFile { return Int(status.st_size) }
    if status.isFolder { throw HostError("map", file.path, errorNumber: EISDIR) }
    guard status.isBlockDevice else {
      throw HostError(
        "map", file.path, found: "it is a pipe, a socket or a character device",
        hint: "Copy the bytes into a file and pass that.")
    }
    let byteCount = lseek(file.descriptor, 0, SEEK_END)
    guard byteCount >= 0 else { throw HostError("measure", file.path, errorNumber: errno) }
    return Int(byteCount)
  }

  /// In parts, because the system reads no more of a range than its disk's read-ahead, and forgets the rest.
  private static func expect(_ range: Range<Int>, ofMappingAt start: UInt) {
    let pageByteCount = Int(getpagesize())
    var first = range.lowerBound / pageByteCount * pageByteCount
    while first < range.upperBound {
      let partByteCount = min(readAheadByteCount, range.upperBound - first)
      let address = unsafe UnsafeMutableRawPointer(bitPattern: start + UInt(first))
      _ = unsafe madvise(address, partByteCount, Int32(MADV_WILLNEED))
      first += partByteCount
    }
  }

  static func forget(_ range: Range<Int>, ofMappingAt start: UInt) {
    if range.isEmpty { return }
    let pageByteCount = Int(getpagesize())
    // Pages that a range shares with its neighbours go too: they come back when touched.
    let first = range.lowerBound / pageByteCount * pageByteCount
    let address = unsafe UnsafeMutableRawPointer(bitPattern: start + UInt(first))
    _ = unsafe madvise(address, range.upperBound - first, Int32(MADV_DONTNEED))
  }
}

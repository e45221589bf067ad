import Bytes
import Host
import Testing

@testable import WriteLog

/// Nothing here is kept but eight bytes an entry, however long the log is.
struct LargeLogTests {
  /// A log of many flushes with some huge sparse writes among them: 12 GiB that take 100 MB.
  private static func writeLog(
    to path: String, flushCount: Int, hugeCount: Int, hugeByteCount: Int
  ) throws {
    var flush = LogBytes(count: 0)
    flush.flush()
    let flushSector = Array(flush.bytes[512...])
    var flushes: [UInt8] = []
    for _ in 0..<flushCount / hugeCount { flushes += flushSector }
    var huge = LogBytes(count: 0)
    huge.entry(sector: 0, count: UInt64(hugeByteCount / 512))

    let file = try SparseImageFile(path, byteCount: 0)
    let entryCount = flushCount / hugeCount * hugeCount + hugeCount
    var byteOffset = 0
    func put(_ bytes: [UInt8], thenSkip skippedByteCount: Int = 0) throws {
      let end = byteOffset + bytes.count + skippedByteCount
      try file.resize(toByteCount: UInt64(end))
      try file.write(bytes, at: UInt64(byteOffset))
      byteOffset = end
    }
    try put(LogBytes(count: UInt64(entryCount)).bytes)
    for _ in 0..<hugeCount {
      try put(Array(huge.bytes[512...]), thenSkip: hugeByteCount)
      try put(flushes)
    }
    try file.finish()
  }

  /// In a process of its own, so that no other test's memory is counted.
  @Test func longLogIsReadInMemoryThatDoesNotGrowWithIt() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path("L")
      try Self.writeLog(to: path, flushCount: 240_000, hugeCount: 12, hugeByteCount: 1 << 30)
      let region = try MappedFile.map(path)
      try #require(region.byteCount > 12 << 30)
      let before = try #require(PeakMemory.bytes)
      let index = try WriteLogIndex(reading: region)
      #expect(index.problems == [])
      #expect(index.entryCount == 240_012)
      let summary = LogSummary(of: index)
      #expect(summary.flushes.entryCount == 240_000)
      #expect(summary.writes.byteCount == 12 << 30)
      let grown = try #require(PeakMemory.bytes) - before
      // 2 MB of index, and 64 MiB of the mapping before its pages are given back.
      #expect(grown < 100 << 20, "\(grown) bytes")
    }
  }

  @Test func absurdCountInALongSparseFileTakesNoMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.path("L")
      let file = try SparseImageFile(path, byteCount: 200 << 30)
      try file.write(LogBytes(count: .max).bytes, at: 0)
      try file.finish()
      let before = try #require(PeakMemory.bytes)
      let index = try WriteLogIndex(reading: try MappedFile.map(path))
      #expect(index.problems.map(\.rule) == [.l04])
      #expect(try #require(PeakMemory.bytes) - before < 16 << 20)
    }
  }
}

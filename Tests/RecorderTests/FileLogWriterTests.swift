import Bytes
import Host
import Testing
import WriteLog

@testable import Recorder

/// Operations on a file as entries of whole sectors. What is expected is written down by hand.
@Suite struct FileLogWriterTests {
  /// A log in a folder of its own, over a shadow of `byteCount` bytes of 0xaa.
  private final class Case {
    let folder: TemporaryFolder
    let writer: FileLogWriter
    private(set) var noted: [UInt64] = []
    private var number: UInt64 = 0

    init(byteCount: Int) throws {
      folder = try TemporaryFolder()
      try OutputFile.write(
        [UInt8](repeating: 0xaa, count: byteCount), to: folder.path("shadow.img"))
      var notes: (UInt64) -> Void = { _ in }
      writer = FileLogWriter(
        log: try LogFile(folder.path("writes.log"), mode: .unrestricted),
        shadow: try ShadowFile(folder.path("shadow.img")), identity: 7,
        noted: { entryIndex, _ in notes(entryIndex) })
      notes = { [unowned self] in noted.append($0) }
    }

    func timing() -> EntryTiming {
      number += 2
      return EntryTiming(submissionIndex: number - 1, completionIndex: number, task: 3)
    }

    /// `write 0 512`, `discard 512 1024`, `flush`, or the text of a mark; `fua` where it is.
    func entries() throws -> [String] {
      try writer.count()
      let index = try WriteLogIndex(
        reading: MappedFile.map(folder.path("writes.log")), options: LogReadingOptions())
      #expect(index.problems.isEmpty)
      #expect(noted == (0..<UInt64(index.entryCount)).map { $0 })
      return (0..<index.entryCount).map { place in
        let entry = index[place]
        let range = "\(entry.deviceRange.byteOffset) \(entry.deviceRange.byteCount)"
        let fua = entry.flags.contains(.fua) ? " fua" : ""
        switch entry.kind {
        case .write: return "write \(range)\(fua)"
        case .discard: return "discard \(range)"
        case .flush: return "flush"
        case .mark: return index.text(of: entry)
        }
      }
    }

    func shadow() throws -> [UInt8] { try InputFile.bytes(folder.path("shadow.img")) }
  }

  @Test func aWriteOfWholeSectorsIsOneEntry() throws {
    let test = try Case(byteCount: 4096)
    try test.writer.write(
      [UInt8](repeating: 1, count: 1024), at: 512, isDurable: true, timing: test.timing())
    #expect(try test.entries() == ["write 512 1024 fua"])
  }

  @Test func aWriteWithinSectorsIsCompletedFromTheFile() throws {
    let test = try Case(byteCount: 4096)
    try test.writer.write(
      [UInt8](repeating: 1, count: 600), at: 500, isDurable: false, timing: test.timing())
    #expect(try test.entries() == ["write 0 1536"])
    let log = try InputFile.bytes(test.folder.path("writes.log"))
    // Behind the superblock and the entry's header.
    let data = Array(log[1024..<2560])
    #expect(
      data
        == [UInt8](repeating: 0xaa, count: 500) + [UInt8](repeating: 1, count: 600)
        + [UInt8](repeating: 0xaa, count: 436))
  }

  @Test func growthStandsInFrontOfItsWriteWithTheSameTiming() throws {
    let test = try Case(byteCount: 100)
    try test.writer.write([1, 2, 3], at: 600, isDurable: false, timing: test.timing())
    #expect(try test.entries() == ["pc1 size 603", "write 512 512"])
    let index = try WriteLogIndex(
      reading: MappedFile.map(test.folder.path("writes.log")), options: LogReadingOptions())
    let times = (0..<2).map { index[$0].extension }
    #expect(times.map { $0?.submissionIndex } == [1, 1])
    #expect(times.map { $0?.completionIndex } == [2, 2])
    #expect(times.map { $0?.task } == [3, 3])
  }

  @Test func aWriteIntoTheLastSectorSaysWhereTheFileEnds() throws {
    let test = try Case(byteCount: 100)
    try test.writer.write([9], at: 5, isDurable: false, timing: test.timing())
    #expect(try test.entries() == ["pc1 size 100", "write 0 512"])
  }

  @Test func cuttingOffWithinASectorWritesWhatIsLeftOfIt() throws {
    let test = try Case(byteCount: 4096)
    try test.writer.resize(toByteCount: 1000, timing: test.timing())
    try test.writer.resize(toByteCount: 1000, timing: test.timing())
    try test.writer.resize(toByteCount: 2048, timing: test.timing())
    #expect(try test.entries() == ["pc1 size 1000", "write 512 512", "pc1 size 2048"])
    #expect(
      try test.shadow()
        == [UInt8](repeating: 0xaa, count: 1000) + [UInt8](repeating: 0, count: 1048))
  }

  @Test(arguments: [
    // Where, how long, and the entries in a file of 2,000 bytes.
    (0, 1024, ["discard 0 1024"]),
    (100, 50, ["write 0 512"]),
    (100, 1000, ["write 0 512", "discard 512 512", "write 1024 512"]),
    (1024, 9000, ["discard 1024 512", "pc1 size 2000", "write 1536 512"]),
    (1999, 1, ["pc1 size 2000", "write 1536 512"]),
    (2000, 10, []),
    (5000, 512, []),
  ])
  func aHoleIsWholeSectorsAndItsEdges(start: UInt64, count: UInt64, expected: [String]) throws {
    let test = try Case(byteCount: 2000)
    try test.writer.zero(
      ByteRange(byteOffset: start, byteCount: count), isDiscard: true, timing: test.timing())
    #expect(try test.entries() == expected)
    var bytes = [UInt8](repeating: 0xaa, count: 2000)
    for place in Int(start)..<Int(start + count) where place < 2000 { bytes[place] = 0 }
    #expect(try test.shadow() == bytes)
  }

  @Test func allocationGrowsAndNeverShrinks() throws {
    let test = try Case(byteCount: 512)
    try test.writer.grow(toByteCount: 100, timing: test.timing())
    try test.writer.grow(toByteCount: 700, timing: test.timing())
    try test.writer.flush(timing: test.timing())
    #expect(try test.entries() == ["pc1 size 700", "flush"])
  }
}

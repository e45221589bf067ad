import Bytes
import Testing

@testable import WriteLog

/// What a sink was given, put together as a file would be.
private final class Sink {
  var bytes: [UInt8]
  var callCount = 0
  var largestByteCount = 0

  init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
  }

  func take(_ more: [UInt8], _ byteOffset: UInt64) {
    callCount += 1
    largestByteCount = max(largestByteCount, more.count)
    let end = Int(byteOffset) + more.count
    if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
    bytes.replaceSubrange(Int(byteOffset)..<end, with: more)
  }
}

struct LogWriterTests {
  private func writeGood(_ writer: inout LogWriter<Never>) {
    let sector = UInt64(writer.sectorByteCount)
    func data(_ byte: UInt8, _ sectorCount: UInt64) -> [UInt8] {
      [UInt8](repeating: byte, count: Int(sectorCount * sector))
    }
    writer.appendWrite(data(0xa1, 2), at: 8 * sector)
    writer.appendZeroes(ByteRange(byteOffset: 16 * sector, byteCount: 3 * sector))
    writer.appendWrite(data(0xb2, 1), at: sector, flags: .fua)
    writer.appendDiscard(ByteRange(byteOffset: 32 * sector, byteCount: sector << 20))
    writer.appendWrite(data(0xc3, 1), at: 2 * sector, flags: [.flush, .metadata])
    writer.appendFlush()
    writer.appendMark("here")
    writer.finish()
  }

  @Test(arguments: [(512, nil), (4096, nil), (512, 5)] as [(UInt32, UInt64?)])
  func writtenLogIsTheOneBuiltByHand(sector: UInt32, identity: UInt64?) {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: sector, logIdentity: identity, sink: sink.take)
    writeGood(&writer)
    #expect(
      sink.bytes == LogBytes.good(sectorByteCount: Int(sector), identity: identity).bytes)
    #expect(writer.entryCount == 7)
    #expect(writer.endByteOffset == UInt64(sink.bytes.count))
  }

  @Test func nothingIsCountedBeforeTheEnd() throws {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: 512, logIdentity: 5, sink: sink.take)
    writer.appendFlush()
    #expect(sink.bytes.prefix(512).allSatisfy { $0 == 0 })
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    #expect(index.superblock == nil)
    #expect(index.tail == .used(entryCount: 1))
  }

  @Test func longZeroesArriveInPieces() throws {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: 512, sink: sink.take)
    writer.appendZeroes(ByteRange(byteOffset: 0, byteCount: (5 << 20) + 512))
    writer.appendFlush()
    writer.finish()
    #expect(sink.largestByteCount == 1 << 20)
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    #expect(index.problems == [])
    #expect(index.entryCount == 2)
    #expect(index[0].payloadRange == 1024..<(5 << 20) + 1536)
  }

  @Test func zeroesOfANewFileCostOneSector() throws {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: 512, sink: sink.take)
    writer.isRestZero = true
    writer.appendZeroes(ByteRange(byteOffset: 0, byteCount: 5 << 20))
    writer.finish()
    #expect(sink.callCount == 3)
    #expect(sink.bytes.count == 1024 + 5 << 20)
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    #expect(index.problems == [])
    #expect(index[0].deviceRange.byteCount == 5 << 20)
  }

  @Test func textMayFillTheSectorUpToItsZero() throws {
    for (identity, longest) in [(nil, 479), (5, 415)] as [(UInt64?, Int)] {
      let sink = Sink()
      var writer = LogWriter(sectorByteCount: 512, logIdentity: identity, sink: sink.take)
      #expect(writer.maximumTextByteCount == longest)
      let text = String(repeating: "t", count: longest)
      writer.appendMark(text)
      writer.finish()
      let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
      #expect(index.problems == [])
      #expect(index.text(of: index[0]) == text)
    }
  }

  @Test func longerTextIsARefusedCall() async {
    await #expect(processExitsWith: .failure) {
      var writer = LogWriter<Never>(sectorByteCount: 512) { _, _ in }
      writer.appendMark(String(repeating: "t", count: 480))
    }
  }

  @Test func partOfASectorIsARefusedCall() async {
    await #expect(processExitsWith: .failure) {
      var writer = LogWriter<Never>(sectorByteCount: 512) { _, _ in }
      writer.appendWrite([1, 2, 3], at: 0)
    }
  }

  @Test func failureOfTheSinkReachesTheCaller() {
    struct Full: Error, Equatable {}
    var writer = LogWriter(sectorByteCount: 512) { _, _ throws(Full) in throw Full() }
    #expect(throws: Full()) { try writer.appendFlush() }
  }

  // MARK: Continuing

  @Test(arguments: [nil, 5] as [UInt64?])
  func continuedLogIsOneChain(identity: UInt64?) throws {
    let good = LogBytes.good(identity: identity)
    let sink = Sink(good.bytes)
    var writer = try LogWriter(continuing: WriteLogIndex(reading: good.region), sink: sink.take)
    #expect(writer.logIdentity == identity)
    #expect(writer.entryCount == 7)
    writer.appendWrite([UInt8](repeating: 1, count: 512), at: 0)
    writer.appendFlush()
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    #expect(index.problems == [])
    #expect(index.superblock?.entryCount == 9)
    #expect(index.entryCount == 9)
    #expect(index.tail == .none)
    #expect(index.logIdentity == identity)
    #expect(Array(sink.bytes[512..<good.bytes.count]) == Array(good.bytes[512...]))
  }

  @Test func logWithoutExtensionsCanBeContinuedWithThem() throws {
    let good = LogBytes.good()
    let sink = Sink(good.bytes)
    var writer = try LogWriter(
      continuing: WriteLogIndex(reading: good.region), logIdentity: 9, sink: sink.take)
    writer.appendFlush()
    writer.finish()
    writer.appendFlush()
    // The second flush is after the count, and proven by the first one's identity.
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    #expect(index.problems == [])
    #expect(index.tail == .used(entryCount: 1))
    try #require(index.entryCount == 9)
    #expect(index[7].extension?.entryIndex == 7)
    #expect(index[8].extension?.logIdentity == 9)
  }

  @Test func tailThatIsNotUsedIsOverwritten() throws {
    var log = LogBytes.good()
    log.put(3, at: 16)
    let sink = Sink(log.bytes)
    var writer = try LogWriter(continuing: WriteLogIndex(reading: log.region), sink: sink.take)
    writer.appendFlush()
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    try #require(index.entryCount == 4)
    #expect(index[3].kind == .flush)
    #expect(index.problems == [])
  }

  @Test func brokenChainIsNotContinued() throws {
    var log = LogBytes.good()
    log.put(9, at: 16)
    let index = try WriteLogIndex(reading: log.region)
    let error = #expect(throws: LogProblem.self) {
      try LogWriter<Never>(continuing: index) { _, _ in }
    }
    #expect(error?.rule == .l04)
  }

  /// A log that was killed before its last count goes on after what its extensions prove, as itself.
  @Test func provenTailIsContinuedWithItsOwnIdentity() throws {
    var log = LogBytes.good(identity: 5)
    log.put(3, at: 16)
    let sink = Sink(log.bytes)
    var writer = try LogWriter(
      continuing: WriteLogIndex(reading: log.region), logIdentity: 9, sink: sink.take)
    #expect(writer.logIdentity == 5)
    #expect(writer.entryCount == 7)
    writer.appendFlush()
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(sink.bytes))
    try #require(index.entryCount == 8)
    #expect(index[7].extension?.entryIndex == 7)
    #expect(index.problems == [])
  }

  // MARK: What an entry carries

  @Test func timesAndTaskAreThoseGiven() throws {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: 512, logIdentity: 5, sink: sink.take)
    let timing = EntryTiming(submissionIndex: 31, completionIndex: 47, task: 3)
    writer.appendWrite(
      [UInt8](repeating: 1, count: 512), at: 0, clientOperation: 11, timing: timing)
    writer.appendFlush(timing: timing)
    writer.appendFlush()
    writer.finish()
    // Bytes 24, 32, 48 and 56 of the extension, which is at byte 64 of the header's sector.
    func fields(_ headerByteOffset: Int) -> [UInt64] {
      let region = ByteRegion(sink.bytes)
      let start = headerByteOffset + 64
      return [24, 32, 48].map { region.load(at: start + $0, as: UInt64.self) }
        + [UInt64(region.load(at: start + 56, as: UInt32.self))]
    }
    #expect(fields(512) == [31, 47, 11, 3])
    #expect(fields(1536) == [31, 47, .max, 3])
    // Without a timing one operation ended before the next began.
    #expect(fields(2048) == [4, 5, .max, 0xffff_ffff])
  }

  /// Also where a log is written over an older one nothing after the zeroes is touched.
  @Test func lastPieceOfZeroesEndsWhereTheyDo() {
    let sink = Sink()
    var writer = LogWriter(sectorByteCount: 512, sink: sink.take)
    writer.appendZeroes(ByteRange(byteOffset: 0, byteCount: (1 << 20) + 512))
    #expect(sink.bytes.count == 1024 + (1 << 20) + 512)
    #expect(writer.endByteOffset == UInt64(sink.bytes.count))
  }

  @Test func digestOfZeroIsNone() {
    #expect(EntryExtension(logIdentity: 1, entryIndex: 0).recordedPayloadDigest == nil)
    #expect(
      EntryExtension(logIdentity: 1, entryIndex: 0, payloadDigest: 7).recordedPayloadDigest == 7)
  }
}

import Bytes
import Testing

@testable import WriteLog

/// Behind the superblock's count a header proves its entry only where the data is there, too. Logs by hand;
/// the digests are those of `xxhsum -H3`.
struct TailDataTests {
  /// The entries of ``LogBytes/good(sectorByteCount:identity:)`` after the first one, which is counted.
  private static func log() -> LogBytes {
    var log = LogBytes.good(identity: 5)
    log.put(1, at: 16)
    return log
  }

  private static let policies: [LogReadingOptions.TailPolicy] = [.proven, .all]

  private static func index(
    _ log: LogBytes, _ policy: LogReadingOptions.TailPolicy = .proven
  ) throws -> WriteLogIndex {
    let index = try WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: policy))
    #expect(index.problems == [])
    return index
  }

  @Test(arguments: policies)
  func aTailWithItsDataIsTakenWhole(policy: LogReadingOptions.TailPolicy) throws {
    let index = try Self.index(Self.log(), policy)
    #expect(index.entryCount == 7)
    #expect(index.tail == .used(entryCount: 6))
    #expect(index.entryWithoutData == nil)
  }

  /// Entry 2 has its header in sector 8 and its data in sector 9: its first byte and its last one.
  @Test(arguments: policies, [9 * 512, 10 * 512 - 1])
  func theLogEndsBeforeAnEntryWithOtherData(
    policy: LogReadingOptions.TailPolicy, byteOffset: Int
  ) throws {
    var log = Self.log()
    log.bytes[byteOffset] ^= 1
    let index = try Self.index(log, policy)
    #expect(index.entryCount == 2)
    #expect(index.tail == .used(entryCount: 1))
    #expect(index.entryWithoutData == 2)
    #expect(index.endByteOffset == 8 * 512)
  }

  /// Entry 1 has its header in sector 4, no digest, and three sectors of zeroes.
  @Test(arguments: policies, [5 * 512, 8 * 512 - 1])
  func dataWithoutADigestIsZeroes(
    policy: LogReadingOptions.TailPolicy, byteOffset: Int
  ) throws {
    var log = Self.log()
    log.bytes[byteOffset] = 0xb5
    let index = try Self.index(log, policy)
    #expect(index.entryCount == 1)
    #expect(index.tail == .unproven(entryCount: 6))
    #expect(index.entryWithoutData == 1)
    #expect(index.endByteOffset == 4 * 512)
  }

  @Test func whatIsNotToBeTakenIsNotLookedAt() throws {
    var log = Self.log()
    log.bytes[5 * 512] = 0xb5
    #expect(try Self.index(log, .none).entryWithoutData == nil)
  }

  /// The count is the word of a writer that had written all of it: that the data changed is for a rule.
  @Test func dataThatIsCountedIsTakenAsItIs() throws {
    var log = Self.log()
    log.put(3, at: 16)
    log.bytes[9 * 512] ^= 1
    log.bytes[5 * 512] = 0xb5
    let index = try Self.index(log)
    #expect(index.entryCount == 7)
    #expect(index.entryWithoutData == nil)
  }

  /// Without extensions nothing tells, and who asks for the tail gets it.
  @Test func aTailWithoutExtensionsIsTakenWhereAskedFor() throws {
    var log = LogBytes.good()
    log.put(1, at: 16)
    log.bytes[9 * 512] ^= 1
    #expect(try Self.index(log, .all).entryCount == 7)
  }

  /// A digest says nothing of an entry that has no data.
  @Test func aDigestOfNoDataIsNotLookedAt() throws {
    var log = LogBytes(count: 0)
    log.entry(sector: 8, count: 4, flags: 4, proof: .init(identity: 5, index: 0, digest: 7))
    #expect(try Self.index(log).entryCount == 1)
  }

  @Test func whoAppendsGoesOnBeforeTheEntryWithoutData() throws {
    var log = Self.log()
    log.bytes[9 * 512] ^= 1
    var places: [UInt64] = []
    var writer = try LogWriter<Never>(continuing: Self.index(log)) { places.append($1) }
    writer.appendFlush()
    #expect(places == [8 * 512])
    #expect(writer.entryCount == 3)
  }
}

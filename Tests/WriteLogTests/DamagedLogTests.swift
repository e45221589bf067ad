import Bytes
import Testing

@testable import WriteLog

/// What is changed, and what must be said about it.
struct Damage: Sendable, CustomTestStringConvertible {
  var entryIndex: Int
  var fieldByteOffset: Int
  var value: UInt64
  var field: String
  var kind: FormatError.Kind

  var testDescription: String { "entry \(entryIndex): \(field) = \(value)" }
}

struct DamagedLogTests {
  @Test func everyTruncationIsAnErrorOrAProblemAtTheCutEntry() throws {
    let good = LogBytes.good()
    let whole = try WriteLogIndex(reading: good.region)
    for keptByteCount in 0..<good.bytes.count {
      let region = ByteRegion(Array(good.bytes.prefix(keptByteCount)))
      if keptByteCount < Superblock.byteCount {
        let error = #expect(throws: FormatError.self) { try WriteLogIndex(reading: region) }
        #expect(error?.kind == .truncated)
        continue
      }
      let index = try WriteLogIndex(reading: region)
      let firstCut = (0..<7).first { whole[$0].logRange.upperBound > keptByteCount }
      #expect(index.entryCount == firstCut)
      #expect(index.tail == .none)
      let problem = try #require(index.problems.first)
      #expect(problem.entryIndex == firstCut)
      let cut = whole[index.entryCount]
      if keptByteCount < cut.payloadRange.lowerBound {
        #expect(problem.rule == .l04)
        #expect(problem.error.field == "entryCount")
        #expect(problem.error.found == "7")
        #expect(problem.error.expected == "at most \(index.entryCount)")
        #expect(problem.error.hint.contains("byte \(cut.headerByteOffset)"))
      } else {
        #expect(problem.rule == .l02)
        #expect(problem.error.kind == .truncated)
        #expect(problem.error.byteOffset == UInt64(cut.headerByteOffset + 8))
        #expect(problem.error.found == "\(cut.header.sectorCount)")
      }
    }
  }

  // MARK: Superblock

  @Test(
    arguments: [
      ("magic", 0, 0x6a_7366_7773_6873, 8), ("magic", 0, 0, 8), ("magic", 0, .max, 8),
      ("version", 8, 0, 8), ("version", 8, 2, 8), ("version", 8, 1 << 63, 8),
      ("sectorByteCount", 24, 0, 4), ("sectorByteCount", 24, 1, 4), ("sectorByteCount", 24, 256, 4),
      ("sectorByteCount", 24, 513, 4), ("sectorByteCount", 24, 768, 4),
      ("sectorByteCount", 24, 1 << 24, 4), ("sectorByteCount", 24, 1 << 31, 4),
      ("sectorByteCount", 24, 0xffff_ffff, 4),
    ] as [(String, Int, UInt64, Int)])
  func damagedSuperblockIsRefusedAtItsField(
    field: String, byteOffset: Int, value: UInt64, byteCount: Int
  ) throws {
    var log = LogBytes.good()
    log.put(value, byteCount: byteCount, at: byteOffset)
    let error = #expect(throws: FormatError.self) { try WriteLogIndex(reading: log.region) }
    #expect(error?.field == field)
    #expect(error?.byteOffset == UInt64(byteOffset))
    #expect(error?.found == (field == "magic" ? value.hex : "\(value)"))
    #expect(error?.hint.isEmpty == false)
  }

  @Test(arguments: [8, 1000, 1 << 32, 1 << 63, .max] as [UInt64])
  func countBeyondTheChainIsAProblem(count: UInt64) throws {
    for identity in [nil, 5] as [UInt64?] {
      var log = LogBytes.good(identity: identity)
      log.put(count, at: 16)
      let index = try WriteLogIndex(reading: log.region)
      #expect(index.entryCount == 7)
      try #require(index.problems.map(\.rule) == [.l04])
      #expect(index.problems[0].entryIndex == 7)
      #expect(index.problems[0].error.byteOffset == 16)
      #expect(index.problems[0].error.expected == "at most 7")
      #expect(index.problems[0].error.found == "\(count)")
    }
  }

  @Test(arguments: [1024, 4096, 8 << 20] as [UInt64])
  func wrongButAllowedSectorSizeBreaksTheChain(sector: UInt64) throws {
    var log = LogBytes.good()
    log.put(sector, byteCount: 4, at: 24)
    let index = try WriteLogIndex(reading: log.region)
    #expect(!index.problems.isEmpty)
    #expect(index.entryCount < 7)
  }

  // MARK: Headers

  /// The device that the damaged logs are read for.
  static let deviceByteCount: UInt64 = (32 + 1 << 20) * 512

  static let damages: [Damage] = {
    let huge: [UInt64] = [1 << 63, .max, 1 << 55, deviceByteCount / 512 + 1]
    var damages: [Damage] = []
    func add(
      _ entry: Int, _ offset: Int, _ value: UInt64, _ field: String, _ kind: FormatError.Kind
    ) {
      damages.append(
        Damage(
          entryIndex: entry, fieldByteOffset: offset, value: value, field: field, kind: kind))
    }
    for entry in 0..<7 {
      let isMark = entry == 6
      for value in huge {
        add(entry, 0, value, "sector", isMark ? .wrongValue : .outOfRange)
        add(entry, 8, value, "sectorCount", isMark ? .wrongValue : .outOfRange)
      }
      // Inside of the device, and more than the file has.
      if entry != 3 && !isMark { add(entry, 8, 1000, "sectorCount", .truncated) }
      for value in [32, 0x107, 1 << 63, .max] as [UInt64] {
        add(entry, 16, value, "flags", .unknownFlags)
      }
      for value in [1 << 63, .max, 480] as [UInt64] {
        add(entry, 24, value, "textByteCount", isMark ? .outOfRange : .wrongValue)
      }
      if !isMark { add(entry, 32, 1, "reserved", .wrongValue) }
      add(entry, 40, 1, "reserved", .wrongValue)
      add(entry, 504, 1, "reserved", .wrongValue)
    }
    return damages
  }()

  @Test(arguments: damages)
  func damagedHeaderIsAProblemAtItsField(damage: Damage) throws {
    var log = LogBytes.good()
    let byteOffset = log.headerByteOffsets[damage.entryIndex] + damage.fieldByteOffset
    log.put(damage.value, at: byteOffset)
    let index = try WriteLogIndex(
      reading: log.region, options: LogReadingOptions(deviceByteCount: Self.deviceByteCount))
    #expect(index.entryCount == damage.entryIndex)
    let problem = try #require(index.problems.first)
    #expect(problem.rule == .l02)
    #expect(problem.entryIndex == damage.entryIndex)
    #expect(problem.error.kind == damage.kind)
    #expect(problem.error.field == damage.field)
    #expect(problem.error.byteOffset == UInt64(byteOffset))
    #expect(!problem.error.expected.isEmpty && !problem.error.found.isEmpty)
  }

  @Test func undamagedLogFitsTheDeviceThatTheDamagedOnesAreReadFor() throws {
    let index = try WriteLogIndex(
      reading: LogBytes.good().region,
      options: LogReadingOptions(deviceByteCount: Self.deviceByteCount))
    #expect(index.problems == [])
    let short = try WriteLogIndex(
      reading: LogBytes.good().region,
      options: LogReadingOptions(deviceByteCount: Self.deviceByteCount - 1))
    #expect(short.problems.first?.entryIndex == 3)
    #expect(short.problems.first?.error.field == "sectorCount")
  }

  @Test func textWithBytesBehindItIsAProblem() throws {
    var log = LogBytes.good()
    log.put(3, at: log.headerByteOffsets[6] + 24)
    let problem = try #require(try WriteLogIndex(reading: log.region).problems.first)
    #expect(problem.error.field == "reserved")
    #expect(problem.error.byteOffset == UInt64(log.headerByteOffsets[6] + 35))
    #expect(problem.error.found == "0x65")
  }

  @Test func rangeThatIsOneSectorTooLongSwallowsTheNextHeader() throws {
    for grown in [0, 1, 2, 4, 5] {
      var log = LogBytes.good()
      let header = EntryHeader(loading: log.region, at: log.headerByteOffsets[grown])
      log.put(header.sectorCount + 1, at: log.headerByteOffsets[grown] + 8)
      let index = try WriteLogIndex(reading: log.region)
      #expect(index.entryCount < 7, "entry \(grown)")
      #expect(!index.problems.isEmpty, "entry \(grown)")
    }
  }

  @Test func everyDamagedByteOfAnExtensionIsFound() throws {
    let good = LogBytes.good(identity: 5)
    for (entryIndex, header) in good.headerByteOffsets.enumerated() {
      let start = entryIndex == 6 ? header + 512 - 64 : header + 64
      for byteOffset in start..<start + 64 {
        var log = good
        log.bytes[byteOffset] ^= 0x40
        let index = try WriteLogIndex(reading: log.region)
        #expect(index.entryCount == entryIndex)
        let problem = try #require(index.problems.first)
        #expect(problem.rule == .l02)
        // Without its magic it is no extension, but bytes that should be zero.
        let isMagic = byteOffset < start + 8
        #expect(problem.error.field == (isMagic ? "reserved" : "checksum"))
        #expect(problem.error.byteOffset == UInt64(isMagic ? start : start + 60))
      }
    }
  }

  @Test func extensionOfAnotherPlaceInTheChainIsAProblem() throws {
    var log = LogBytes(count: 2)
    log.flush(proof: .init(identity: 1, index: 0))
    log.flush(proof: .init(identity: 1, index: 2))
    let problem = try #require(try WriteLogIndex(reading: log.region).problems.first)
    #expect(problem.rule == .l03)
    #expect(problem.entryIndex == 1)
    #expect(problem.error.field == "entryIndex")
    #expect(problem.error.byteOffset == 1024 + 64 + 16)
    #expect(problem.error.expected == "1")
    #expect(problem.error.found == "2")
  }

  // MARK: Any byte

  /// Reads everything there is to read.
  private func visit(_ log: LogBytes) -> WriteLogIndex? {
    guard
      let index = try? WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: .all))
    else { return nil }
    for place in 0..<index.entryCount {
      let entry = index[place]
      _ = entry.deviceRange.units
      _ = entry.payloadRange
      _ = index.text(of: entry)
    }
    _ = LogSummary(of: index)
    return index
  }

  @Test(arguments: [0xff, 0x01, 0x80, 0x08] as [UInt8])
  func noFlippedByteTraps(mask: UInt8) {
    let good = LogBytes.good()
    for byteOffset in good.bytes.indices {
      var log = good
      log.bytes[byteOffset] ^= mask
      let index = visit(log)
      #expect(index?.entryCount ?? 0 <= 16)
    }
  }

  @Test(arguments: [0xff, 0x01, 0x80, 0x08] as [UInt8])
  func everyFlippedByteOfAHeaderWithAnExtensionIsFound(mask: UInt8) throws {
    let good = LogBytes.good(identity: 5)
    let mark = good.headerByteOffsets[6]
    for header in good.headerByteOffsets {
      for byteOffset in header..<header + 512 {
        // The text of a MARK is under no checksum.
        if (mark + 32..<mark + 36).contains(byteOffset) { continue }
        var log = good
        log.bytes[byteOffset] ^= mask
        let index = try #require(visit(log))
        #expect(!index.problems.isEmpty, "byte \(byteOffset)")
      }
    }
  }
}

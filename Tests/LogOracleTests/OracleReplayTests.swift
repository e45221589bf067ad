import Bytes
import LogOracle
import Rules
import Testing

/// The oracle over bytes that were written down by hand from [MS-VHDX] 2.2.2 and 2.3.1.
@Suite struct OracleReplayTests {
  private static let fileByteCount = 4 << 20
  private static let logByteOffset = 1 << 20
  private static let guid = [UInt8](1...16)

  /// A file whose first header names a log of 1 MiB at 1 MiB.
  private var file = [UInt8](repeating: 0, count: OracleReplayTests.fileByteCount)

  init() {
    put(header(number: 5, guid: Self.guid), at: 64 << 10)
  }

  private mutating func put(_ bytes: [UInt8], at place: Int) {
    file.replaceSubrange(place..<place + bytes.count, with: bytes)
  }

  private mutating func put(entry bytes: [UInt8], atSector sector: Int) {
    put(bytes, at: Self.logByteOffset + sector * 4096)
  }

  private func header(
    number: UInt64, guid: [UInt8], version: UInt64 = 1, logVersion: UInt64 = 0,
    logByteCount: UInt64 = 1 << 20, logByteOffset: UInt64 = 1 << 20
  ) -> [UInt8] {
    var bytes = Array("head".utf8) + [0, 0, 0, 0] + little(number, 8)
    bytes += [UInt8](repeating: 0x11, count: 32) + guid
    bytes += little(logVersion, 2) + little(version, 2)
    bytes += little(logByteCount, 4) + little(logByteOffset, 8)
    return sealed(bytes + [UInt8](repeating: 0, count: 4096 - bytes.count))
  }

  private struct Entry {
    var number: UInt64 = 7
    var tail: UInt64 = 0
    var flushed: UInt64 = 0
    var last: UInt64 = 0
    var guid = OracleReplayTests.guid
    /// Zero descriptors: offset and length.
    var zeroes: [(UInt64, UInt64)] = []
    /// Where a sector of these three bytes goes: the first 8, the middle, the last 4.
    var data: [(UInt64, [UInt8])] = []
    var reserved: UInt64 = 0
    var length: UInt64?
    var descriptorNumber: UInt64?
    var dataSignature = "data"

    var bytes: [UInt8] {
      let count = zeroes.count + data.count
      var bytes = Array("loge".utf8) + [0, 0, 0, 0]
      bytes += little(length ?? UInt64(4096 * (1 + data.count)), 4) + little(tail, 4)
      bytes += little(number, 8) + little(UInt64(count), 4) + little(reserved, 4) + guid
      bytes += little(flushed, 8) + little(last, 8)
      for (offset, byteCount) in zeroes {
        bytes += Array("zero".utf8) + [0, 0, 0, 0] + little(byteCount, 8) + little(offset, 8)
        bytes += little(descriptorNumber ?? number, 8)
      }
      for (offset, fill) in data {
        bytes += Array("desc".utf8) + [UInt8](repeating: fill[2], count: 4)
        bytes += [UInt8](repeating: fill[0], count: 8) + little(offset, 8)
        bytes += little(descriptorNumber ?? number, 8)
      }
      bytes += [UInt8](repeating: 0, count: 4096 - bytes.count)
      for (_, fill) in data {
        bytes += Array(dataSignature.utf8) + little(number >> 32, 4)
        bytes += [UInt8](repeating: fill[1], count: 4084) + little(number, 4)
      }
      return sealed(bytes)
    }
  }

  private func replay(limit: UInt64 = 1 << 40) -> OracleReplay {
    let file = self.file
    return OracleReplay(
      OracleImage(byteCount: UInt64(file.count)) {
        Array(file[Int($0.byteOffset)..<Int($0.endByteOffset)])
      },
      limits: OracleReplay.Limits(
        fileByteCount: limit, dataByteCount: 1 << 20, descriptorCount: 1 << 10))
  }

  private func rule() -> Rule? {
    guard case .refused(let refusal) = replay().verdict else { return nil }
    return refusal.rule
  }

  private func numbers() -> [UInt64]? {
    guard case .replayed(let entries) = replay().verdict else { return nil }
    return entries.map(\.sequenceNumber)
  }

  @Test mutating func aDataSectorIsPutTogetherAndZeroesCoverTheirWholeRange() {
    put(
      entry: Entry(
        last: 6 << 20, zeroes: [(3 << 20, 8192)], data: [(2 << 20, [0xaa, 0xbb, 0xcc])]
      ).bytes, atSector: 0)
    let result = replay()
    #expect(numbers() == [7])
    let sector =
      [UInt8](repeating: 0xaa, count: 8) + [UInt8](repeating: 0xbb, count: 4084)
      + [UInt8](repeating: 0xcc, count: 4)
    #expect(result.sector(at: 2 << 20) == sector)
    let zeroes = [UInt8](repeating: 0, count: 4096)
    #expect(result.sector(at: 3 << 20) == zeroes && result.sector(at: 3 << 20 + 4096) == zeroes)
    #expect(result.sector(at: 3 << 20 + 8192) == nil && result.sector(at: 3 << 20 - 4096) == nil)
    #expect(result.byteCount == 6 << 20)
  }

  @Test mutating func theLaterOfTwoChangesCounts() {
    put(
      entry: Entry(zeroes: [(3 << 20, 4096)], data: [(3 << 20, [1, 2, 3])]).bytes, atSector: 0)
    #expect(replay().sector(at: 3 << 20)?[8] == 2)
    put(entry: Entry(number: 8, zeroes: [(3 << 20 - 4096, 12288)]).bytes, atSector: 2)
    #expect(replay().sector(at: 3 << 20)?[8] == 0)
    put(entry: Entry(number: 9, data: [(3 << 20, [4, 5, 6])]).bytes, atSector: 3)
    #expect(numbers() == [7, 8, 9])
    #expect(replay().sector(at: 3 << 20)?[8] == 5)
  }

  @Test mutating func aRunWrapsAndBeginsAtItsTail() {
    put(entry: Entry(number: 3, tail: 254 * 4096).bytes, atSector: 254)
    put(entry: Entry(number: 4, tail: 255 * 4096, data: []).bytes, atSector: 255)
    put(entry: Entry(number: 5, tail: 255 * 4096, data: [(2 << 20, [1, 2, 3])]).bytes, atSector: 0)
    #expect(numbers() == [4, 5])
  }

  @Test mutating func ofTwoCompleteRunsTheOneWithTheNewerHeadCounts() {
    put(entry: Entry(number: 90, tail: 10 * 4096).bytes, atSector: 10)
    put(entry: Entry(number: 80, tail: 20 * 4096).bytes, atSector: 20)
    put(entry: Entry(number: 91, tail: 20 * 4096).bytes, atSector: 21)
    #expect(numbers() == [90])
    put(entry: Entry(number: 81, tail: 20 * 4096).bytes, atSector: 21)
    put(entry: Entry(number: 100, tail: 0).bytes, atSector: 30)
    #expect(numbers() == [90])
    put(entry: Entry(number: 92, tail: 31 * 4096).bytes, atSector: 31)
    #expect(numbers() == [92])
  }

  @Test mutating func whatIsNoEntryIsNotReplayed() {
    let good = Entry(data: [(2 << 20, [1, 2, 3])])
    func changed(_ change: (inout Entry) -> Void) -> [UInt8] {
      var entry = good
      change(&entry)
      return entry.bytes
    }
    var torn = good.bytes
    torn[5000] ^= 1
    let entries: [[UInt8]] = [
      torn, changed { $0.number = 0 }, changed { $0.tail = 4095 }, changed { $0.tail = 1 << 20 },
      changed { $0.tail = 4096 }, changed { $0.reserved = 1 }, changed { $0.length = 4096 },
      changed { $0.length = 12288 }, changed { $0.length = 0 }, changed { $0.flushed = 1 },
      changed { $0.last = 4096 }, changed { $0.guid[0] = 9 }, changed { $0.descriptorNumber = 6 },
      changed { $0.dataSignature = "dat1" }, changed { $0.data[0].0 = 2 << 20 + 512 },
      changed { $0.zeroes = [(2 << 20, 512)] }, changed { $0.zeroes = [(.max - 4095, 4096)] },
      changed { $0.data[0].0 = 0 }, changed { $0.data[0].0 = 188 << 10 },
      changed { $0.data[0].0 = 1 << 20 }, changed { $0.zeroes = [(1 << 20 - 4096, 8192)] },
    ]
    for (index, bytes) in entries.enumerated() {
      put(entry: bytes, atSector: 0)
      #expect(rule() == .r02, "entry \(index)")
    }
    put(entry: changed { $0.data[0].0 = 192 << 10 }, atSector: 0)
    #expect(numbers() == [7])
  }

  @Test mutating func onlyTheNewestEntrysLengthsCount() {
    put(entry: Entry(number: 1, flushed: 64 << 20, last: 64 << 20).bytes, atSector: 0)
    put(entry: Entry(number: 2, flushed: 4 << 20, last: 5 << 20).bytes, atSector: 1)
    #expect(numbers() == [1, 2])
    #expect(replay().byteCount == 5 << 20)
    put(entry: Entry(number: 2, flushed: 5 << 20).bytes, atSector: 1)
    #expect(rule() == .r03)
  }

  @Test mutating func aHeaderThatCannotBeGoneByIsNamed() {
    let place = 64 << 10
    let broken: [(Rule, [UInt8])] = [
      (.h05, header(number: 5, guid: Self.guid, version: 2)),
      (.h06, header(number: 5, guid: Self.guid, logVersion: 1)),
      (.h07, header(number: 5, guid: Self.guid, logByteCount: 0)),
      (.h07, header(number: 5, guid: Self.guid, logByteCount: 4096)),
      (.h07, header(number: 5, guid: Self.guid, logByteOffset: 0)),
      (.h07, header(number: 5, guid: Self.guid, logByteOffset: 4 << 20)),
      (.h07, header(number: 5, guid: Self.guid, logByteOffset: .max - (1 << 20) + 1)),
      (.h03, [UInt8](repeating: 0, count: 4096)),
    ]
    for (rule, bytes) in broken {
      put(bytes, at: place)
      #expect(self.rule() == rule)
    }
    put(header(number: 5, guid: Self.guid), at: place)
    put(header(number: 5, guid: Self.guid), at: 128 << 10)
    #expect(rule() == .h04)
    let zero = [UInt8](repeating: 0, count: 16)
    put(header(number: 6, guid: zero, logVersion: 1), at: 128 << 10)
    guard case .notNeeded = replay().verdict else {
      Issue.record("the newer header's log is empty")
      return
    }
    put(header(number: 4, guid: zero), at: 128 << 10)
    #expect(rule() == .r02)
  }

  @Test mutating func moreThanIsHeldIsSaid() {
    put(entry: Entry(last: 8 << 20).bytes, atSector: 0)
    guard case .beyondLimits = replay(limit: 7 << 20).verdict else {
      Issue.record("a file of 8 MiB is beyond a limit of 7")
      return
    }
  }
}

private func little(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}

private func sealed(_ bytes: [UInt8]) -> [UInt8] {
  var crc: UInt32 = .max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
  }
  var result = bytes
  result.replaceSubrange(4..<8, with: little(UInt64(~crc), 4))
  return result
}

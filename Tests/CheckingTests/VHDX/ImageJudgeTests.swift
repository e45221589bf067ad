import Bytes
import Checking
import Host
import Rules
import TestSupport
import Testing
import VHDX
import VHDXJudges

/// Each static rule of an image with one planted fault, at the byte that the specification gives.
@Suite struct ImageJudgeTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    var rules: [Rule]
    /// What is written where; headers and region tables get their checksum anew.
    var patches: [(byteOffset: UInt64, bytes: [UInt8])]
    /// What the title of the first rule's violation names; `nil` where it names no one place.
    var place: UInt64?

    var testDescription: String { "\(rules.map(\.rawValue)) at \(patches.map(\.byteOffset))" }

    init(_ rules: [Rule], _ byteOffset: UInt64, _ bytes: [UInt8], names place: UInt64?) {
      self.rules = rules
      patches = [(byteOffset, bytes)]
      self.place = place
    }

    /// The same bytes in both headers, or in both region tables.
    init(
      _ rules: [Rule], both places: [UInt64], plus field: UInt64, _ bytes: [UInt8],
      names place: UInt64?
    ) {
      self.rules = rules
      patches = places.map { ($0 + field, bytes) }
      self.place = place
    }
  }

  static let headers: [UInt64] = [65536, 131072]
  static let tables: [UInt64] = [196608, 262144]
  static let metadata: UInt64 = 3 << 20
  static let blockTable: UInt64 = 2 << 20

  // qemu-img's second header is the current one; its table has the block table's entry at byte 16
  // and the one of metadata at byte 48; metadata rows are at byte 32 and on, items at 65536: file
  // parameters, disk size, disk ID, logical and physical sector size.
  static let faults: [Fault] = [
    Fault([.h01], 0, [0x56], names: 0),
    Fault([.h05], both: headers, plus: 66, [2], names: 131138),
    Fault([.h07], both: headers, plus: 70, [8], names: 131140),
    Fault([.h07], both: headers, plus: 72, [0, 0, 0x08], names: 131144),
    Fault([.h07], both: headers, plus: 79, [0x7f], names: 131144),
    Fault(
      [.h07], both: headers, plus: 48,
      [1] + [UInt8](repeating: 0, count: 17) + [1, 0, 0, 0, 0, 0], names: 131140),
    Fault([.h08], both: headers, plus: 74, [0x20], names: 196640),
    // The log is longer, and reaches to the end of the block table.
    Fault([.h08], both: headers, plus: 70, [0x20], names: 196640),
    Fault([.h09], 65536 + 80, [1], names: 65616),
    Fault([.h09], 131072 + 80, [1], names: 131152),
    Fault([.h18], 65536 + 16, [0xee, 0xee], names: 65536),
    Fault([.h18], 65536, [0], names: 65536),
    Fault([.s05], both: headers, plus: 48, [1], names: 131120),
    Fault([.g02, .g03, .g04], both: tables, plus: 8, [0, 8, 0, 0], names: 196616),
    Fault([.g02], both: tables, plus: 12, [1], names: 196620),
    Fault([.g02], both: tables, plus: 44, [3], names: 196652),
    Fault([.g02], both: tables, plus: 76, [3], names: 196684),
    Fault([.g04, .m01], both: tables, plus: 48 + 16, [0, 2, 0x30], names: 196672),
    Fault([.g04], both: tables, plus: 48 + 24, [1], names: 196680),
    Fault([.g05], both: tables, plus: 48 + 16, [0, 0, 0, 1], names: 196672),
    Fault([.g05], both: tables, plus: 42, [0x20], names: 196672),
    Fault([.g06], both: tables, plus: 16, [0], names: 196624),
    Fault(
      [.g06, .g07], both: tables, plus: 16,
      [UInt8](repeating: 9, count: 16) + [0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 1],
      names: 196624),
    Fault([.g01], both: tables, plus: 0, [0], names: 262144),
    Fault(
      [.g03, .g06], both: tables, plus: 48,
      [
        0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a,
        0x08,
      ], names: 196656),
    Fault(
      [.h06], both: headers, plus: 48, [1] + [UInt8](repeating: 0, count: 15) + [1],
      names: 131136),
    Fault([.g09], 196608 + 44, [1], names: 262144),
    Fault([.g09], 196608, [0], names: 196608),
    Fault([.g09], 262144, [0], names: 262144),
    Fault([.m01], metadata, [0], names: 3 << 20),
    Fault([.m01, .m04], metadata + 10, [0xff, 0xff], names: metadata + 10),
    Fault([.m04], metadata + 10, [7], names: metadata + 32 + 6 * 32),
    Fault([.m02, .m03, .m07], metadata + 32 + 20, [1, 0, 0x10], names: metadata + 48),
    Fault([.m01], metadata + 12, [1], names: metadata + 12),
    Fault([.m02], metadata + 32 + 2 * 32 + 16, [8], names: metadata + 112),
    Fault([.m05], metadata + 32 + 24, [0x0c], names: metadata + 56),
    Fault([.m05], metadata + 32 + 28, [1], names: metadata + 56 + 4),
    Fault([.m06, .m07], metadata + 32, [0], names: metadata + 32),
    Fault([.m07], metadata + 32 + 24, [0], names: metadata + 56),
    Fault([.m07], metadata + 32 + 96 + 20, [2], names: metadata + 148),
    Fault([.m08], metadata + 65536, [0, 0, 0x30], names: metadata + 65536),
    Fault([.m08], metadata + 65540, [4], names: metadata + 65540),
    Fault([.m09], metadata + 65544, [1], names: metadata + 65544),
    Fault([.m09], metadata + 65550, [1], names: metadata + 65544),
    Fault([.m10], metadata + 65568, [1], names: metadata + 65568),
    Fault([.m10], metadata + 65572, [1], names: metadata + 65572),
    Fault(
      [.m14], metadata + 65552, [UInt8](repeating: 0, count: 16), names: metadata + 65552),
    // Of another length it is not read, and nothing is said of its value.
    Fault([.m07], metadata + 32 + 64 + 20, [8], names: metadata + 32 + 64 + 20),
    Fault([.m11], metadata + 65540, [2], names: metadata),
    Fault([.b01], metadata + 65549, [8], names: 2 << 20),
    Fault([.b02], blockTable + 8, [8], names: blockTable + 8),
    Fault([.b03], blockTable + 8, [4], names: blockTable + 8),
    Fault([.b03], blockTable + 8, [7, 0, 0x50], names: blockTable + 8),
    Fault([.b05], blockTable + 8, [6], names: blockTable + 8),
    Fault([.b05], blockTable + 8, [6, 0, 0x80], names: blockTable + 8),
    Fault([.b06], blockTable + 8, [6, 0, 0x30], names: blockTable + 8),
    Fault([.b06], blockTable, [6, 0, 0x50, 0, 0, 0, 0, 0, 6, 0, 0x50], names: blockTable + 8),
    Fault([.b06], blockTable, [6, 0, 0x50, 0, 0, 0, 0, 0, 3, 0, 0x50], names: blockTable + 8),
    Fault([.h08], blockTable + 8, [6, 0, 0x10], names: blockTable + 8),
    Fault([.b11], metadata + 65540, [1], names: nil),
  ]

  static func damaged(_ fault: Fault) throws -> MemoryImage {
    let image = try ImageCase.ofQEMU()
    for patch in fault.patches {
      image.write(patch.bytes, at: patch.byteOffset)
      if fault.rules == [.h18], patch.byteOffset == 65536 { continue }
      for (places, byteCount) in [(headers, 4096 as UInt64), (tables, 65536)] {
        for place in places where patch.byteOffset >= place && patch.byteOffset < place + byteCount
        {
          ImageCase.seal(image, at: place, byteCount: byteCount)
        }
      }
    }
    return image
  }

  @Test(arguments: faults)
  func aPlantedFaultIsNamedByItsRuleAndPlace(fault: Fault) throws {
    let violations = ImageJudge().judge(try Self.damaged(fault))
    #expect(ImageCase.rules(violations) == fault.rules, "\(violations.map(\.title))")
    if let place = fault.place {
      let title = try #require(violations.first { $0.rule == fault.rules[0] }?.title)
      #expect(
        title.contains("byte \(place)") || title.contains("bytes 196608 and \(place)"), "\(title)")
    }
  }

  @Test func imagesOfQEMUBreakNothing() throws {
    for options in [
      "block_size=1M,subformat=dynamic", "block_size=1M,subformat=fixed",
      "block_size=32M,subformat=dynamic", "block_size=256M,subformat=fixed",
      "block_size=8M,log_size=4M",
    ] {
      let violations = ImageJudge().judge(try ImageCase.ofQEMU(options))
      #expect(violations.isEmpty, "\(options): \(violations.map(\.title))")
    }
  }

  @Test func anImageThatQEMUWroteBreaksNothingButAWarning() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try Peer.qemuImage.run(
      ["create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", path, "64M"])
    try Peer.qemuIO.run(
      ["-f", "vhdx", "-c", "write -P 1 0 5M", "-c", "write -P 2 40M 64k", path])
    let image = try ImageCase.memory(path)
    // A session of the real program leaves two headers with different DataWriteGuids.
    #expect(ImageCase.rules(ImageJudge().judge(image)) == [.h18])
    let violations = ImageJudge(options: ImageJudgeOptions(judgesWarnings: false)).judge(image)
    #expect(violations.isEmpty, "\(violations.map(\.title))")
  }

  @Test func imagesOfOursBreakNothing() throws {
    for isFixed in [false, true] {
      for sector: UInt32 in [512, 4096] {
        let image = try ImageCase.ofOurs(isFixed: isFixed, sectorByteCount: sector)
        let violations = ImageJudge().judge(image)
        #expect(violations.isEmpty, "\(violations.map(\.title))")
      }
    }
  }

  @Test func headersThatAreNotValidAndHeadersAlikeAreTold() throws {
    let image = try ImageCase.ofQEMU()
    image.write([0], at: 65536)
    image.write([0], at: 131072)
    #expect(ImageCase.rules(ImageJudge().judge(image)) == [.h03])
    let alike = try ImageCase.ofQEMU()
    alike.write(alike.read(ByteRange(byteOffset: 131072, byteCount: 4096)), at: 65536)
    #expect(ImageCase.rules(ImageJudge().judge(alike)) == [.h04])
    let accepting = ImageJudgeOptions(equalSequenceNumbers: .acceptIdentical)
    #expect(ImageJudge(options: accepting).judge(alike).isEmpty)
  }

  @Test func warningsCanBeSwitchedOff() throws {
    let image = try Self.damaged(Fault([.h18], 65536, [0], names: nil))
    #expect(ImageJudge(options: ImageJudgeOptions(judgesWarnings: false)).judge(image).isEmpty)
  }

  /// The image with an empty log entry, by hand, and its LogGuid in both headers.
  static func dirty(tail: UInt32, flushedByteCount: UInt64) throws -> MemoryImage {
    let image = try ImageCase.ofQEMU()
    let guid: [UInt8] = [UInt8](repeating: 7, count: 16)
    for place in headers {
      image.write(guid, at: place + 48)
      ImageCase.seal(image, at: place, byteCount: 4096)
    }
    let log: UInt64 = 1 << 20
    image.write(Array("loge".utf8), at: log)
    image.write([0, 0x10, 0, 0] + ImageCase.littleEndian(tail) + [1], at: log + 8)
    image.write(guid + ImageCase.littleEndian(flushedByteCount), at: log + 32)
    image.write(ImageCase.littleEndian(UInt64(8 << 20)), at: log + 56)
    ImageCase.seal(image, at: log, byteCount: 4096)
    return image
  }

  @Test func aLogIsJudgedByItsNewestEntry() throws {
    let good = try Self.dirty(tail: 0, flushedByteCount: 8 << 20)
    #expect(ImageJudge().judge(good).map(\.title) == [])
    let short = ImageJudge().judge(try Self.dirty(tail: 0, flushedByteCount: 9 << 20))
    #expect(ImageCase.rules(short) == [.r03])
    #expect(short.first?.title.contains("byte 1048576") == true)
    let tailless = ImageJudge().judge(try Self.dirty(tail: 4096, flushedByteCount: 8 << 20))
    #expect(ImageCase.rules(tailless) == [.s02, .s05])
  }

  /// A writer that is at work has changed one of the headers, and not yet the other one.
  @Test func whileTheLogHoldsSomethingTheHeadersMayDiffer() throws {
    let image = try Self.dirty(tail: 0, flushedByteCount: 8 << 20)
    image.write([0xee, 0xee], at: 65536 + 16)
    ImageCase.seal(image, at: 65536, byteCount: 4096)
    #expect(ImageJudge().judge(image).map(\.title) == [])
  }

  @Test func theVersionOfAnEmptyLogMayBeAny() throws {
    let fault = Fault([], both: Self.headers, plus: 64, [1], names: nil)
    #expect(ImageJudge().judge(try Self.damaged(fault)).map(\.title) == [])
  }

  /// The metadata and a third region lie on a block table region of 3 MiB, and not on each other.
  @Test func eachRegionThatLiesOnAWideOneBreaksG05() throws {
    let image = try ImageCase.ofQEMU()
    for table in Self.tables {
      image.write([3], at: table + 8)
      image.write([0, 0, 0x30], at: table + 40)
      image.write([UInt8](repeating: 9, count: 16) + [0, 0, 0x40], at: table + 80)
      image.write([0, 0, 0x10], at: table + 104)
      ImageCase.seal(image, at: table, byteCount: 65536)
    }
    let violations = ImageJudge().judge(image)
    #expect(violations.map(\.rule) == [.g05, .g05])
    #expect(violations.first?.title.contains("byte 196672") == true)
    #expect(violations.last?.title.contains("byte 196704") == true)
  }

  @Test(arguments: [(512, 512, false), (512, 4096, true), (4096, 4096, false)])
  func aDiskOfPartOfASectorBreaksM09(
    moreByteCount: UInt64, sectorByteCount: UInt32, isBroken: Bool
  ) throws {
    let image = try ImageCase.ofQEMU()
    image.write(
      ImageCase.littleEndian(64 << 20 + moreByteCount), at: Self.metadata + 65544)
    image.write(ImageCase.littleEndian(sectorByteCount), at: Self.metadata + 65568)
    #expect(ImageCase.rules(ImageJudge().judge(image)) == (isBroken ? [.m09] : []))
  }

  @Test func theBlockTableOfADirtyImageIsJudgedToo() throws {
    let image = try Self.dirty(tail: 0, flushedByteCount: 8 << 20)
    image.write([4], at: Self.blockTable)
    #expect(ImageCase.rules(ImageJudge().judge(image)) == [.b03])
  }

  @Test func bitmapsAreJudged() throws {
    let image = try ImageCase.ofQEMU(size: "5G")
    // Behind the 4096 blocks of the first chunk.
    image.write([6, 0, 0x50], at: Self.blockTable + 4096 * 8)
    let violations = ImageJudge().judge(image)
    #expect(ImageCase.rules(violations) == [.b04])
    #expect(violations.first?.title.contains("byte \(Self.blockTable + 32768)") == true)
  }

  @Test func everyTruncationGetsAVerdict() throws {
    let whole = try ImageCase.ofQEMU("block_size=1M,subformat=fixed")
    for byteCount: UInt64 in [
      0, 7, 65536, 131072, 196608, 262144, 1 << 20, 2 << 20, 3 << 20, (3 << 20) + 65540,
      (4 << 20) - 1, (9 << 20) - 1,
    ] {
      let image = MemoryImage(whole.contents)
      image.resize(toByteCount: byteCount)
      #expect(!ImageJudge().judge(image).isEmpty, "\(byteCount) bytes")
    }
  }

  @Test func ofOneRuleSixtyFourAreListed() throws {
    let image = try ImageCase.ofQEMU(size: "1G")
    image.write([UInt8](repeating: 0xff, count: 8 * 1024), at: Self.blockTable)
    let violations = ImageJudge().judge(image)
    #expect(violations.filter { $0.rule == .b02 }.count == 64)
    #expect(violations.filter { $0.rule == .b03 }.count == 64)
  }
}

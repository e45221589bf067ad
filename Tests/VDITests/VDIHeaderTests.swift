import Bytes
import Rules
import Testing
import VDI

/// The header of qemu-img's image, and one wrong field at a time.
@Suite struct VDIHeaderTests {
  @Test func theHeaderOfQEMUIsReadFieldByField() throws {
    let header = try VDIHeader(reading: QEMUVDI.file())
    #expect(header.text.prefix(8) == [0x3c, 0x3c, 0x3c, 0x20, 0x51, 0x45, 0x4d, 0x55])
    #expect(header.signature == 0xbeda_107f)
    #expect(header.version == 0x0001_0001)
    #expect(header.headerByteCount == 384)
    #expect(header.imageType == 1)
    #expect(header.flags == 0)
    #expect(header.description.allSatisfy { $0 == 0 })
    #expect(header.blockMapByteOffset == 512)
    #expect(header.dataByteOffset == 1024)
    #expect(header.sectorByteCount == 512)
    #expect(header.diskByteCount == 8 << 20)
    #expect(header.blockByteCount == 1 << 20)
    #expect(header.blockExtraByteCount == 0)
    #expect(header.blockCount == 8)
    #expect(header.allocatedBlockCount == 0)
    #expect(header.imageUUID == GUID("C2A1160E-B68A-4C93-8247-F9084AB9AA47"))
    #expect(header.lastSnapshotUUID == GUID("7F15E90E-F280-4B16-8A36-3574321F9B69"))
    #expect(header.linkUUID.isZero && header.parentUUID.isZero)
  }

  /// Every byte of the header has another value, so that no field can be taken for its neighbour.
  @Test func eachFieldStandsWhereTheLayoutSays() throws {
    let bytes = (0..<456).map { UInt8(truncatingIfNeeded: $0 % 251 + 1) }
    let file = MemoryImage(SparseBytes(byteCount: 456))
    file.write(bytes, at: 0)
    let header = try VDIHeader(reading: file)
    func number(_ byteOffset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[byteOffset + $1]) << UInt32($1 * 8) }
    }
    #expect(header.text == [UInt8](bytes[0..<64]))
    #expect(header.description == [UInt8](bytes[84..<340]))
    let fields = [
      header.signature, header.version, header.headerByteCount, header.imageType, header.flags,
      header.blockMapByteOffset, header.dataByteOffset, header.cylinderCount, header.headCount,
      header.trackSectorCount, header.sectorByteCount, header.unused, header.blockByteCount,
      header.blockExtraByteCount, header.blockCount, header.allocatedBlockCount,
    ]
    let places = [64, 68, 72, 76, 80, 340, 344, 348, 352, 356, 360, 364, 376, 380, 384, 388]
    #expect(fields == places.map(number))
    #expect(header.diskByteCount == UInt64(number(368)) | UInt64(number(372)) << 32)
    let uuids = [
      header.imageUUID, header.lastSnapshotUUID, header.linkUUID, header.parentUUID,
    ]
    let region = ByteRegion(bytes)
    #expect(uuids == [392, 408, 424, 440].map { GUID(loading: region, at: $0) })
    #expect(header.encode() == bytes)
  }

  @Test func theHeaderOfQEMUIsWrittenAsItWasRead() throws {
    #expect(
      try VDIHeader(reading: QEMUVDI.file()).encode() == [UInt8](QEMUVDI.header.prefix(456)))
  }

  @Test(arguments: Array(stride(from: 0, through: 448, by: 64)) + [455])
  func everyTruncationOfTheHeaderIsNamed(keptByteCount: Int) {
    let file = MemoryImage(SparseBytes(byteCount: UInt64(keptByteCount)))
    file.write([UInt8](QEMUVDI.header.prefix(keptByteCount)), at: 0)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [.v01])
    #expect(defects.first?.kind == .truncated)
    #expect(defects.first?.found == "a file of \(keptByteCount) bytes")
    #expect(VDIFiles.refusal(of: file) == defects.first)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var field: String
    var byteOffset: UInt64
    var bytes: [UInt8]
    var rule: Rule
    var expected: String
    var found: String

    var testDescription: String { "\(field) is \(found)" }

    init(
      _ field: String, _ byteOffset: UInt64, _ bytes: [UInt8], _ rule: Rule, expected: String,
      found: String
    ) {
      self.field = "header.\(field)"
      self.byteOffset = byteOffset
      self.bytes = bytes
      self.rule = rule
      self.expected = expected
      self.found = found
    }
  }

  static let identities = [
    Damage("signature", 64, [0x7e], .v01, expected: "0xbeda107f", found: "0xbeda107e"),
    Damage("signature", 64, [0, 0, 0, 0], .v01, expected: "0xbeda107f", found: "0x0"),
    Damage("version", 68, [0], .v01, expected: "0x10001: 1.1", found: "0x10000"),
    Damage("version", 68, [1, 0, 2, 0], .v01, expected: "0x10001: 1.1", found: "0x20001"),
    Damage("headerByteCount", 72, [0x7f], .v01, expected: "384 or more", found: "383"),
    Damage("headerByteCount", 72, [0, 0], .v01, expected: "384 or more", found: "0"),
  ]

  private static let types = "1 (dynamic), 2 (static), 3 (undo) or 4 (differencing)"

  static let values = [
    Damage("imageType", 76, [0], .v02, expected: types, found: "0"),
    Damage("imageType", 76, [5], .v02, expected: types, found: "5"),
    Damage(
      "blockMapByteOffset", 340, [1], .v02, expected: "whole sectors of 512 bytes", found: "513"),
    Damage(
      "blockMapByteOffset", 340, [0, 0], .v02, expected: "456 or more, where the header ends",
      found: "0"),
    Damage(
      "dataByteOffset", 344, [0x10], .v02, expected: "whole sectors of 512 bytes", found: "1040"),
    Damage(
      "dataByteOffset", 344, [0, 2], .v02, expected: "544 or more, where the block map ends",
      found: "512"),
    Damage("sectorByteCount", 360, [0, 16], .v02, expected: "512", found: "4096"),
    Damage(
      "diskByteCount", 368, [1], .v02, expected: "8388608 at most, the room of 8 blocks",
      found: "8388609"),
    Damage(
      "diskByteCount", 368, [255, 255, 255, 255, 255, 255, 255, 255], .v02,
      expected: "8388608 at most, the room of 8 blocks", found: "18446744073709551615"),
    Damage(
      "blockByteCount", 376, [0, 0, 0], .v02, expected: "whole sectors of 512 bytes", found: "0"),
    Damage(
      "blockByteCount", 376, [1], .v02, expected: "whole sectors of 512 bytes", found: "1048577"),
    Damage(
      "blockExtraByteCount", 380, [1, 2], .v02, expected: "whole sectors of 512 bytes, or 0",
      found: "513"),
    Damage(
      "linkUUID", 424, [1], .v02, expected: "zero: an image of this type stands alone",
      found: "00000001-0000-0000-0000-000000000000"),
    Damage(
      "parentUUID", 440, [0, 0, 0, 0, 0, 0, 0, 0, 9], .v02,
      expected: "zero: an image of this type stands alone",
      found: "00000000-0000-0000-0900-000000000000"),
  ]

  @Test(arguments: identities + values)
  func eachWrongFieldIsNamedAndStopsOpening(damage: Damage) {
    let file = QEMUVDI.file(patching: damage.bytes, at: damage.byteOffset)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [damage.rule])
    #expect(defects.map(\.field) == [damage.field])
    #expect(defects.map(\.byteOffset) == [damage.byteOffset])
    #expect(defects.map(\.expected) == [damage.expected])
    #expect(defects.map(\.found) == [damage.found])
    #expect(VDIFiles.refusal(of: file) == defects.first)
    #expect(VDIFiles.refusal(of: file, blockMap: .whenRead) == defects.first)
  }

  /// Fields of images that VirtualBox makes, and what is said of each.
  static let limits: [(field: String, byteOffset: UInt64, bytes: [UInt8], found: String)] = [
    ("version", 68, [1, 0, 0, 0], "0x1: 0.1"), ("imageType", 76, [3], "3 (undo)"),
    ("imageType", 76, [4], "4 (differencing)"), ("blockByteCount", 376, [0, 0, 0x20], "2097152"),
    ("blockExtraByteCount", 380, [0, 2], "512"),
  ]

  /// Such an image may be a good one: not to read it is a limit, and no rule is broken.
  @Test(arguments: limits.indices)
  func whatIsNotReadHereIsNoFaultOfTheImage(index: Int) throws {
    let limit = Self.limits[index]
    let file = QEMUVDI.file(patching: limit.bytes, at: limit.byteOffset)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [nil])
    #expect(defects.map(\.field) == ["header.\(limit.field)"])
    #expect(defects.map(\.byteOffset) == [limit.byteOffset])
    #expect(defects.map(\.found) == [limit.found])
    #expect(VDIFiles.refusal(of: file) == defects.first)
    let findings = VDIFormat().findings(of: file)
    #expect(findings.violations.isEmpty)
    #expect(try #require(findings.refusal).rule == nil)
    #expect(try #require(findings.limit).contains("'header.\(limit.field)'"))
  }

  @Test func anImageAboveAnotherOneNamesIt() {
    let file = QEMUVDI.file(patching: [4], at: 76)
    file.write([1, 2, 3], at: 440)
    #expect(VDIImage.defects(of: file).map(\.field) == ["header.imageType"])
    // What is wrong with it is told all the same.
    file.write([0, 16], at: 360)
    #expect(VDIImage.defects(of: file).map(\.rule) == [.v02, nil])
    #expect(VDIFormat().findings(of: file).violations.map(\.rule) == [.v02])
  }

  @Test func aLongerHeaderEndsBeforeTheMap() {
    #expect(VDIImage.defects(of: QEMUVDI.file(patching: [0xb8, 1], at: 72)).isEmpty)
    let defects = VDIImage.defects(of: QEMUVDI.file(patching: [0xb9, 1], at: 72))
    #expect(defects.map(\.rule) == [.v02])
    #expect(defects.map(\.byteOffset) == [340])
    #expect(defects.map(\.expected) == ["513 or more, where the header ends"])
    #expect(defects.map(\.found) == ["512"])
  }

  @Test func aMapBehindTheEndOfTheFileIsNamed() {
    // Cut off within the last entry of the map.
    let file = QEMUVDI.file()
    file.resize(toByteCount: 543)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [.v02])
    #expect(defects.map(\.field) == ["blockMap"])
    #expect(defects.map(\.byteOffset) == [512])
    #expect(defects.map(\.expected) == ["32 bytes for 8 blocks"])
    #expect(defects.map(\.found) == ["a file of 543 bytes"])
    file.resize(toByteCount: 544)
    file.write([255], at: 543)
    #expect(VDIImage.defects(of: file).isEmpty)
  }

  @Test func eachWrongFieldOfAHeaderIsToldAndOfNoOtherFormatMoreThanThat() {
    let file = QEMUVDI.file(patching: [9], at: 76)
    file.write([0, 16], at: 360)
    file.write([1], at: 440)
    #expect(
      VDIImage.defects(of: file).map(\.field)
        == ["header.imageType", "header.sectorByteCount", "header.parentUUID"])
    #expect(VDIImage.defects(of: file, limit: 2).count == 2)
    file.write([0], at: 64)
    #expect(VDIImage.defects(of: file).map(\.field) == ["header.signature"])
  }

  /// What VirtualBox's headers have and QEMU's do not, fields that say nothing, and a disk in fewer
  /// blocks than there are entries.
  static let harmless: [(byteOffset: UInt64, bytes: [UInt8])] = [
    (0, [0]), (72, [0x90, 1]), (80, [1, 2, 3, 4]), (84, [0x41, 0x42]),
    (348, [1, 0, 0, 0, 16, 0, 0, 0, 63]), (364, [7]), (368, [0, 0, 0x70]), (368, [0, 0, 0]),
    (392, [0, 0, 0, 0]), (408, [9]), (456, [0xcf, 3, 0, 0, 16, 0, 0, 0, 63, 0, 0, 0, 0, 2]),
  ]

  @Test(arguments: harmless.indices)
  func whatSaysNothingOfTheDiskIsNoDefect(index: Int) throws {
    let file = QEMUVDI.file(
      patching: Self.harmless[index].bytes, at: Self.harmless[index].byteOffset)
    #expect(VDIImage.defects(of: file).isEmpty)
    #expect(VDIFiles.refusal(of: file) == nil)
  }
}

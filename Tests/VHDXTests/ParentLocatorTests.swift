import Bytes
import Testing
import VHDX

@Suite struct ParentLocatorTests {
  /// Two pairs, written by hand: parent_linkage and relative_path.
  private static let good: [UInt8] = {
    let texts = ["parent_linkage", "{0}", "relative_path", "..\\p.vhdx"].map {
      $0.utf16.flatMap { QEMUImage.littleEndian($0) }
    }
    var bytes: [UInt8] = [0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1, 0x81, 0x4a]
    bytes += [0xb7, 0x89, 0x25, 0xb8, 0xe9, 0x44, 0x59, 0x13]
    bytes += [0, 0, 2, 0]
    // The texts stand after the pairs at byte 44: 28, 6, 26 and 18 bytes.
    bytes += [44, 0, 0, 0, 72, 0, 0, 0, 28, 0, 6, 0]
    bytes += [78, 0, 0, 0, 104, 0, 0, 0, 26, 0, 18, 0]
    return texts.reduce(bytes, +)
  }()

  @Test func pairsAreReadInTheirOrder() throws {
    let locator = try ParentLocator(parsing: Self.good, at: 0)
    #expect(locator.pairs.map(\.key) == ["parent_linkage", "relative_path"])
    #expect(locator["parent_linkage"] == "{0}")
    #expect(locator["relative_path"] == "..\\p.vhdx")
    #expect(locator["volume_path"] == nil)
    #expect(ParentLocator.vhdxType.description == "B04AEFB7-D19E-4A81-B789-25B8E9445913")
  }

  @Test func everyTruncationIsRefused() {
    for keptByteCount in 0..<Self.good.count {
      #expect(throws: FormatError.self, "\(keptByteCount) bytes") {
        try ParentLocator(parsing: [UInt8](Self.good.prefix(keptByteCount)), at: 0)
      }
    }
  }

  static let damages: [(byteOffset: Int, bytes: [UInt8], place: UInt64)] = [
    (0, [0], 0), (16, [1], 16), (18, [0], 20), (18, [1], 20), (18, [0xff, 0xff], 44),
    (20, [0xff, 0xff, 0xff, 0xff], 20), (24, [0xff, 0xff], 24), (28, [27], 20), (28, [0], 20),
    (28, [0xff, 0xff], 20), (30, [0], 24), (30, [0xff], 24),
    // The same key twice, a lone surrogate, another key.
    (32, [44, 0, 0, 0, 104, 0, 0, 0, 28, 0], 32), (45, [0xd8], 20), (44, [0x51], 20),
  ]

  @Test(arguments: damages.indices)
  func aFieldThatCannotBeIsNamedWithItsPlace(index: Int) {
    let damage = Self.damages[index]
    var bytes = Self.good
    bytes.replaceSubrange(
      damage.byteOffset..<damage.byteOffset + damage.bytes.count, with: damage.bytes)
    let error = #expect(throws: FormatError.self) { try ParentLocator(parsing: bytes, at: 4096) }
    #expect(error?.byteOffset == 4096 + damage.place, "\(error as Any)")
  }

  // MARK: - The disk that has one.

  private static func file(
    _ entries: [UInt64], bitmap: UInt64, flags: UInt8 = 2, locatorFlags: UInt8 = 4
  ) -> MemoryImage {
    let file = QEMUImage.file
    let region = QEMUImage.metadata.byteOffset
    file.resize(toByteCount: 16 << 20)
    file.write([6], at: region + 10)
    file.write(
      [0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45, 0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab]
        + [0x0c, 0, 0, 2, 0] + QEMUImage.littleEndian(UInt32(good.count))
        + [locatorFlags, 0, 0, 0, 0, 0, 0, 0],
      at: region + 32 + 5 * 32)
    file.write(good, at: region + (128 << 10))
    file.write([flags], at: region + 65540)
    let table = entries.reduce([]) { $0 + QEMUImage.littleEndian($1) }
    file.write(table, at: 2 << 20)
    file.write(QEMUImage.littleEndian(bitmap), at: (2 << 20) + 4096 * 8)
    return file
  }

  @Test func aDifferencingDiskReadsWhatIsWhollyItsOwn() throws {
    let file = Self.file([0x80_0006, 0, 2, 0x90_0007], bitmap: 0xf0_0006)
    file.write([1, 2], at: 8 << 20)
    let image = try VHDXImage(reading: file)
    #expect(image.geometry.entryCount == 4097)
    #expect(image.metadata.parentLocator?["parent_linkage"] == "{0}")
    #expect(try image.read(ByteRange(byteOffset: 0, byteCount: 3)) == [1, 2, 0])
    #expect(try image.read(ByteRange(byteOffset: 2 << 20, byteCount: 1)) == [0])
    for block: UInt64 in [1, 3] {
      let error = #expect(throws: FormatError.self) {
        try image.read(ByteRange(byteOffset: block << 20, byteCount: 1))
      }
      #expect(error?.hint.contains("parent") == true)
    }
    var states: [PayloadState] = []
    try image.forEachExtent { states.append($0.state) }
    #expect(states == [.fullyPresent, .partiallyPresent])
  }

  /// Behind the disk's 64 blocks the chunk has entries for 4032 more.
  @Test func entriesBehindTheDiskAreNoExtents() throws {
    let entries = [UInt64](repeating: 0, count: 63) + [0x80_0006, 0x90_0006]
    let image = try VHDXImage(reading: Self.file(entries, bitmap: 0))
    var extents: [PayloadExtent] = []
    try image.forEachExtent { extents.append($0) }
    #expect(extents.map(\.fileByteOffset) == [8 << 20])
  }

  @Test func aSectorComesFromWhereItsBitSays() throws {
    let file = Self.file([0, 0x80_0007], bitmap: 0xf0_0006)
    file.write([UInt8](repeating: 8, count: 1 << 20), at: 8 << 20)
    // Block 1 begins with sector 2048. Of its sectors 0, 9 and 10 are here.
    file.write([0x01, 0x06], at: (15 << 20) + 256)
    let image = try VHDXImage(reading: file)
    let bytes = try image.read(ByteRange(byteOffset: (1 << 20) - 1, byteCount: 16 * 512)) {
      (range: ByteRange) throws(FormatError) in [UInt8](repeating: 3, count: Int(range.byteCount))
    }
    #expect(bytes.count == 16 * 512)
    let bySector = [3] + (0..<15).map { bytes[1 + $0 * 512] }
    #expect(bySector == [3, 8, 3, 3, 3, 3, 3, 3, 3, 3, 8, 8, 3, 3, 3, 3])
    #expect(bytes[512] == 8 && bytes[513] == 3)
    #expect(bytes[1 + 11 * 512 - 1] == 8 && bytes[1 + 11 * 512] == 3)
  }

  @Test func aBitmapThatIsMissingOrWrongIsRefused() {
    for (entry, bitmap): (UInt64, UInt64) in [
      (0x80_0007, 0), (0x80_0007, 0x80_0006), (0, 0x100_0006), (0, 2), (0, 0xf0_0007),
      (0, 0xf0_000e), (0, 6),
    ] {
      #expect(throws: FormatError.self) {
        try VHDXImage(reading: Self.file([entry], bitmap: bitmap))
      }
    }
    #expect(throws: Never.self) {
      try VHDXImage(reading: Self.file([0x80_0007], bitmap: 0xf0_0006))
    }
  }

  @Test func aLocatorAndAParentComeTogether() {
    #expect(throws: FormatError.self) { try VHDXImage(reading: Self.file([], bitmap: 0, flags: 0)) }
    #expect(throws: FormatError.self) {
      try VHDXImage(reading: Self.file([], bitmap: 0, locatorFlags: 6))
    }
  }

  /// The texts of the item written by hand, with the GUID as libvhdi reads it.
  @Test func newLocatorHasTheBytesOfTheFormat() throws {
    let guid = try #require(GUID("00112233-4455-6677-8899-AABBCCDDEEFF"))
    let locator = try ParentLocator(
      dataWriteGUID: guid, paths: [ParentLocator.Pair(key: "relative_path", value: "..\\p.vhdx")])
    let texts = [
      "parent_linkage", "{00112233-4455-6677-8899-aabbccddeeff}", "relative_path", "..\\p.vhdx",
    ]
    var bytes = [UInt8](Self.good.prefix(20))
    bytes += [44, 0, 0, 0, 72, 0, 0, 0, 28, 0, 76, 0]
    bytes += [148, 0, 0, 0, 174, 0, 0, 0, 26, 0, 18, 0]
    bytes += texts.flatMap { $0.utf16.flatMap { QEMUImage.littleEndian($0) } }
    #expect(locator.encode() == bytes)
    #expect(try ParentLocator(parsing: bytes, at: 0) == locator)
  }

  @Test(arguments: [0, 32768])
  func pathThatTheFormatCannotHoldIsRefused(characterCount: Int) {
    let path = String(repeating: "p", count: characterCount)
    #expect(throws: FormatError.self) {
      try ParentLocator(
        dataWriteGUID: .zero,
        paths: [ParentLocator.Pair(key: "absolute_win32_path", value: path)])
    }
  }
}

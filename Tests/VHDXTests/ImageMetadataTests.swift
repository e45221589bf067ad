import Bytes
import Testing
import VHDX

@Suite struct ImageMetadataTests {
  private static func read(_ file: MemoryImage) throws(FormatError) -> ImageMetadata {
    try ImageMetadata(reading: file, region: QEMUImage.metadata)
  }

  @Test func theItemsOfQEMUAreRead() throws {
    let metadata = try Self.read(QEMUImage.file)
    #expect(
      metadata.parameters
        == DiskParameters(
          virtualDiskByteCount: 64 << 20, blockByteCount: 1 << 20,
          virtualDiskID: try #require(GUID("77403BB5-0180-BC49-BE17-168BD6A12B35"))))
    #expect(metadata.parentLocator == nil)
    #expect(
      metadata.table.encode()
        == QEMUImage.metadataTable
        + [UInt8](repeating: 0, count: 65536 - QEMUImage.metadataTable.count))
    #expect(
      MetadataItem.allCases.map(\.id.description) == [
        "CAA16737-FA36-4D43-B3B6-33F0AA44E76B", "2FA54224-CD1B-4876-B211-5DBED83BF4B8",
        "BECA12AB-B2E6-4523-93EF-C309E000C746", "8141BF1D-A96F-4709-BA47-F233A8FAAB5F",
        "CDA348C7-445D-4471-9CC9-E9885251C556", "A8D35F2D-B30B-454D-ABF7-D3D84834AB0C",
      ])
  }

  struct Damage: Sendable {
    var byteOffset: UInt64
    var bytes: [UInt8]
    /// Where the error points to, from the region's start.
    var place: UInt64

    init(_ byteOffset: UInt64, _ bytes: [UInt8], place: UInt64? = nil) {
      self.byteOffset = byteOffset
      self.bytes = bytes
      self.place = place ?? byteOffset
    }
  }

  static let damages: [Damage] = [
    Damage(3, [0], place: 0),
    Damage(8, [1]), Damage(9, [1]),
    Damage(10, [0, 8]), Damage(10, [0xff, 0xff]),
    // One item fewer, and one more, of zeroes twice.
    Damage(10, [4], place: 32), Damage(10, [7], place: 32 + 6 * 32),
    Damage(12, [1]), Damage(31, [1]),
    // The first entry: identifier, offset, length, flags, reserved.
    Damage(32, [0]),
    Damage(48, [0, 0, 0, 0]), Damage(48, [0, 0xff, 0, 0]), Damage(48, [0xf9, 0xff, 0x0f, 0]),
    Damage(48, [8, 0, 1, 0], place: 64 + 16),
    Damage(52, [4]), Damage(52, [0xff, 0xff, 0xff, 0xff]), Damage(52, [0, 0, 0, 0], place: 48),
    Damage(56, [0]), Damage(56, [6]), Damage(56, [5], place: 32), Damage(56, [12]),
    Damage(60, [1]),
    // The length of the last one, that has room after it.
    Damage(180, [5]), Damage(180, [3]),
    // The values.
    Damage(65536, [0, 0, 0x18, 0]), Damage(65536, [0, 0, 0, 0]), Damage(65536, [0, 0, 8, 0]),
    Damage(65536, [0, 0, 0, 0x20]), Damage(65540, [4]), Damage(65540, [2], place: 0),
    Damage(65544, [1]), Damage(65544, [0, 2, 0, 0, 0, 0x40]),
    Damage(65544, [0, 0, 0, 0, 0, 0, 0, 1]),
    Damage(65568, [0, 4]), Damage(65568, [0, 0]), Damage(65572, [0, 8]),
  ]

  @Test(arguments: damages)
  func aFieldThatCannotBeIsNamedWithItsPlace(damage: Damage) {
    let file = QEMUImage.file(
      patching: damage.bytes, at: QEMUImage.metadata.byteOffset + damage.byteOffset)
    let error = #expect(throws: FormatError.self) { try Self.read(file) }
    #expect(error?.byteOffset == QEMUImage.metadata.byteOffset + damage.place, "\(error as Any)")
  }

  /// Adds an entry after those of QEMU.
  private static func file(
    adding entries: [[UInt8]], item: [UInt8] = [], at byteOffset: UInt64 = 128 << 10
  ) -> MemoryImage {
    let file = QEMUImage.file
    let region = QEMUImage.metadata.byteOffset
    file.write(QEMUImage.littleEndian(UInt16(5 + entries.count)), at: region + 10)
    file.write(entries.reduce([], +), at: region + 32 + 5 * 32)
    file.write(item, at: region + byteOffset)
    return file
  }

  private static func entry(
    _ identifier: [UInt8], byteOffset: UInt32, byteCount: UInt32, flags: UInt32
  ) -> [UInt8] {
    identifier + [UInt8](repeating: 0, count: 16 - identifier.count)
      + QEMUImage.littleEndian(byteOffset) + QEMUImage.littleEndian(byteCount)
      + QEMUImage.littleEndian(flags) + [0, 0, 0, 0]
  }

  @Test func itemsOfOthersAreKeptByteForByte() throws {
    let file = Self.file(
      adding: [
        Self.entry([7], byteOffset: 128 << 10, byteCount: 3, flags: 1),
        Self.entry([7], byteOffset: 0, byteCount: 0, flags: 0),
        // A user's item may be called like one of ours.
        Self.entry(
          [UInt8](QEMUImage.metadataTable[32..<48]), byteOffset: (128 << 10) + 3, byteCount: 2,
          flags: 1),
      ], item: [9, 8, 7, 6, 5])
    let metadata = try Self.read(file)
    let entries = metadata.table.entries.suffix(3)
    #expect(entries.map { metadata.bytes(of: $0, in: file) } == [[9, 8, 7], [], [6, 5]])
    #expect(entries.map(\.isUser) == [true, false, true])
    #expect(
      metadata.table.encode().prefix(32 + 8 * 32)
        == file.read(ByteRange(byteOffset: QEMUImage.metadata.byteOffset, byteCount: 32 + 8 * 32))[
          ...])
  }

  @Test func aRequiredItemOfOthersIsRefused() {
    for flags: UInt32 in [4, 5] {
      let file = Self.file(adding: [Self.entry([7], byteOffset: 0, byteCount: 0, flags: flags)])
      #expect(throws: FormatError.self) { try Self.read(file) }
    }
  }

  @Test func anItemOfOthersWithUnknownFlagsIsRefused() {
    for flags: UInt32 in [8, 0x8000_0000] {
      let file = Self.file(adding: [Self.entry([7], byteOffset: 0, byteCount: 0, flags: flags)])
      let error = #expect(throws: FormatError.self) { try Self.read(file) }
      #expect(error?.byteOffset == QEMUImage.metadata.byteOffset + 32 + 5 * 32 + 24)
    }
  }

  /// The identifier of a parent locator, as an item of the user: there is no parent.
  @Test func aUsersItemIsNeverOneOfOurs() throws {
    let locator: [UInt8] = [
      0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45, 0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab,
      0x0c,
    ]
    let file = Self.file(adding: [Self.entry(locator, byteOffset: 0, byteCount: 0, flags: 1)])
    let metadata = try Self.read(file)
    #expect(metadata.parentLocator == nil)
    #expect(metadata.table.entry(.parentLocator) == nil)
    #expect(metadata.table.entries.count == 6)
  }

  @Test func noMoreThan1024ItemsAreTheUsers() throws {
    let entries = (0..<1025).map {
      Self.entry(QEMUImage.littleEndian(UInt16($0)), byteOffset: 0, byteCount: 0, flags: 1)
    }
    #expect(try Self.read(Self.file(adding: entries.dropLast())).table.entries.count == 1029)
    #expect(throws: FormatError.self) { try Self.read(Self.file(adding: entries)) }
  }

  @Test func overlappingItemsAreRefused() {
    let file = Self.file(adding: [
      Self.entry([7], byteOffset: 128 << 10, byteCount: 4, flags: 1),
      Self.entry([8], byteOffset: (128 << 10) + 3, byteCount: 4, flags: 1),
    ])
    #expect(throws: FormatError.self) { try Self.read(file) }
  }
}

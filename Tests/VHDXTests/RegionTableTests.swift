import Bytes
import Testing
import VHDX

@Suite struct RegionTableTests {
  @Test func theTableOfQEMUIsReadAndWrittenTheSame() throws {
    let table = try RegionTable(parsing: QEMUImage.regionTable, at: 196608)
    #expect(
      table.entries.map(\.guid.description) == [
        "2DC27766-F623-4200-9D64-115E9BFD4A08", "8B7CA206-4790-4B9A-B8FE-575F050F886E",
      ])
    #expect(table.entries.map(\.byteOffset) == [2 << 20, 3 << 20])
    #expect(table.entries.map(\.byteCount) == [1 << 20, 1 << 20])
    // QEMU leaves out the required bit.
    #expect(table.entries.map(\.isRequired) == [false, false])
    #expect(table.encode() == QEMUImage.regionTable)
  }

  @Test func whichRegionsAreRequiredIsWritten() throws {
    var table = try RegionTable(parsing: QEMUImage.regionTable, at: 196608)
    table.entries[1].isRequired = true
    #expect(table.encode() == QEMUImage.sealed(QEMUImage.regionTable, patching: [1], at: 76))
    #expect(try RegionTable(parsing: table.encode(), at: 196608) == table)
  }

  /// The fields are read of as many entries as there are, and of no more than there is room for.
  @Test func theFieldsOfEveryEntryAreRead() throws {
    for (entryCount, read) in [(5, 5), (2047, 2047), (2048, 2047)] {
      let bytes = QEMUImage.sealed(
        QEMUImage.regionTable, patching: QEMUImage.littleEndian(UInt32(entryCount)), at: 8)
      let fields = try RegionTableFields(parsing: bytes, at: 196608)
      #expect(fields.entryCount == entryCount)
      #expect(fields.entries.count == read)
    }
  }

  @Test(arguments: [0, 4, 8, 16, 47, 80, 65535])
  func everyTruncationIsRefused(keptByteCount: Int) {
    #expect(throws: FormatError.self) {
      try RegionTable(parsing: [UInt8](QEMUImage.regionTable.prefix(keptByteCount)), at: 196608)
    }
  }

  @Test func everyDamagedByteIsRefused() {
    for index in Array(0..<96) + Array(stride(from: 96, to: 65536, by: 1021)) + [65535] {
      var bytes = QEMUImage.regionTable
      bytes[index] ^= 1
      #expect(throws: FormatError.self, "byte \(index)") {
        try RegionTable(parsing: bytes, at: 196608)
      }
    }
  }

  struct Damage: Sendable {
    var byteOffset: Int
    var bytes: [UInt8]
    /// Where the error points to, from the table's start.
    var place: UInt64
  }

  /// With a checksum that holds.
  static let damages: [Damage] = [
    Damage(byteOffset: 8, bytes: [0, 8, 0, 0], place: 8),
    Damage(byteOffset: 8, bytes: [0xff, 0xff, 0xff, 0xff], place: 8),
    Damage(byteOffset: 12, bytes: [1], place: 12),
    Damage(byteOffset: 48, bytes: [UInt8](QEMUImage.regionTable[16..<32]), place: 48),
    Damage(byteOffset: 32, bytes: [1], place: 32),
    Damage(byteOffset: 33, bytes: [0x10], place: 32),
    Damage(byteOffset: 34, bytes: [0], place: 32),
    Damage(byteOffset: 32, bytes: [0, 0, 0xf0] + [UInt8](repeating: 0xff, count: 5), place: 32),
    Damage(byteOffset: 40, bytes: [1], place: 40),
    Damage(byteOffset: 41, bytes: [0x10], place: 40),
    Damage(byteOffset: 42, bytes: [0], place: 40),
    Damage(byteOffset: 44, bytes: [2], place: 44),
    // A third entry of zeroes.
    Damage(byteOffset: 8, bytes: [3], place: 96),
  ]

  @Test(arguments: damages)
  func aFieldThatCannotBeIsNamedWithItsPlace(damage: Damage) {
    let bytes = QEMUImage.sealed(
      QEMUImage.regionTable, patching: damage.bytes, at: damage.byteOffset)
    let error = #expect(throws: FormatError.self) { try RegionTable(parsing: bytes, at: 196608) }
    #expect(error?.byteOffset == 196608 + damage.place)
  }

  @Test func theOtherCopyIsUsedWhereOneIsDamaged() throws {
    for slot in RegionTableSlot.allCases {
      let pair = RegionTablePair(
        reading: QEMUImage.file(patching: [0], at: slot.byteOffset + 1))
      #expect(try pair.current().entries.count == 2)
      #expect(try pair.current(.firstValid).entries.count == 2)
      #expect((try? pair.current(.firstOnly)) != nil || slot == .first)
    }
    let file = QEMUImage.file
    file.write([0], at: 196608)
    file.write([0], at: 262144)
    #expect(throws: FormatError.self) { try RegionTablePair(reading: file).current() }
  }

  @Test func differingCopiesAreRefusedUnlessTheFirstOneIsToBeUsed() throws {
    let other = QEMUImage.sealed(QEMUImage.regionTable, patching: [0x40], at: 66)
    let pair = RegionTablePair(reading: QEMUImage.file(patching: other, at: 262144))
    #expect(throws: FormatError.self) { try pair.current() }
    #expect(try pair.current(.firstValid).entries[1].byteOffset == 3 << 20)
  }
}

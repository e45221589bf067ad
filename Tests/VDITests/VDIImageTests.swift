import Bytes
import Checking
import Rules
import Testing
import VDI

/// Reading the virtual disk, the map of it, and the names of places.
@Suite struct VDIImageTests {
  /// Virtual block 0 is the file's second, 2 its first, 5 its third; 3 was discarded.
  private static var file: MemoryImage {
    let free = QEMUVDI.unallocated
    let file = QEMUVDI.file(map: [1, free, 0, QEMUVDI.discarded, free, 2])
    for (number, byte) in [3, 1, 6].enumerated() {
      file.write(
        [UInt8](repeating: UInt8(byte), count: 1 << 20), at: 1024 + UInt64(number) << 20)
    }
    return file
  }

  @Test func blocksReadWhereTheMapPutsThem() throws {
    let image = try VDIImage(reading: Self.file)
    #expect(image.virtualDiskByteCount == 8 << 20)
    let bytes = try image.read(ByteRange(byteOffset: 0, byteCount: 8 << 20))
    for (block, byte) in [1, 0, 3, 0, 0, 6, 0, 0].enumerated() {
      #expect(bytes[block << 20] == byte)
      #expect(bytes[((block + 1) << 20) - 1] == byte)
    }
    #expect(try image.read(ByteRange(byteOffset: (1 << 20) - 2, byteCount: 4)) == [1, 1, 0, 0])
    #expect(try image.read(ByteRange(byteOffset: (2 << 20) - 1, byteCount: 2)) == [0, 3])
    #expect(try image.read(ByteRange(byteOffset: 8 << 20, byteCount: 0)) == [])
  }

  @Test func extentsAreTheBlocksThatTheFileHolds() throws {
    var extents: [DiskMap.Extent] = []
    try VDIImage(reading: Self.file).forEachExtent { extents.append($0) }
    let block: UInt64 = 1 << 20
    #expect(
      extents == [
        DiskMap.Extent(
          range: ByteRange(byteOffset: 0, byteCount: block), fileByteOffset: 1024 + block),
        DiskMap.Extent(
          range: ByteRange(byteOffset: 2 * block, byteCount: block), fileByteOffset: 1024),
        DiskMap.Extent(
          range: ByteRange(byteOffset: 5 * block, byteCount: block),
          fileByteOffset: 1024 + 2 * block),
      ])
  }

  /// QEMU reads a size of 1 MiB and a byte as 1 MiB and a sector.
  @Test func aDiskEndsWithAWholeSectorAndItsLastExtentWithTheDisk() throws {
    let file = QEMUVDI.file(map: [QEMUVDI.unallocated, 0, 1], dataBlockCount: 2)
    file.write(QEMUVDI.littleEndian(UInt64(1 << 20) + 1), at: 368)
    let image = try VDIImage(reading: file)
    #expect(image.virtualDiskByteCount == (1 << 20) + 512)
    var extents: [DiskMap.Extent] = []
    try image.forEachExtent { extents.append($0) }
    #expect(
      extents == [
        DiskMap.Extent(range: ByteRange(byteOffset: 1 << 20, byteCount: 512), fileByteOffset: 1024)
      ])
    #expect(try image.read(ByteRange(byteOffset: 1 << 20, byteCount: 512)).count == 512)
  }

  @Test func aBlockWithoutAPlaceStopsAReadOfItAndNoOther() throws {
    let file = QEMUVDI.file(map: [0, 1], dataBlockCount: 1)
    let image = try VDIImage(reading: file, blockMap: .whenRead)
    #expect(try image.read(ByteRange(byteOffset: 0, byteCount: 1 << 20)).count == 1 << 20)
    let error = #expect(throws: FormatError.self) {
      try image.read(ByteRange(byteOffset: (1 << 20) - 1, byteCount: 2))
    }
    #expect(error?.rule == .v03)
    let other = #expect(throws: FormatError.self) { try image.forEachExtent { _ in } }
    #expect(other == error)
  }

  @Test func aFileIsRecognizedByItsSignatureAlone() {
    #expect(VDIImage.recognizes(QEMUVDI.file()))
    #expect(VDIImage.recognizes(QEMUVDI.file(patching: [9], at: 68)))
    #expect(!VDIImage.recognizes(QEMUVDI.file(patching: [0], at: 67)))
    #expect(!VDIImage.recognizes(MemoryImage(SparseBytes(byteCount: 0))))
    let file = QEMUVDI.file()
    file.resize(toByteCount: 68)
    #expect(VDIImage.recognizes(file))
    file.resize(toByteCount: 67)
    #expect(!VDIImage.recognizes(file))
  }

  @Test func placesHaveNames() throws {
    let image = try VDIImage(reading: Self.file)
    let names: [(UInt64, String)] = [
      (0, "header"), (388, "header"), (511, "header"), (512, "block map entry 0"),
      (540, "block map entry 7"), (543, "block map entry 7"),
      (544, "unused, between block map and data"), (1023, "unused, between block map and data"),
      (1024, "block 0 of the data (virtual block 2)"),
      (1024 + (3 << 20) - 1, "block 2 of the data (virtual block 5)"),
      (1024 + (3 << 20), "block 3 of the data (of no virtual block)"),
      (.max, "block 17592186044415 of the data (of no virtual block)"),
    ]
    for (byteOffset, name) in names {
      #expect(image.name(ofByteOffset: byteOffset) == name)
    }
  }

  @Test func aSharedBlockHasTheNamesOfItsOwners() throws {
    let image = try VDIImage(reading: QEMUVDI.file(map: [0, 0]), blockMap: .whenRead)
    #expect(image.name(ofByteOffset: 1024) == "block 0 of the data (virtual blocks 0 and 1)")
    let crowd = try VDIImage(reading: QEMUVDI.file(map: [0, 0, 0, 0]), blockMap: .whenRead)
    #expect(
      crowd.name(ofByteOffset: 1024) == "block 0 of the data (virtual blocks 0, 1 and more)")
  }
}

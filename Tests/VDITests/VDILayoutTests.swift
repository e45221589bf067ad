import Bytes
import Host
import TestSupport
import Testing
import VDI

/// New images are those of `qemu-img create`, byte for byte.
@Suite struct VDILayoutTests {
  private static let identity = VDIIdentity(
    imageUUID: GUID(loading: ByteRegion(QEMUVDI.imageUUID), at: 0),
    lastSnapshotUUID: GUID(loading: ByteRegion(QEMUVDI.lastSnapshotUUID), at: 0))
  private static let text = "<<< QEMU VM Virtual Disk Image >>>\n"

  @Test func aDynamicImageIsTheOneThatIsWrittenDownByHand() throws {
    let file = MemoryImage(
      try VDILayout(virtualDiskByteCount: 8 << 20, identity: Self.identity, text: Self.text))
    let map =
      [UInt8](repeating: 255, count: 32) + [UInt8](repeating: 0, count: 480)
    #expect(file.read(ByteRange(byteOffset: 0, byteCount: file.byteCount)) == QEMUVDI.header + map)
  }

  /// Sizes at the edges of a sector of the map (128 entries) and of a block.
  @Test(
    arguments: [
      0, 512, 1 << 20, (1 << 20) + 512, 5 << 20, 127 << 20, 128 << 20, (128 << 20) + 512,
      511 << 20, (1 << 40) - 512,
    ] as [UInt64], [false, true])
  func theRealProgramMakesTheSame(byteCount: UInt64, isStatic: Bool) throws {
    // A static image of a terabyte would be a file of one.
    if isStatic, byteCount > 1 << 30 { return }
    let folder = try TemporaryFolder(prefix: "vdi-layout")
    let path = folder.path("theirs.vdi")
    try Peer.qemuImage.run(
      [
        "create", "-q", "-f", "vdi", "-o", "static=\(isStatic ? "on" : "off")", path,
        "\(byteCount)",
      ])
    let theirs = RegionImage(try MappedFile.map(path))
    let header = try VDIHeader(reading: theirs)
    let layout = try VDILayout(
      virtualDiskByteCount: byteCount, isStatic: isStatic,
      identity: VDIIdentity(
        imageUUID: header.imageUUID, lastSnapshotUUID: header.lastSnapshotUUID),
      text: Self.text)
    #expect(layout.header == header)
    #expect(layout.fileByteCount == theirs.byteCount)
    let ours = MemoryImage(layout)
    let structures = ByteRange(byteOffset: 0, byteCount: UInt64(header.dataByteOffset))
    #expect(ours.read(structures) == theirs.read(structures))
    #expect(VDIImage.defects(of: ours).isEmpty)
  }

  /// What makes the real program's UUIDs and ours what they say they are: drawn, version 4.
  @Test func theRealProgramDrawsItsIdentities() throws {
    let folder = try TemporaryFolder(prefix: "vdi-identity")
    let headers = try (0..<2).map { index in
      let path = folder.path("\(index).vdi")
      try Peer.qemuImage.run(["create", "-q", "-f", "vdi", path, "1M"])
      return try VDIHeader(reading: RegionImage(MappedFile.map(path)))
    }
    #expect(headers[0].imageUUID != headers[1].imageUUID)
    for uuid in headers.flatMap({ [$0.imageUUID, $0.lastSnapshotUUID] }) {
      #expect(uuid.low >> 60 == 4)
      #expect(uuid.high & 0xc0 == 0x80)
    }
  }

  private static let largest = UInt64(0x1fff_ff80) << 20

  @Test(arguments: [1, 513, largest + 512, .max])
  func aSizeThatTheFormatDoesNotAllowIsNotMade(byteCount: UInt64) {
    let error = #expect(throws: FormatError.self) {
      try VDILayout(virtualDiskByteCount: byteCount, identity: Self.identity)
    }
    #expect(error?.rule == .v02)
    #expect(error?.byteOffset == 368)
    #expect(error?.found == "\(byteCount)")
  }

  @Test func theLargestDiskIsMadeInPieces() throws {
    let layout = try VDILayout(
      virtualDiskByteCount: Self.largest, identity: Self.identity)
    #expect(layout.header.blockCount == 0x1fff_ff80)
    #expect(layout.fileByteCount == 512 + 0x7fff_fe00)
    struct Enough: Error {}
    var pieces: [Int] = []
    #expect(throws: Enough.self) {
      try layout.forEachPiece { (bytes, _) throws(Enough) in
        pieces.append(bytes.count)
        if pieces.count == 3 { throw Enough() }
      }
    }
    #expect(pieces == [456, 65536, 65536])
  }

  @Test func aLongTextIsCutOff() throws {
    let layout = try VDILayout(
      virtualDiskByteCount: 512, identity: Self.identity,
      text: String(repeating: "x", count: 100))
    #expect(layout.header.text == [UInt8](repeating: 0x78, count: 64))
    #expect(layout.header.encode().count == 456)
  }
}

import Bytes
import Checking
import CrashStates
import Host
import TestSupport
import Testing
import VHDX
import VHDXJudges

/// Names of places in images whose layout another program chose, or that was written by hand.
@Suite struct StructureNamesTests {
  /// An image of qemu-img, its log at 1 MiB, its table at 2 MiB, its metadata at 3 MiB and its blocks
  /// from 8 MiB on, with guest blocks 5 and 0 in this order.
  private static func qemuImage() throws -> (names: StructureNames, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    let path = folder.path("image.vhdx")
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", path, "16M",
    ])
    try Peer.qemuIO.run(["-f", "vhdx", "-c", "write -P 1 5M 4k", "-c", "write -P 2 0 4k", path])
    return (StructureNames(RegionImage(try MappedFile.map(path))), folder)
  }

  @Test func everyPartOfAnImageOfQEMUHasItsName() throws {
    let (names, folder) = try Self.qemuImage()
    #expect(names.knowsLayout)
    let expected: [(UInt64, UInt64, String)] = [
      (0, 8, "file identifier"), (64 << 10, 4096, "header 1"), (128 << 10, 512, "header 2"),
      (192 << 10, 1, "region table 1"), (256 << 10, 65536, "region table 2"),
      (320 << 10, 4096, "reserved part of the first MiB"),
      (2 << 20, 8, "BAT entry 0 (block 0)"), ((2 << 20) + 40, 8, "BAT entry 5 (block 5)"),
      ((2 << 20) + 44, 8, "BAT entries 5 to 6"),
      ((2 << 20) + 8 * 16, 8, "BAT region behind the last entry"),
      (3 << 20, 512, "metadata table"), ((3 << 20) + (64 << 10), 8, "metadata, file parameters"),
      (8 << 20, 512, "block 5, byte 5242880 of the virtual disk"),
      ((8 << 20) + 4096, 512, "block 5, byte 5246976 of the virtual disk"),
      (9 << 20, 512, "block 0, byte 0 of the virtual disk"),
      (5 << 20, 512, "no structure"),
    ]
    for (byteOffset, byteCount, name) in expected {
      let range = ByteRange(byteOffset: byteOffset, byteCount: byteCount)
      #expect(names.name(of: range) == name)
    }
    _ = folder
  }

  @Test func aRangeOverBordersIsTakenApart() throws {
    let (names, folder) = try Self.qemuImage()
    let parts = names.parts(of: ByteRange(byteOffset: (128 << 10) - 512, byteCount: 1024))
    #expect(parts.map(\.range.byteOffset) == [(128 << 10) - 512, 128 << 10])
    #expect(parts.map(\.range.byteCount) == [512, 512])
    #expect(parts.map(\.structure) == [.header(.first), .header(.second)])
    // Every byte of the file has a name, and no byte two.
    let whole = ByteRange(byteOffset: 0, byteCount: 10 << 20)
    var end: UInt64 = 0
    for part in names.parts(of: whole) {
      #expect(part.range.byteOffset == end)
      end = part.range.endByteOffset
    }
    #expect(end == 10 << 20)
    #expect(names.parts(of: ByteRange(byteOffset: 512, byteCount: 0)).isEmpty)
    _ = folder
  }

  @Test func aFileThatIsNoImageHasFixedPlacesOnly() {
    let names = StructureNames(MemoryImage(SparseBytes(byteCount: 2 << 20)))
    #expect(!names.knowsLayout)
    #expect(names.name(of: ByteRange(byteOffset: 1 << 20, byteCount: 512)) == "no structure")
  }

  /// Entries of a log written by hand, at their places in the ring.
  @Test func entriesOfTheLogAreNamedByTheirNumbers() throws {
    let made = try ImageStateCase.careful()
    let index = try made.log.index
    let history = try made.history
    let ring = ByteRange(byteOffset: ImageTraceLog.log, byteCount: 1 << 20)
    let entries = (0..<index.entryCount).map { index[$0] }.filter {
      $0.kind == .write && $0.deviceRange.overlaps(ring)
    }
    try #require(entries.count >= 3)
    for entry in entries {
      let bytes = index.region.bytes(
        in: entry.payloadRange.lowerBound..<entry.payloadRange.lowerBound + 32)
      try #require(bytes.starts(with: Array("loge".utf8)))
      let number = bytes[16..<24].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let names = StructureNames(history, CrashState(cut: entry.index + 1))
      let place = entry.deviceRange.byteOffset - ring.byteOffset
      let name = "log entry with number \(number), at byte \(place) of the log"
      #expect(names.name(of: entry.deviceRange) == name)
      let last = ByteRange(byteOffset: entry.deviceRange.endByteOffset - 512, byteCount: 512)
      #expect(names.name(of: last) == name, "its last sector is its own")
      let before = StructureNames(history, CrashState(cut: entry.index))
      #expect(before.name(of: entry.deviceRange) != name)
    }
  }

  @Test func aBlockThatIsMappedLaterSaysSo() throws {
    var made = ImageStateCase()
    try made.log.open()
    let first = made.log.next
    made.write(block: 0)
    let history = try made.history
    let index = try made.log.index
    let payload = try #require(
      (first..<index.entryCount).map { index[$0] }.first {
        $0.kind == .write && $0.deviceRange.byteOffset >= ImageTraceLog.firstBlock
      })
    let early = StructureNames(history, CrashState(cut: payload.index + 1))
    #expect(
      early.name(of: payload.deviceRange)
        == "block 0, byte 0 of the virtual disk (by a later BAT)")
    let late = StructureNames(history, CrashState(cut: made.log.next))
    #expect(late.name(of: payload.deviceRange) == "block 0, byte 0 of the virtual disk")
  }
}

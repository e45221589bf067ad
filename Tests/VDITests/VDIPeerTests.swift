import Bytes
import Checking
import Host
import TestSupport
import Testing
import VDI

/// Images from seeds, half of them created by the real program, half by us, all written by the real
/// one: what we read is what `qemu-img convert` reads, and neither of us has anything to complain
/// of.
@Suite struct VDIPeerTests {
  private static let seedCount: UInt64 = 200
  private static let shardCount: UInt64 = 4

  @Test(arguments: 0..<shardCount)
  func whatTheRealProgramWroteReadsTheSame(shard: UInt64) throws {
    let folder = try TemporaryFolder(prefix: "vdi-peer", prefersMemory: true)
    var discardedCount = 0
    var allocatedCount: UInt32 = 0
    for seed in stride(from: shard, to: Self.seedCount, by: Int(Self.shardCount)) {
      let made = try SeededVDI(seed: seed, at: folder.path("image.vdi"))
      defer { Folders.remove(made.path) }
      let file = try VDIFiles.map(made.path)
      let context = Comment(rawValue: "seed \(seed): \(made.commands)")
      #expect(VDIImage.defects(of: file) == [], context)
      #expect(try VDIFiles.verdictOfQEMU(made.path) == .clean, context)
      let image = try VDIImage(reading: file)
      #expect(try VDIFiles.reads(image, as: VDIFiles.rawByQEMU(made.path, in: folder)), context)
      discardedCount += made.discardedEntryIndex == nil ? 0 : 1
      allocatedCount += image.header.allocatedBlockCount
    }
    #expect(discardedCount >= 8)
    #expect(allocatedCount > 100)
  }

  /// QEMU reads what we make as zeroes, tells its size, and finds blocks where it has put them.
  @Test(arguments: [false, true])
  func theRealProgramTellsOurImagesSizeAndMap(isStatic: Bool) throws {
    let folder = try TemporaryFolder(prefix: "vdi-ours")
    let path = folder.path("ours.vdi")
    let identity = VDIIdentity(
      imageUUID: GUID(low: 1, high: 2), lastSnapshotUUID: GUID(low: 3, high: 4))
    try VDIFiles.write(
      VDILayout(
        virtualDiskByteCount: (5 << 20) + 512, isStatic: isStatic, identity: identity), to: path)
    let info = try Peer.qemuImage.run(["info", "--output=json", path])
    #expect(info.contains("\"virtual-size\": 5243392"))
    #expect(info.contains("\"format\": \"vdi\""))
    try Peer.qemuIO.run(["-f", "vdi", "-c", "write -P 7 3M 1M", "-c", "write -P 8 1M 4k", path])
    let image = try VDIImage(reading: VDIFiles.map(path))
    var extents: [DiskMap.Extent] = []
    try image.forEachExtent { extents.append($0) }
    let map = try Peer.qemuImage.run(["map", "--output=json", "-f", "vdi", path])
    for extent in extents where !isStatic {
      #expect(map.contains("\"start\": \(extent.range.byteOffset), \"length\": 1048576"))
      #expect(map.contains("\"offset\": \(extent.fileByteOffset)"))
    }
    #expect(extents.count == (isStatic ? 6 : 2))
  }
}

import Bytes
import Host
import TestSupport
import Testing
import VHDX

/// Images that the real qemu-img and qemu-io make read back as `qemu-img convert` reads them.
@Suite(.serialized) struct QEMUImageTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var diskByteCount: UInt64
    var blockMebibyteCount: UInt32
    var isFixed: Bool

    var testDescription: String {
      "\(diskByteCount) bytes in blocks of \(blockMebibyteCount) MiB, "
        + (isFixed ? "fixed" : "dynamic")
    }
  }

  static let shapes =
    [1, 8, 32].flatMap { block in
      [false, true].map {
        Shape(
          diskByteCount: (64 << 20) + 5 * 512, blockMebibyteCount: UInt32(block), isFixed: $0)
      }
    }

  static let largeShapes = [
    Shape(diskByteCount: 5 << 30, blockMebibyteCount: 1, isFixed: false),
    Shape(diskByteCount: 9 << 30, blockMebibyteCount: 256, isFixed: false),
  ]

  private static let commands = [
    "write -P 1 0 4k", "write -P 2 1023k 2k", "write -P 3 40M 3M", "write -P 4 63M 1M", "flush",
    "write -z 41M 64k", "write -P 5 512 512", "discard 42M 1M", "write -P 6 64M 512",
  ]

  @Test(arguments: shapes)
  func whatQEMUWroteReadsTheSame(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try create(shape, path)
    try Peer.qemuIO.run(["-f", "vhdx", path] + Self.commands.flatMap { ["-c", $0] })
    try expectSame(path, in: folder, shape: shape)
  }

  /// The write of the block table's first sector fails, so the log keeps what it should have
  /// written, and the header keeps saying so.
  @Test(arguments: [shapes[0], shapes[2], shapes[4]])
  func whatQEMUReplaysFromItsLogReadsTheSame(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try create(shape, path)
    let outcome = try Peer.qemuIO.attempt([
      "-t", "writeback", "-c", "write -P 7 0 1M", "--image-opts",
      "driver=vhdx,file.driver=blkdebug,file.image.driver=file,file.image.filename=\(path),"
        + "file.inject-error.0.event=none,file.inject-error.0.iotype=write,"
        + "file.inject-error.0.sector=4096",
    ])
    #expect(outcome.status == .exited(1))
    let error = #expect(throws: FormatError.self) { try ImageFiles.open(path) }
    #expect(error?.field == "header.logGUID")
    try Peer.qemuImage.run(["check", "-q", "-r", "all", path])
    try expectSame(path, in: folder, shape: shape)
    #expect(
      try ImageFiles.open(path).read(ByteRange(byteOffset: 0, byteCount: 1 << 20))
        .allSatisfy { $0 == 7 })
  }

  private func create(_ shape: Shape, _ path: String) throws {
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o",
      "block_size=\(shape.blockMebibyteCount)M,subformat=\(shape.isFixed ? "fixed" : "dynamic")",
      path, "\(shape.diskByteCount)",
    ])
  }

  private func expectSame(_ path: String, in folder: TemporaryFolder, shape: Shape) throws {
    let image = try ImageFiles.open(path)
    #expect(image.virtualDiskByteCount == shape.diskByteCount)
    #expect(image.parameters.blockByteCount == shape.blockMebibyteCount << 20)
    #expect(image.parameters.leavesBlocksAllocated == shape.isFixed)
    let (ours, theirs) = (folder.path("ours.raw"), folder.path("theirs.raw"))
    try Peer.qemuImage.run(["convert", "-f", "vhdx", "-O", "raw", path, theirs])
    try ImageFiles.exportExtents(image, to: ours)
    try shell("cmp \(theirs) \(ours)")
    try ImageFiles.export(image, to: ours)
    #expect(
      try Peer.xxhsum(algorithm: 2, ofFile: theirs) == Peer.xxhsum(algorithm: 2, ofFile: ours))
  }

  /// Behind the first chunk every block's entry stands one further back. Converting such a disk
  /// takes qemu-img half a minute, so the patterns that qemu-io wrote are looked for instead.
  @Test(arguments: largeShapes)
  func blocksBehindTheFirstChunkReadTheSame(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try create(shape, path)
    let end = shape.diskByteCount - 512
    try Peer.qemuIO.run([
      "-f", "vhdx", path, "-c", "write -P 9 4095M 2M", "-c", "write -P 8 \(end) 512",
    ])
    let image = try ImageFiles.open(path)
    let border = ByteRange(byteOffset: (4095 << 20) - 512, byteCount: (2 << 20) + 1024)
    let edge = [UInt8](repeating: 0, count: 512)
    #expect(try image.read(border) == edge + [UInt8](repeating: 9, count: 2 << 20) + edge)
    #expect(
      try image.read(ByteRange(byteOffset: end, byteCount: 512))
        == [UInt8](repeating: 8, count: 512))
    var extentCount = 0
    try image.forEachExtent { _ in extentCount += 1 }
    #expect(extentCount == 3)
  }
}

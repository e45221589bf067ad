import Bytes
import Host
import TestSupport
import Testing
import VHDX

/// Images that we make are taken, written and read by other programs.
@Suite(.serialized) struct CreatedImageTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var diskByteCount: UInt64 = 64 << 20
    var blockByteCount: UInt32
    var isFixed = false
    var logicalSectorByteCount: UInt32 = 512
    var physicalSectorByteCount: UInt32 = 4096
    var logByteCount: UInt32 = 1 << 20

    var testDescription: String {
      "\(diskByteCount) bytes in blocks of \(blockByteCount), "
        + "\(isFixed ? "fixed" : "dynamic"), sectors of \(logicalSectorByteCount)"
    }
  }

  static let identity = ImageIdentity(
    fileWriteGUID: GUID(low: 1, high: 2), dataWriteGUID: GUID(low: 3, high: 4),
    virtualDiskID: GUID(low: 0x4005_0006_0007_0008, high: 0x100f_0e0d_0c0b_0a89))

  private static func layout(_ shape: Shape) throws(FormatError) -> VHDXLayout {
    try VHDXLayout(
      virtualDiskByteCount: shape.diskByteCount, isFixed: shape.isFixed,
      blockByteCount: shape.blockByteCount, logicalSectorByteCount: shape.logicalSectorByteCount,
      physicalSectorByteCount: shape.physicalSectorByteCount, logByteCount: shape.logByteCount,
      identity: identity)
  }

  static let shapes = [
    Shape(blockByteCount: 1 << 20),
    Shape(blockByteCount: 1 << 20, isFixed: true),
    Shape(diskByteCount: (64 << 20) + 512, blockByteCount: 8 << 20, logByteCount: 3 << 20),
    Shape(diskByteCount: (64 << 20) + 512, blockByteCount: 32 << 20, isFixed: true),
    Shape(diskByteCount: 64 << 40, blockByteCount: 256 << 20),
    Shape(diskByteCount: 5 << 30, blockByteCount: 1 << 20, physicalSectorByteCount: 512),
  ]

  @Test(arguments: shapes)
  func qemuWritesAndReadsWhatWeCreate(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try ImageFiles.write(Self.layout(shape), to: path)
    try Peer.qemuImage.run(["check", "-q", path])
    let info = try Peer.qemuImage.run(["info", "--output=json", path])
    #expect(info.contains("\"virtual-size\": \(shape.diskByteCount)"))
    #expect(info.contains("\"cluster-size\": \(shape.blockByteCount)"))
    let end = shape.diskByteCount - 512
    let commands = [
      "write -P 1 0 4k", "write -P 2 1023k 2k", "write -P 3 40M 3M", "write -P 4 \(end) 512",
      "flush",
    ]
    try Peer.qemuIO.run(["-f", "vhdx", path] + commands.flatMap { ["-c", $0] })
    try Peer.qemuImage.run(["check", "-q", path])
    let readBack = ["read -P 1 0 4k", "read -P 3 40M 3M", "read -P 4 \(end) 512"]
    let output = try Peer.qemuIO.run(["-f", "vhdx", path] + readBack.flatMap { ["-c", $0] })
    #expect(!output.contains("verification failed"))
    let image = try ImageFiles.open(path)
    #expect(image.identifier.creator == "powercut")
    #expect(image.parameters.virtualDiskID == Self.identity.virtualDiskID)
    #expect(try image.read(ByteRange(byteOffset: (40 << 20) - 1, byteCount: 2)) == [0, 3])
    #expect(try image.read(ByteRange(byteOffset: end, byteCount: 512)).allSatisfy { $0 == 4 })
    if shape.diskByteCount < 1 << 40 {
      let (theirs, ours) = (folder.path("theirs.raw"), folder.path("ours.raw"))
      try Peer.qemuImage.run(["convert", "-f", "vhdx", "-O", "raw", path, theirs])
      try ImageFiles.exportExtents(image, to: ours)
      try shell("cmp \(theirs) \(ours)")
    }
  }

  @Test(arguments: shapes)
  func vhdiinfoReadsWhatWeCreate(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try ImageFiles.write(Self.layout(shape), to: path)
    let output = try Peer.vhdiInfo.run([path])
    #expect(output.contains(shape.isFixed ? "Fixed" : "Dynamic"), "\(output)")
    #expect(output.contains("(\(shape.diskByteCount) bytes)"), "\(output)")
  }
}

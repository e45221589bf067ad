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
    fileWriteGUID: GUID(low: 1, high: 2),
    dataWriteGUID: GUID("00112233-4455-6677-8899-AABBCCDDEEFF") ?? .zero,
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
    if shape.diskByteCount < 1 << 30 {
      let ours = folder.path("ours.raw")
      try ImageFiles.exportExtents(image, to: ours)
      try Peer.qemuImage.run(["compare", "-q", "-f", "vhdx", "-F", "raw", path, ours])
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
    #expect(output.contains("00112233-4455-6677-8899-aabbccddeeff"), "\(output)")
  }

  static let wideShapes = [
    Shape(blockByteCount: 1 << 20, logicalSectorByteCount: 4096),
    Shape(blockByteCount: 32 << 20, isFixed: true, logicalSectorByteCount: 4096),
  ]

  @Test(arguments: wideShapes)
  func sectorsOf4096AreReadByThoseWhoCan(shape: Shape) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try ImageFiles.write(Self.layout(shape), to: path)
    let image = try ImageFiles.open(path)
    #expect(image.parameters.logicalSectorByteCount == 4096)
    #expect(try Peer.vhdiInfo.run([path]).contains("Bytes per sector\t: 4096 bytes"))
    // QEMU takes sectors of 512 bytes only.
    let outcome = try Peer.qemuImage.attempt(["info", path])
    #expect(outcome.status == .exited(1))
    #expect(outcome.errorText.contains("Operation not supported"), "\(outcome.errorText)")
  }

  @Test func aDiskWithoutSectorsIsAnImageToo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try ImageFiles.write(
      Self.layout(Shape(diskByteCount: 0, blockByteCount: 1 << 20, isFixed: true)), to: path)
    #expect(try ImageFiles.open(path).geometry.entryCount == 0)
    // QEMU takes no empty disk.
    let outcome = try Peer.qemuImage.attempt(["info", path])
    #expect(outcome.status == .exited(1))
    #expect(outcome.errorText.contains("Invalid argument"), "\(outcome.errorText)")
  }

  static let badShapes = [
    Shape(blockByteCount: 0), Shape(blockByteCount: 3 << 20), Shape(blockByteCount: 512 << 20),
    Shape(blockByteCount: 1 << 19), Shape(diskByteCount: 1000, blockByteCount: 1 << 20),
    Shape(diskByteCount: 512, blockByteCount: 1 << 20, logicalSectorByteCount: 4096),
    Shape(diskByteCount: (64 << 40) + 512, blockByteCount: 1 << 20),
    Shape(blockByteCount: 1 << 20, logicalSectorByteCount: 1024),
    Shape(blockByteCount: 1 << 20, physicalSectorByteCount: 0),
    Shape(blockByteCount: 1 << 20, logByteCount: 0),
    Shape(blockByteCount: 1 << 20, logByteCount: (1 << 20) + 4096),
  ]

  @Test(arguments: badShapes)
  func whatTheFormatDoesNotAllowIsNotMade(shape: Shape) {
    #expect(throws: FormatError.self) { try Self.layout(shape) }
  }

  @Test func oneIdentityMakesTheSameImageInAFileAndInMemory() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    let layout = try Self.layout(Shape(blockByteCount: 1 << 20, isFixed: true))
    try ImageFiles.write(layout, to: path)
    let memory = MemoryImage(layout)
    let file = try RegionImage(MappedFile.map(path))
    #expect(memory.byteCount == layout.fileByteCount)
    let whole = ByteRange(byteOffset: 0, byteCount: layout.fileByteCount)
    #expect(memory.read(whole) == file.read(whole))
  }
}

import ArgumentParser
import Bytes
import Host
import VHDX

struct CreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a VHDX image of zeroes.")

  @Argument(help: "The image file. One that is there is left alone.")
  var path: String

  @Option(help: "Length of the virtual disk: 64GiB.")
  var size: ByteCountArgument

  @Option(help: "Length of a payload block: 1MiB to 256MiB, a power of two. (default: 32MiB)")
  var blockSize: ByteCountArgument?

  @Option(help: "Logical sector size: 512 or 4096. (default: 512)")
  var logicalSectorSize: ByteCountArgument?

  @Option(help: "Physical sector size: 512 or 4096. (default: the logical one)")
  var physicalSectorSize: ByteCountArgument?

  @Option(help: "Length of the log: whole MiB. (default: 1MiB)")
  var logSize: ByteCountArgument?

  @Flag(help: "Give every block its place from the start.")
  var fixed = false

  @Option(
    help: "Draw the image's GUIDs from this seed, so that the same command makes the same image.")
  var seed: UInt64?

  func run() throws {
    try Tool.run {
      let logical = try field(logicalSectorSize, "--logical-sector-size") ?? 512
      let layout = try VHDXLayout(
        virtualDiskByteCount: size.byteCount, isFixed: fixed,
        blockByteCount: try field(blockSize, "--block-size") ?? 32 << 20,
        logicalSectorByteCount: logical,
        physicalSectorByteCount: try field(physicalSectorSize, "--physical-sector-size")
          ?? logical,
        logByteCount: try field(logSize, "--log-size") ?? VHDXLayout.defaultLogByteCount,
        identity: identity)
      guard !Folders.exists(path) else {
        throw ToolError("'\(path)' is there already. Name another file, or remove this one.")
      }
      let image = try SparseImageFile(path, byteCount: layout.fileByteCount)
      try layout.forEachPiece { (bytes, byteOffset) throws(HostError) in
        try image.write(bytes, at: byteOffset)
      }
      try image.finish()
      return 0
    }
  }

  private func field(_ argument: ByteCountArgument?, _ name: String) throws -> UInt32? {
    guard let argument else { return nil }
    guard let value = UInt32(exactly: argument.byteCount) else {
      throw ToolError("\(name) \(argument.byteCount) is larger than the format can say.")
    }
    return value
  }

  private var identity: ImageIdentity {
    var guids = ImageGUIDs(seed: seed)
    return ImageIdentity(
      fileWriteGUID: guids.next(), dataWriteGUID: guids.next(), virtualDiskID: guids.next())
  }
}

import ArgumentParser
import Bytes
import Host
import ToolSupport
import VHDX

package struct CreateCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a VHDX image of zeroes.")

  @Argument(help: "The image file. One that is there is left alone.")
  var path: String

  @Option(help: "Length of the virtual disk: 64GiB. A differencing image has its parent's.")
  var size: ByteCountArgument?

  @Option(
    help: "Make a differencing image over this VHDX image, which must not change from then on.")
  var parent: String?

  @Option(
    help: """
      Length of a payload block: 1MiB to 256MiB, a power of two. (default: 32MiB, 2MiB with a parent)
      """)
  var blockSize: ByteCountArgument?

  @Option(help: "Logical sector size: 512 or 4096. (default: 512, or the parent's)")
  var logicalSectorSize: ByteCountArgument?

  @Option(help: "Physical sector size: 512 or 4096. (default: the logical one, or the parent's)")
  var physicalSectorSize: ByteCountArgument?

  @Option(help: "Length of the log: whole MiB. (default: 1MiB)")
  var logSize: ByteCountArgument?

  @Flag(help: "Give every block its place from the start.")
  var fixed = false

  @Option(
    help: "Draw the image's GUIDs from this seed, so that the same command makes the same image.")
  var seed: UInt64?

  package init() {}

  package func validate() throws {
    guard (size == nil) != (parent == nil) else {
      throw ValidationError("say --size for a disk of its own, or --parent for one over another")
    }
    guard parent == nil || (logicalSectorSize == nil && physicalSectorSize == nil) else {
      throw ValidationError("the sector sizes of a differencing image are its parent's")
    }
    guard parent == nil || !fixed else {
      throw ValidationError("a differencing image cannot be --fixed")
    }
  }

  package func run() throws {
    try Tool.run {
      guard !Folders.exists(path) else {
        throw ToolError("'\(path)' is there already. Name another file, or remove this one.")
      }
      let layout = try makeLayout()
      let image = try SparseImageFile(path, byteCount: layout.fileByteCount)
      try layout.forEachPiece { (bytes, byteOffset) throws(HostError) in
        try image.write(bytes, at: byteOffset)
      }
      try image.finish()
      return 0
    }
  }

  private func makeLayout() throws -> VHDXLayout {
    let below = try parent.map { try CreateParent($0, of: path) }
    let logical =
      try field(logicalSectorSize, "--logical-sector-size")
      ?? below?.parameters.logicalSectorByteCount ?? 512
    return try VHDXLayout(
      virtualDiskByteCount: size?.byteCount ?? below?.parameters.virtualDiskByteCount ?? 0,
      isFixed: fixed,
      blockByteCount: try field(blockSize, "--block-size") ?? (below == nil ? 32 << 20 : 2 << 20),
      logicalSectorByteCount: logical,
      physicalSectorByteCount: try field(physicalSectorSize, "--physical-sector-size")
        ?? below?.parameters.physicalSectorByteCount ?? logical,
      logByteCount: try field(logSize, "--log-size") ?? VHDXLayout.defaultLogByteCount,
      identity: identity, parentLocator: below?.locator)
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

import Bytes
import Host
import VHDX

/// Dirty images by their seeds, over clean images of several kinds.
package struct DirtyImagePool: Sendable {
  /// Which images a differential test goes through: 1 to 300, or what `make differential` asks for.
  package static let seeds: ClosedRange<UInt64> = {
    let words = (Environment.value("POWERCUT_DIFFERENTIAL_SEEDS") ?? "1..300").split(separator: ".")
    guard words.count == 2, let first = UInt64(words[0]), let last = UInt64(words[1]), first <= last
    else { preconditionFailure("POWERCUT_DIFFERENTIAL_SEEDS is FIRST..LAST") }
    return first...last
  }()

  private let bases: [(name: String, contents: SparseBytes)]

  /// - Throws: ``PeerError`` where qemu-img, which makes half of the clean images, is missing.
  package init() throws {
    let folder = try TemporaryFolder(prefix: "dirty-images")
    defer { withExtendedLifetime(folder) {} }
    bases = try [
      Self.qemu("64M", "dynamic", folder), Self.qemu("64M", "dynamic", folder),
      Self.qemu("6G", "dynamic", folder), Self.qemu("8M", "fixed", folder), Self.ours(64 << 20),
      Self.ours(3 << 30), Self.ours(64 << 20, sectorByteCount: 4096),
      Self.ours(12 << 20, isFixed: true),
    ]
  }

  private static func qemu(
    _ size: String, _ kind: String, _ folder: TemporaryFolder
  ) throws -> (name: String, contents: SparseBytes) {
    let path = folder.path("\(size)-\(kind).vhdx")
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=\(kind)", path, size,
    ])
    let bytes = try InputFile.bytes(path)
    var contents = SparseBytes(byteCount: UInt64(bytes.count))
    for start in stride(from: 0, to: bytes.count, by: SparseBytes.pageByteCount) {
      let page = [UInt8](bytes[start..<min(start + SparseBytes.pageByteCount, bytes.count)])
      if Checksum.xxh3(page) != Checksum.xxh3([UInt8](repeating: 0, count: page.count)) {
        contents.write(page, at: UInt64(start))
      }
    }
    return ("qemu-img's, \(kind), \(size)", contents)
  }

  private static func ours(
    _ byteCount: UInt64, isFixed: Bool = false, sectorByteCount: UInt32 = 512
  ) throws -> (name: String, contents: SparseBytes) {
    let identity = ImageIdentity(
      fileWriteGUID: GUID(low: 1, high: 1), dataWriteGUID: GUID(low: 2, high: 2),
      virtualDiskID: GUID(low: 3, high: 3))
    let layout = try VHDXLayout(
      virtualDiskByteCount: byteCount, isFixed: isFixed, blockByteCount: 1 << 20,
      logicalSectorByteCount: sectorByteCount, physicalSectorByteCount: sectorByteCount,
      identity: identity)
    return (
      "ours, \(byteCount >> 20) MiB, sectors of \(sectorByteCount)", MemoryImage(layout).contents
    )
  }

  /// The image of a seed.
  package func image(seed: UInt64) -> DirtyImage {
    var random = SeededNumbers(seed: seed)
    let base = bases[Int(random.next() % UInt64(bases.count))]
    var image = DirtyImage(over: MemoryImage(base.contents), random: random)
    image.notes.insert("over an image of \(base.name)", at: 0)
    return image
  }

  /// Writes an image into a sparse file.
  ///
  /// - Throws: ``HostError``.
  package static func write(_ image: MemoryImage, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: image.byteCount)
    try image.contents.forEachPage { (byteOffset, page) throws(HostError) in
      let count = Int(min(UInt64(page.count), image.byteCount - byteOffset))
      try file.write(count == page.count ? page : [UInt8](page[..<count]), at: byteOffset)
    }
    try file.finish()
  }
}

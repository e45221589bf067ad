import Bytes
import Host
import TestSupport
import VDI

/// Images as files, for other programs, and what those say of them.
enum VDIFiles {
  static func write(_ layout: VDILayout, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: layout.fileByteCount)
    try layout.forEachPiece { try file.write($0, at: $1) }
    try file.finish()
  }

  static func map(_ path: String) throws -> RegionImage {
    RegionImage(try MappedFile.map(path))
  }

  /// Overwrites some bytes of a file.
  static func patch(_ path: String, _ bytes: [UInt8], at byteOffset: UInt64) throws {
    try WritableFile(path).write(bytes, at: byteOffset)
  }

  /// Why an image is not opened; `nil` where it is.
  static func refusal(
    of file: any ImageFile, blockMap reading: VDIImage.BlockMapReading = .atOpening
  ) -> FormatError? {
    do throws(FormatError) {
      _ = try VDIImage(reading: file, blockMap: reading)
      return nil
    } catch { return error }
  }

  /// What `qemu-img check` says.
  enum Verdict: Equatable {
    case clean
    /// Why it was not opened.
    case refused(String)
    /// The errors, a line each.
    case errors(String)

    var isComplaint: Bool { self != .clean }
  }

  static func verdictOfQEMU(_ path: String) throws -> Verdict {
    let outcome = try Peer.qemuImage.attempt(["check", "-f", "vdi", path])
    switch outcome.status {
    case .exited(0): return .clean
    case .exited(1): return .refused(outcome.errorText)
    case .exited(2): return .errors(outcome.outputText + outcome.errorText)
    default: throw UnknownEnding(text: "\(outcome.status) \(outcome.errorText)")
    }
  }

  struct UnknownEnding: Error { var text: String }

  /// The disk as `qemu-img convert` reads it.
  static func rawByQEMU(_ path: String, in folder: TemporaryFolder) throws -> ByteRegion {
    let raw = folder.path("theirs.raw")
    try Peer.qemuImage.run(["convert", "-f", "vdi", "-O", "raw", path, raw])
    return try MappedFile.map(raw)
  }

  /// Whether the disk reads as the raw one, through ``VDIImage/read(_:)`` and through the extents.
  static func reads(_ image: VDIImage, as raw: ByteRegion) throws -> Bool {
    guard UInt64(raw.byteCount) == image.virtualDiskByteCount else { return false }
    var byteOffset: UInt64 = 0
    while byteOffset < image.virtualDiskByteCount {
      // Not a divisor of a block, so that reads cross from one into the next.
      let byteCount = min(3 << 19, image.virtualDiskByteCount - byteOffset)
      let bytes = try image.read(ByteRange(byteOffset: byteOffset, byteCount: byteCount))
      let range = Int(byteOffset)..<Int(byteOffset + byteCount)
      if Checksum.xxh3Wide(bytes) != Checksum.xxh3Wide(raw, in: range) { return false }
      byteOffset += byteCount
    }
    return try extents(of: image, are: raw)
  }

  private static func extents(of image: VDIImage, are raw: ByteRegion) throws -> Bool {
    var end = 0
    var isSame = true
    try image.forEachExtent { extent in
      let range = Int(extent.range.byteOffset)..<Int(extent.range.endByteOffset)
      let bytes = image.file.read(
        ByteRange(byteOffset: extent.fileByteOffset, byteCount: extent.range.byteCount))
      isSame =
        isSame && isZero(raw, in: end..<range.lowerBound)
        && Checksum.xxh3Wide(bytes) == Checksum.xxh3Wide(raw, in: range)
      end = range.upperBound
    }
    return isSame && isZero(raw, in: end..<raw.byteCount)
  }

  /// By a digest: going through megabytes word by word takes a debug build too long.
  private static func isZero(_ raw: ByteRegion, in range: Range<Int>) -> Bool {
    Checksum.xxh3Wide(raw, in: range)
      == Checksum.xxh3Wide([UInt8](repeating: 0, count: range.count))
  }
}

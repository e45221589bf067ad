import Bytes
import Host

/// Where the linker has put a byte of a program, which is what debug information speaks of.
enum CodeAddress {
  private static let magic: UInt32 = 0x464c_457f
  private static let headerByteCount = 64
  private static let segmentByteCount = 56
  private static let isLoaded: UInt32 = 1

  /// By the segments of an ELF file of 64 bits, as the generic System V ABI has them under "ELF Header" and "Program
  /// Header"; `nil` where it is none, or no segment has the byte.
  static func address(ofByte byteOffset: Int, in path: FilePath) -> UInt64? {
    guard let region = try? MappedFile.map("\(path)"), region.byteCount >= headerByteCount,
      region.load(at: 0, as: UInt32.self) == magic,
      let first = Int(exactly: region.load(at: 32, as: UInt64.self))
    else { return nil }
    let count = Int(region.load(at: 56, as: UInt16.self))
    guard first <= region.byteCount - count * segmentByteCount else { return nil }
    return (0..<count).lazy.compactMap { number in
      address(ofByte: byteOffset, segment: first + number * segmentByteCount, in: region)
    }.first
  }

  private static func address(
    ofByte byteOffset: Int, segment place: Int, in region: ByteRegion
  ) -> UInt64? {
    let start = region.load(at: place + 8, as: UInt64.self)
    let byteCount = region.load(at: place + 32, as: UInt64.self)
    guard region.load(at: place, as: UInt32.self) == isLoaded, UInt64(byteOffset) >= start,
      UInt64(byteOffset) - start < byteCount
    else { return nil }
    return region.load(at: place + 16, as: UInt64.self) &+ (UInt64(byteOffset) - start)
  }
}

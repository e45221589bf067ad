import Bytes

/// An image file that lies in memory as a whole, such as a mapped one. It is not changed.
public final class RegionImage: ImageFile {
  private let region: ByteRegion

  public var byteCount: UInt64 { UInt64(region.byteCount) }

  public init(_ region: ByteRegion) {
    self.region = region
  }

  public func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    return region.bytes(in: Int(range.byteOffset)..<Int(range.endByteOffset))
  }
}

import Bytes

/// A device that keeps its sectors in memory and completes at once: nothing is ever in flight.
public final class MemoryDevice: BlockDevice, @unchecked Sendable {
  public let sectorByteCount: UInt32
  public private(set) var contents: SparseBytes

  public var byteCount: UInt64 { contents.byteCount }

  public init(contents: SparseBytes, sectorByteCount: UInt32 = 512) {
    self.contents = contents
    self.sectorByteCount = sectorByteCount
  }

  public func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try checkRequest(range)
    return contents.read(range)
  }

  public func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    try checkRequest(ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)))
    contents.write(bytes, at: byteOffset)
  }

  public func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try checkRequest(range)
    contents.zero(range)
  }

  public func discard(_ range: ByteRange) async throws(DeviceError) {
    try checkRequest(range)
    contents.zero(range)
  }

  public func flush() async throws(DeviceError) {}

  public func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    contents.resize(toByteCount: byteCount)
  }
}

import Bytes

/// A device that keeps its sectors in memory and completes at once: nothing is ever in flight.
package final class MemoryDevice: BlockDevice, @unchecked Sendable {
  package let sectorByteCount: UInt32
  package private(set) var contents: SparseBytes

  package var byteCount: UInt64 { contents.byteCount }

  package init(contents: SparseBytes, sectorByteCount: UInt32 = 512) {
    self.contents = contents
    self.sectorByteCount = sectorByteCount
  }

  package func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try checkRequest(range)
    return contents.read(range)
  }

  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    try checkRequest(ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)))
    contents.write(bytes, at: byteOffset)
  }

  package func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try checkRequest(range)
    contents.zero(range)
  }

  package func discard(_ range: ByteRange) async throws(DeviceError) {
    try checkRequest(range)
    contents.zero(range)
  }

  package func flush() async throws(DeviceError) {}

  package func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    contents.resize(toByteCount: byteCount)
  }
}

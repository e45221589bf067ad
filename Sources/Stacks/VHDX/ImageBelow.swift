import BlockDevice
import Bytes

/// The image file below a VHDX disk, with how long it is for sure.
///
/// Lengths count from when a resize has returned, so that they hold in the write log too, where a
/// size change stands after the flushes that were in flight when it completed.
final class ImageBelow: @unchecked Sendable {
  let device: any BlockDevice
  /// As the latest resize that returned left it.
  private(set) var byteCount: UInt64
  /// What no power cut can take away; 0 until the first flush of the session.
  private(set) var stableByteCount: UInt64 = 0

  init(_ device: any BlockDevice) {
    self.device = device
    byteCount = device.byteCount
  }

  func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try await device.read(range)
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool = false
  ) async throws(DeviceError) {
    try await device.write(bytes, at: byteOffset, isFUA: isFUA)
  }

  func writeZeroes(_ range: ByteRange, isFUA: Bool = false) async throws(DeviceError) {
    try await device.writeZeroes(range, isFUA: isFUA)
  }

  func discard(_ range: ByteRange) async throws(DeviceError) {
    try await device.discard(range)
  }

  /// Makes everything stable that has returned, and remembers how long the file was then.
  func flush() async throws(DeviceError) {
    let coveredByteCount = byteCount
    try await device.flush()
    stableByteCount = max(stableByteCount, coveredByteCount)
  }

  func resize(toByteCount newByteCount: UInt64) async throws(DeviceError) {
    try await device.resize(toByteCount: newByteCount)
    byteCount = newByteCount
  }
}

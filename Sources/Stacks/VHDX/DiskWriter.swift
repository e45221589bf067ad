import BlockDevice
import Bytes
import Scheduling
import VHDX

/// How an open disk answers its clients: one for each ``VHDXDisk/Habits``.
///
/// Requests were checked: whole sectors, inside of the disk.
protocol DiskWriter: AnyObject, Sendable {
  func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8]
  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError)
  func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError)
  func discard(_ range: ByteRange) async throws(DeviceError)
  func flush() async throws(DeviceError)
  func close() async throws(DeviceError)
}

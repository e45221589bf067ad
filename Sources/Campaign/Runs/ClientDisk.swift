import BlockDevice
import Stacks

/// What a client opens, works with and closes.
protocol ClientDisk: BlockDevice {
  func open() async throws(DeviceError)
  func close() async throws(DeviceError)
}

extension RawImage: ClientDisk {
  func open() async throws(DeviceError) {}

  func close() async throws(DeviceError) { try await flush() }
}

extension VHDXDisk: ClientDisk {}

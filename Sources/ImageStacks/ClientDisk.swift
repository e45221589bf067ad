import BlockDevice
import Stacks

/// What a client opens, works with and closes.
package protocol ClientDisk: BlockDevice {
  func open() async throws(DeviceError)
  func close() async throws(DeviceError)
}

extension RawImage: ClientDisk {
  package func open() async throws(DeviceError) {}

  package func close() async throws(DeviceError) { try await flush() }
}

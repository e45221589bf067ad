import BlockDevice
import Bytes
import Scheduling

/// A raw image: the client's offsets are the device's. A resize has the image to itself, as block
/// layers do it, so that no request is cut off half-way.
package final class RawImage: BlockDevice, @unchecked Sendable {
  private let below: any BlockDevice
  private let changes: Signal
  private var requestsInFlight = 0
  private var isResizing = false

  package init(over below: any BlockDevice, simulation: Simulation) {
    self.below = below
    changes = Signal(simulation)
  }

  package var sectorByteCount: UInt32 { below.sectorByteCount }
  package var byteCount: UInt64 { below.byteCount }

  package func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try await shared { () async throws(DeviceError) in
      try self.checkRequest(range)
      return try await self.below.read(range)
    }
  }

  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    try await shared { () async throws(DeviceError) in
      try self.checkRequest(range)
      try await self.below.write(bytes, at: byteOffset, isFUA: isFUA)
    }
  }

  package func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try await shared { () async throws(DeviceError) in
      try self.checkRequest(range)
      try await self.below.writeZeroes(range, isFUA: isFUA)
    }
  }

  package func discard(_ range: ByteRange) async throws(DeviceError) {
    try await shared { () async throws(DeviceError) in
      try self.checkRequest(range)
      try await self.below.discard(range)
    }
  }

  package func flush() async throws(DeviceError) {
    try await below.flush()
  }

  package func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    await changes.wait(until: { !self.isResizing })
    isResizing = true
    defer {
      isResizing = false
      changes.notifyAll()
    }
    await changes.wait(until: { self.requestsInFlight == 0 })
    try await below.resize(toByteCount: byteCount)
  }

  /// Carries out a request that others may run beside, but no resize.
  private func shared<Value>(
    _ request: () async throws(DeviceError) -> Value
  ) async throws(DeviceError) -> Value {
    await changes.wait(until: { !self.isResizing })
    requestsInFlight += 1
    defer {
      requestsInFlight -= 1
      changes.notifyAll()
    }
    return try await request()
  }
}

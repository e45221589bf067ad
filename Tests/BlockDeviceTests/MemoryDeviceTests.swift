import BlockDevice
import Bytes
import Testing

@Suite struct MemoryDeviceTests {
  private static let device = MemoryDevice(contents: SparseBytes(byteCount: 4096))

  @Test func whatIsWrittenReadsBack() async throws {
    let device = MemoryDevice(contents: SparseBytes(byteCount: 4096))
    let bytes = (0..<1024).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try await device.write(bytes, at: 512, isFUA: false)
    #expect(try await device.read(ByteRange(byteOffset: 512, byteCount: 1024)) == bytes)
    try await device.writeZeroes(ByteRange(byteOffset: 512, byteCount: 512), isFUA: false)
    try await device.discard(ByteRange(byteOffset: 1024, byteCount: 512))
    try await device.flush()
    #expect(device.contents.read(ByteRange(byteOffset: 0, byteCount: 4096)).allSatisfy { $0 == 0 })
  }

  @Test func aResizeCutsOffAndGrowsByZeroes() async throws {
    let device = MemoryDevice(contents: SparseBytes(byteCount: 4096))
    try await device.write([UInt8](repeating: 9, count: 512), at: 3584, isFUA: false)
    try await device.resize(toByteCount: 3584)
    try await device.resize(toByteCount: 8192)
    #expect(device.byteCount == 8192)
    #expect(
      try await device.read(ByteRange(byteOffset: 3584, byteCount: 512)).allSatisfy { $0 == 0 })
  }

  @Test func requestsOutsideOfItAreRefused() async {
    await #expect(throws: DeviceError.self) {
      try await Self.device.read(ByteRange(byteOffset: 4096, byteCount: 512))
    }
    await #expect(throws: DeviceError.self) {
      try await Self.device.writeZeroes(
        ByteRange(byteOffset: .max - 511, byteCount: 511), isFUA: false)
    }
    await #expect(throws: DeviceError.self) {
      try await Self.device.write([1], at: 0, isFUA: false)
    }
  }
}

import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import VHDX

/// New images, and bodies that run on a disk over them.
enum DiskFixture {
  static let mebibyte: UInt64 = 1 << 20

  static func layout(
    diskByteCount: UInt64 = 8 << 20, blockByteCount: UInt32 = 1 << 20, isFixed: Bool = false
  ) throws -> VHDXLayout {
    try VHDXLayout(
      virtualDiskByteCount: diskByteCount, isFixed: isFixed, blockByteCount: blockByteCount,
      identity: ImageIdentity(
        fileWriteGUID: GUID(low: 1, high: 2), dataWriteGUID: GUID(low: 3, high: 4),
        virtualDiskID: GUID(low: 5, high: 6)))
  }

  static func contents(_ layout: VHDXLayout) -> SparseBytes { MemoryImage(layout).contents }

  /// Opens a disk over a device that completes at once, and runs `body` on it.
  ///
  /// - Returns: the image file afterwards.
  @discardableResult
  static func run(
    on contents: SparseBytes, _ options: VHDXDisk.Options = VHDXDisk.Options(identity: 7),
    sectorByteCount: UInt32 = 512,
    body: @escaping @Sendable (VHDXDisk) async throws -> Void
  ) throws -> SparseBytes {
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(1)))
    let device = MemoryDevice(contents: contents, sectorByteCount: sectorByteCount)
    try run(over: device, options, simulation, body)
    return device.contents
  }

  /// The same on a device that keeps a trace.
  static func trace(
    on contents: SparseBytes, _ options: VHDXDisk.Options,
    _ body: @escaping @Sendable (VHDXDisk) async throws -> Void
  ) throws -> [DeviceOperation] {
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(1)))
    let device = SimulatedDevice(contents: contents, simulation: simulation)
    try run(over: device, options, simulation, body)
    return device.trace
  }

  private static func run(
    over device: any BlockDevice, _ options: VHDXDisk.Options, _ simulation: Simulation,
    _ body: @escaping @Sendable (VHDXDisk) async throws -> Void
  ) throws {
    let disk = VHDXDisk(over: device, options: options, simulation: simulation)
    simulation.spawn(task: 0) {
      do {
        try await disk.open()
        try await body(disk)
      } catch {
        Issue.record("\(error)")
      }
    }
    try simulation.run()
  }

  /// What the image maps, read by the reader of the format.
  static func read(_ range: ByteRange, of contents: SparseBytes) throws -> [UInt8] {
    try VHDXImage(reading: MemoryImage(contents)).read(range)
  }

  static func bytes(_ byte: UInt8, _ byteCount: Int = 4096) -> [UInt8] {
    [UInt8](repeating: byte, count: byteCount)
  }

  static func range(_ byteOffset: UInt64, _ byteCount: UInt64) -> ByteRange {
    ByteRange(byteOffset: byteOffset, byteCount: byteCount)
  }
}

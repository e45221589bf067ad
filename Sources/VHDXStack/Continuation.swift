import BlockDevice
import Bytes
import Scheduling
import Stacks
import VHDX
import Workload

/// Goes on with an image that a power cut left: the stack under test opens it, writes to a block that
/// is there and to one that is not, flushes; the power is cut again, all that was not flushed is lost,
/// and what was written is looked for (rule D10).
package struct Continuation: Sendable {
  private let options: VHDXDisk.Options
  private let parameters: DiskParameters
  private let seed: Seed

  /// - Parameter parameters: of the image that is gone on with.
  package init(options: VHDXDisk.Options, parameters: DiskParameters, seed: Seed) {
    self.options = options
    self.parameters = parameters
    self.seed = seed
  }

  /// What went wrong; `nil` where nothing did.
  package func failure(of image: SparseBytes) -> String? {
    let (device, failure) = Self.run(options, over: image, seed: seed, work)
    if let failure { return "the recovered image takes no new writes: \(failure)" }
    return missing(in: device.contents(afterPowerCutKeeping: { _ in false }))
  }

  /// Why the stack does not open an image for writing; `nil` where it does.
  static func refusal(of image: SparseBytes, _ options: VHDXDisk.Options, seed: Seed) -> String? {
    run(options, over: image, seed: seed) { disk, progress in
      do throws(DeviceError) { try await disk.open() } catch { progress.failure = "\(error)" }
    }.failure
  }

  /// One task at a disk over a device of its own.
  private static func run(
    _ options: VHDXDisk.Options, over image: SparseBytes, seed: Seed,
    _ work: @escaping @Sendable (VHDXDisk, Progress) async -> Void
  ) -> (device: SimulatedDevice, failure: String?) {
    let simulation = Simulation(
      strategy: StrategyName.sticky.makeStrategy(seed: seed, expectedStepCount: 64))
    let device = SimulatedDevice(contents: image, isGrowable: true, simulation: simulation)
    let disk = VHDXDisk(over: device, options: options, simulation: simulation)
    let progress = Progress()
    simulation.spawn(task: 0) { await work(disk, progress) }
    do throws(Simulation.Stall) {
      try simulation.run()
    } catch {
      return (device, "the writer waits for ever (\(error))")
    }
    return (device, progress.failure)
  }

  /// What is written: the first sectors of some blocks, of the last one too.
  private var ranges: [ByteRange] {
    let block = UInt64(parameters.blockByteCount)
    let diskByteCount = parameters.virtualDiskByteCount
    let blockCount = diskByteCount / block + (diskByteCount % block == 0 ? 0 : 1)
    let indices: [UInt64] = blockCount > 2 ? [0, 1, blockCount - 1] : Array(0..<blockCount)
    return indices.map {
      ByteRange(byteOffset: $0 * block, byteCount: min(4096, diskByteCount - $0 * block))
    }
  }

  private func bytes(of range: ByteRange) -> [UInt8] {
    StampedUnit.bytes(seed: seed, operation: UInt64.max, range: range)
  }

  @Sendable private func work(_ disk: VHDXDisk, _ progress: Progress) async {
    var step = "opening"
    do throws(DeviceError) {
      try await disk.open()
      for range in ranges {
        step = "writing \(range)"
        try await disk.write(bytes(of: range), at: range.byteOffset, isFUA: false)
      }
      step = "flushing"
      try await disk.flush()
    } catch {
      progress.failure = "\(step) answers \(error)"
    }
  }

  private func missing(in contents: SparseBytes) -> String? {
    let file = OverlayImage(MemoryImage(contents))
    let outcome = Recovery(profile: options.recovery).run(on: file)
    guard outcome.opens else {
      return "new writes to the recovered image do not survive the next cut: \(outcome)"
    }
    do throws(FormatError) {
      var options = ImageReadingOptions.strict
      if self.options.recovery.readsHeadersAsQEMU { options = .qemu }
      options.blockTable = .whenRead
      let image = try VHDXImage(reading: file, options: options)
      for range in ranges where try image.read(range) != bytes(of: range) {
        return "new writes to the recovered image do not survive the next cut: \(range) is lost"
      }
      return nil
    } catch {
      return "new writes to the recovered image do not survive the next cut: \(error.finding)"
    }
  }
}

/// How far the writing came; set by its one task, read when that has ended.
private final class Progress: @unchecked Sendable {
  var failure: String?
}

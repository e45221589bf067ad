import BlockDevice
import Bytes
import Scheduling
import Stacks
import VHDX

/// A session of random clients on a VHDX disk over a device with a volatile cache, and the images that
/// power cuts during it could have left.
final class DiskCrashRun: @unchecked Sendable {
  struct Shape {
    var blockCount: UInt64 = 5
    var taskCount = 3
    var operationCount = 10
    var closes = true
    /// Bytes at the start of each block that clients write to.
    var usedByteCount: UInt64 = 4096
    /// Whether clients discard; a disk that ignores it promises nothing there.
    var discards = true
  }

  let seed: UInt64
  let shape: Shape
  let history: DiskHistory
  let device: SimulatedDevice
  let endEvent: UInt64
  /// Whether the clients were done and the disk was closed without an error.
  private(set) var isClosed = false
  private(set) var openingError: DeviceError?
  private(set) var clientErrors: [DeviceError] = []
  private let simulation: Simulation

  static let blockByteCount = DiskFixture.mebibyte

  static func diskByteCount(_ shape: Shape) -> UInt64 { shape.blockCount * blockByteCount }

  static func newImage(_ shape: Shape) throws -> SparseBytes {
    try DiskFixture.contents(DiskFixture.layout(diskByteCount: diskByteCount(shape)))
  }

  init(
    on contents: SparseBytes, mapping initial: SparseBytes, _ options: VHDXDisk.Options,
    _ shape: Shape = Shape(), faults: DeviceFaults = DeviceFaults(), seed: UInt64
  ) throws {
    self.seed = seed
    self.shape = shape
    let strategy = StrategyName.auto.makeStrategy(seed: Seed(seed), expectedStepCount: 300)
    let simulation = Simulation(strategy: strategy, stepLimit: 100_000)
    self.simulation = simulation
    device = SimulatedDevice(contents: contents, faults: faults, simulation: simulation)
    history = DiskHistory(initial: initial)
    let disk = VHDXDisk(over: device, options: options, simulation: simulation)
    let outcome = Outcome()
    simulation.spawn(task: 0) {
      do throws(DeviceError) { try await disk.open() } catch { outcome.openingError = error }
    }
    try simulation.run()
    openingError = outcome.openingError
    if openingError == nil {
      let history = history
      for task in 0..<shape.taskCount {
        simulation.spawn(task: task) {
          for index in 0..<shape.operationCount {
            var stream = RandomStream(Seed(seed), .workload, UInt64(task), UInt64(index))
            // Stamps of two sessions differ as well, as long as their seeds do.
            let stamp = seed << 32 | UInt64(task * 1000 + index + 1)
            await Self.perform(&stream, stamp, shape, disk, history, simulation, outcome)
          }
        }
      }
      try simulation.run()
      if shape.closes {
        simulation.spawn(task: 0) {
          let from = simulation.nextEventIndex()
          do throws(DeviceError) {
            try await disk.close()
            outcome.isClosed = true
            history.noteFlush(from: from, to: simulation.nextEventIndex())
          } catch { outcome.errors.append(error) }
        }
        try simulation.run()
      }
    }
    isClosed = outcome.isClosed
    clientErrors = outcome.errors
    endEvent = simulation.nextEventIndex()
  }

  private final class Outcome: @unchecked Sendable {
    var openingError: DeviceError?
    var isClosed = false
    var errors: [DeviceError] = []
  }

  private static func perform(
    _ stream: inout RandomStream, _ stamp: UInt64, _ shape: Shape, _ disk: VHDXDisk,
    _ history: DiskHistory, _ simulation: Simulation, _ outcome: Outcome
  ) async {
    enum Action { case write, zeroPart, zeroBlock, discardBlock, read, flush }
    let action = stream.pick([
      (Action.write, 9), (.zeroPart, 1), (.zeroBlock, 3),
      (.discardBlock, shape.discards ? 2 : 0), (.read, 1), (.flush, 4),
    ])
    let block = UInt64(stream.next(below: Int(shape.blockCount))) * blockByteCount
    let sectorCount = stream.next(in: 1...3)
    let offset = UInt64(stream.next(below: Int(shape.usedByteCount / 512) - 3)) * 512
    let isFUA = stream.chance(1, of: 6)
    let part = ByteRange(byteOffset: block + offset, byteCount: UInt64(sectorCount) * 512)
    let whole = ByteRange(byteOffset: block, byteCount: blockByteCount)
    let submittedAt = simulation.nextEventIndex()
    do throws(DeviceError) {
      switch action {
      case .read: _ = try await disk.read(part)
      case .flush:
        try await disk.flush()
        history.noteFlush(from: submittedAt, to: simulation.nextEventIndex())
      case .write:
        try await note(part, stamp, isFUA, history, simulation) { () async throws(DeviceError) in
          try await disk.write(
            DiskHistory.bytes(stamp: stamp, range: part), at: part.byteOffset, isFUA: isFUA)
        }
      case .zeroPart:
        try await note(part, 0, isFUA, history, simulation) { () async throws(DeviceError) in
          try await disk.writeZeroes(part, isFUA: isFUA)
        }
      case .zeroBlock:
        try await note(whole, 0, isFUA, history, simulation) { () async throws(DeviceError) in
          try await disk.writeZeroes(whole, isFUA: isFUA)
        }
      case .discardBlock:
        try await note(whole, 0, false, history, simulation) { () async throws(DeviceError) in
          try await disk.discard(whole)
        }
      }
    } catch {
      outcome.errors.append(error)
    }
  }

  private static func note(
    _ range: ByteRange, _ stamp: UInt64, _ isFUA: Bool, _ history: DiskHistory,
    _ simulation: Simulation, _ body: () async throws(DeviceError) -> Void
  ) async throws(DeviceError) {
    let index = history.begin(
      range, stamp: stamp, isFUA: isFUA, at: simulation.nextEventIndex())
    do throws(DeviceError) {
      try await body()
      history.end(index, failed: false, at: simulation.nextEventIndex())
    } catch {
      history.end(index, failed: true, at: simulation.nextEventIndex())
      throw error
    }
  }

  // MARK: Power cuts

  /// An image that a power cut at `event` could have left, as `stream` draws it.
  func image(atCut event: UInt64, _ stream: inout RandomStream) -> SparseBytes {
    enum Keeping { case none, all, half, allButOne, onlyOne }
    let keeping = stream.pick([
      (Keeping.none, 1), (.all, 1), (.half, 4), (.allButOne, 4), (.onlyOne, 2),
    ])
    let completed = device.trace.filter { $0.isApplied && ($0.completedAt ?? .max) <= event }
      .sorted { ($0.completedAt ?? 0) < ($1.completedAt ?? 0) }
    let optional = completed.indices.filter { (completed[$0].stableAt ?? .max) > event }
    let one = optional.isEmpty ? -1 : stream.pick(optional)
    let tornByteCount = stream.chance(1, of: 3) ? UInt64(stream.next(in: 1...7)) * 512 : 0
    var left = device.initialContents
    for (index, operation) in completed.enumerated() {
      var isKept = (operation.stableAt ?? .max) <= event
      if !isKept {
        switch keeping {
        case .none: isKept = false
        case .all: isKept = true
        case .half: isKept = stream.chance(1, of: 2)
        case .allButOne: isKept = index != one
        case .onlyOne: isKept = index == one
        }
        if index == one, tornByteCount > 0, operation.action == .write,
          tornByteCount < operation.range.byteCount
        {
          Self.apply(operation, prefixByteCount: tornByteCount, to: &left)
          continue
        }
      }
      if isKept { Self.apply(operation, prefixByteCount: nil, to: &left) }
    }
    return left
  }

  private static func apply(
    _ operation: DeviceOperation, prefixByteCount: UInt64?, to contents: inout SparseBytes
  ) {
    switch operation.action {
    case .read, .flush: return
    case .resize: contents.resize(toByteCount: operation.range.byteCount)
    case .write, .writeZeroes, .discard:
      if operation.range.endByteOffset > contents.byteCount {
        contents.resize(toByteCount: operation.range.endByteOffset)
      }
      if operation.action == .write {
        let byteCount = prefixByteCount.map { Int($0) } ?? operation.bytes.count
        contents.write(Array(operation.bytes[..<byteCount]), at: operation.range.byteOffset)
      } else {
        contents.zero(operation.range)
      }
    }
  }

  /// Recovers an image by the specification and compares what it maps with what was promised.
  ///
  /// - Returns: what is wrong, and the recovered image.
  func judge(
    _ image: SparseBytes, atCut event: UInt64
  ) -> (problem: String?, recovered: SparseBytes) {
    let file = MemoryImage(image)
    let outcome = Recovery().run(on: file)
    guard outcome.opens else { return ("\(outcome)", file.contents) }
    do {
      let vhdx = try VHDXImage(reading: file)
      let problem = try firstProblem(at: event) { try vhdx.read($0) }
      return (problem, file.contents)
    } catch {
      return ("\(error)", file.contents)
    }
  }

  /// The whole disk: sector by sector where clients write, and whether the rest is zero.
  private func firstProblem(
    at event: UInt64, _ read: (ByteRange) throws -> [UInt8]
  ) rethrows -> String? {
    for block in 0..<shape.blockCount {
      let start = block * Self.blockByteCount
      let used = ByteRange(byteOffset: start, byteCount: shape.usedByteCount)
      if let problem = try history.problem(at: event, in: used, read) { return problem }
      let rest = ByteRange(
        byteOffset: used.endByteOffset,
        byteCount: Self.blockByteCount - shape.usedByteCount)
      // A debug build compares a mebibyte byte by byte.
      if Checksum.xxh3(try read(rest)) != Checksum.xxh3(Self.zeroes(rest.byteCount)) {
        return "foreign data in block \(block)"
      }
    }
    return nil
  }

  private static func zeroes(_ byteCount: UInt64) -> [UInt8] {
    [UInt8](repeating: 0, count: Int(byteCount))
  }

  /// What a recovered image maps where clients write.
  func mapped(by recovered: SparseBytes) throws -> SparseBytes {
    let vhdx = try VHDXImage(reading: MemoryImage(recovered))
    var contents = SparseBytes(byteCount: Self.diskByteCount(shape))
    for block in 0..<shape.blockCount {
      let used = ByteRange(
        byteOffset: block * Self.blockByteCount, byteCount: shape.usedByteCount)
      contents.write(try vhdx.read(used), at: used.byteOffset)
    }
    return contents
  }

  /// Any moment, or the last one before a flush takes effect: then most is optional.
  private func cutEvent(_ stream: inout RandomStream) -> UInt64 {
    let flushes = device.trace.filter { $0.action == .flush && $0.completedAt != nil }
    if stream.chance(1, of: 3) || flushes.isEmpty {
      return UInt64(stream.next(below: Int(endEvent))) + 1
    }
    return (stream.pick(flushes).completedAt ?? 1) - 1
  }

  /// Judges `cutCount` power cuts, spread over the run.
  func problems(cutCount: Int) -> [String] {
    var found: [String] = []
    for index in 0..<cutCount {
      var stream = RandomStream(Seed(seed), .states, UInt64(index))
      let event = cutEvent(&stream)
      let image = image(atCut: event, &stream)
      if let problem = judge(image, atCut: event).problem {
        found.append("seed \(seed), cut \(index) at \(event): \(problem)")
      }
    }
    return found
  }
}

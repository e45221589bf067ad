import Bytes
import Scheduling

/// A device with a volatile cache, on which every completion is a choice of the schedule.
///
/// An operation waits at a point of the simulation; when it is let go it takes effect and completes,
/// so of two overlapping writes in flight the one that completes later stays. Reads see the cache. On
/// stable media is only what a flush covered, which had completed when that flush was submitted, and
/// what was written with FUA. The trace keeps all of it, so that what a power cut could leave can be
/// told for any moment.
package final class SimulatedDevice: BlockDevice, @unchecked Sendable {
  package let sectorByteCount: UInt32
  /// Grows by itself where a write reaches beyond its end, as a file does.
  package let isGrowable: Bool
  package let faults: DeviceFaults
  /// What reads see.
  package private(set) var contents: SparseBytes
  /// What was on stable media before the first operation.
  package let initialContents: SparseBytes
  /// Every operation in the order of submission.
  package private(set) var trace: [DeviceOperation] = []

  private let simulation: Simulation
  private let deviceNumber: Int
  private var faultPoint = 0
  /// Operations that completed and are not stable, by their place in ``trace``.
  private var unstable: [Int] = []

  package var byteCount: UInt64 { contents.byteCount }

  package init(
    contents: SparseBytes, sectorByteCount: UInt32 = 512, isGrowable: Bool = false,
    faults: DeviceFaults = DeviceFaults(), simulation: Simulation
  ) {
    self.contents = contents
    initialContents = contents
    self.sectorByteCount = sectorByteCount
    self.isGrowable = isGrowable
    self.faults = faults
    self.simulation = simulation
    deviceNumber = simulation.nextDeviceNumber()
  }

  package func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try checkRequest(range)
    let place = submit(.read, range)
    await simulation.point(access(.read, range))
    trace[place].completedAt = simulation.nextEventIndex()
    return contents.read(range)
  }

  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    try checkGrowingRequest(range)
    try await carryOut(.write, range, bytes: bytes, isFUA: isFUA)
  }

  package func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try checkGrowingRequest(range)
    try await carryOut(.writeZeroes, range, isFUA: isFUA)
  }

  package func discard(_ range: ByteRange) async throws(DeviceError) {
    try checkRequest(range)
    try await carryOut(.discard, range)
  }

  package func flush() async throws(DeviceError) {
    try await carryOut(.flush, ByteRange(byteOffset: 0, byteCount: 0))
  }

  package func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    try await carryOut(.resize, ByteRange(byteOffset: 0, byteCount: byteCount))
  }

  /// What a power cut now could leave: the stable operations and those of the others that `keep`
  /// says, in the order in which they completed.
  package func contents(afterPowerCutKeeping keep: (DeviceOperation) -> Bool) -> SparseBytes {
    var left = initialContents
    let applied = trace.filter { $0.isApplied && ($0.stableAt != nil || keep($0)) }
    for operation in applied.sorted(by: { ($0.completedAt ?? 0) < ($1.completedAt ?? 0) }) {
      operation.apply(to: &left)
    }
    return left
  }

  // MARK: Inside

  private func checkGrowingRequest(_ range: ByteRange) throws(DeviceError) {
    if isGrowable {
      try checkAlignment(range)
    } else {
      try checkRequest(range)
    }
  }

  private func submit(
    _ action: DeviceOperation.Action, _ range: ByteRange, bytes: [UInt8] = [], isFUA: Bool = false
  ) -> Int {
    trace.append(
      DeviceOperation(
        action: action, range: range, bytes: bytes, isFUA: isFUA, task: TaskIdentity.current,
        clientOperation: TaskIdentity.operation, submittedAt: simulation.nextEventIndex()))
    return trace.count - 1
  }

  private func access(_ action: DeviceOperation.Action, _ range: ByteRange) -> DeviceAccess {
    let kind: DeviceAccess.Kind =
      switch action {
      case .read: .read
      case .write, .writeZeroes, .discard: .change
      case .flush, .resize: .wholeDevice
      }
    return DeviceAccess(
      device: deviceNumber, kind: kind, byteOffset: range.byteOffset,
      endByteOffset: range.endByteOffset)
  }

  private func carryOut(
    _ action: DeviceOperation.Action, _ range: ByteRange, bytes: [UInt8] = [], isFUA: Bool = false
  ) async throws(DeviceError) {
    let place = submit(action, range, bytes: bytes, isFUA: isFUA)
    let fault = faults.errors[faultPoint]
    faultPoint += 1
    await simulation.point(access(action, range))
    let now = simulation.nextEventIndex()
    trace[place].completedAt = now
    if let error = fault ?? spaceError(for: trace[place]) {
      trace[place].error = error
      throw error
    }
    trace[place].apply(to: &contents)
    settle(place, at: now)
  }

  private func spaceError(for operation: DeviceOperation) -> DeviceError? {
    guard let capacity = faults.capacityByteCount, operation.action != .flush else { return nil }
    return operation.range.endByteOffset > max(capacity, byteCount) ? .noSpace : nil
  }

  /// Notes what became stable when the operation at `place` completed.
  private func settle(_ place: Int, at now: UInt64) {
    let operation = trace[place]
    if operation.action == .flush {
      if faults.liesAboutFlushes { return }
      unstable.removeAll { candidate in
        guard let completedAt = trace[candidate].completedAt, completedAt < operation.submittedAt
        else { return false }
        trace[candidate].stableAt = now
        return true
      }
    } else if operation.isFUA && !faults.liesAboutFlushes {
      trace[place].stableAt = now
    } else {
      unstable.append(place)
    }
  }
}

extension DeviceOperation {
  /// Does to `contents` what the operation does to the device.
  func apply(to contents: inout SparseBytes) {
    switch action {
    case .read, .flush: return
    case .resize: contents.resize(toByteCount: range.byteCount)
    case .write:
      grow(&contents)
      contents.write(bytes, at: range.byteOffset)
    case .writeZeroes:
      grow(&contents)
      contents.zero(range)
    case .discard:
      // Gives space back, and never makes the device longer.
      let end = min(range.endByteOffset, contents.byteCount)
      if end > range.byteOffset {
        contents.zero(ByteRange(byteOffset: range.byteOffset, byteCount: end - range.byteOffset))
      }
    }
  }

  private func grow(_ contents: inout SparseBytes) {
    if range.endByteOffset > contents.byteCount {
      contents.resize(toByteCount: range.endByteOffset)
    }
  }
}

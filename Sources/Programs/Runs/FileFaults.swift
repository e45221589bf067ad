import BlockDevice
import Bytes
import Glibc
import Recorder

/// What goes wrong with the operations of a program on one file, which ``DeviceFaults`` say by their
/// order of submission.
struct FileFaults {
  private let faults: DeviceFaults
  private var count = 0
  /// Whether an operation was made to fail.
  private(set) var haveStruck = false

  init(_ faults: DeviceFaults) {
    self.faults = faults
  }

  /// What becomes of the operation that was submitted next.
  mutating func turn(of operation: HeldOperation) -> HeldOperation.Turn {
    defer { count += 1 }
    if let errorNumber = errorNumber(of: operation) {
      haveStruck = true
      return .fail(errorNumber)
    }
    if operation.kind == .sync { return .done }
    return shortened(operation) ?? .go
  }

  /// The first half in whole sectors, as disks and file systems write in part; `nil` where there is none.
  private func shortened(_ operation: HeldOperation) -> HeldOperation.Turn? {
    guard faults.shortWrites.contains(count), operation.kind == .write, let range = operation.range
    else { return nil }
    let sector = UInt64(StateSum.unitByteCount)
    let middle = (range.byteOffset + range.byteCount / 2) / sector * sector
    guard middle > range.byteOffset else { return nil }
    return .short(byteCount: UInt32(min(middle - range.byteOffset, Self.longestShortWrite)))
  }

  /// What ``HeldOperation/Turn/short(byteCount:)`` can say, in whole sectors.
  private static let longestShortWrite: UInt64 = 1 << 29

  private func errorNumber(of operation: HeldOperation) -> Int32? {
    if let error = faults.errors[count] { return Self.errorNumber(error) }
    guard let capacity = faults.capacityByteCount, let range = operation.range,
      range.endByteOffset > capacity, operation.kind != .punch
    else { return nil }
    return ENOSPC
  }

  private static func errorNumber(_ error: DeviceError) -> Int32 {
    switch error {
    case .noSpace: ENOSPC
    case .unsupported: EOPNOTSUPP
    default: EIO
    }
  }
}

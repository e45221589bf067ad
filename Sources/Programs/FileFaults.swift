import BlockDevice
import Bytes
import Glibc
import Recorder

/// What goes wrong with the operations of a program on one file, which ``DeviceFaults`` say by their
/// order of submission.
struct FileFaults {
  private let faults: DeviceFaults
  private var count = 0

  init(_ faults: DeviceFaults) {
    self.faults = faults
  }

  /// What becomes of the operation that was submitted next.
  mutating func turn(of operation: HeldOperation) -> HeldOperation.Turn {
    defer { count += 1 }
    if let error = faults.errors[count] { return .fail(Self.errorNumber(error)) }
    if let capacity = faults.capacityByteCount, let range = operation.range,
      range.endByteOffset > capacity, operation.kind != .punch
    {
      return .fail(ENOSPC)
    }
    return operation.kind == .sync ? .done : .go
  }

  private static func errorNumber(_ error: DeviceError) -> Int32 {
    switch error {
    case .noSpace: ENOSPC
    case .unsupported: EOPNOTSUPP
    default: EIO
    }
  }
}

import BlockDevice
import Bytes
import VHDX

/// Puts header changes into both slots, one after the other, with a flush after each.
///
/// Source: [MS-VHDX] 2.2.2.1; rules H10 to H12 and H18.
final class HeaderWriter: @unchecked Sendable {
  private(set) var current: CurrentHeader
  private let file: ImageBelow
  private let bugs: Set<BugSwitch>

  init(_ current: CurrentHeader, file: ImageBelow, bugs: Set<BugSwitch>) {
    self.current = current
    self.file = file
    self.bugs = bugs
  }

  /// One caller at a time.
  func update(_ change: HeaderChange) async throws(DeviceError) {
    do {
      try await write(change, isFlushed: !bugs.contains(.bothHeadersOneEpoch))
      try await write(HeaderChange(), isFlushed: true)
    } catch {
      if !bugs.contains(.headerErrorsIgnored) { throw error }
    }
  }

  private func write(_ change: HeaderChange, isFlushed: Bool) async throws(DeviceError) {
    let next: HeaderWrite
    do {
      next = try current.updated(change)
    } catch {
      throw .unusableImage("\(error)")
    }
    try await file.write(next.bytes, at: next.byteOffset)
    current = next.current
    if isFlushed { try await file.flush() }
  }
}

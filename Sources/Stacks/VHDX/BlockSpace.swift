import BlockDevice
import Bytes
import Scheduling
import VHDX

/// The file's space for payload blocks: places that nothing refers to, places whose release is not
/// stable yet, and the end where the file grows.
///
/// Source: [MS-VHDX] 2.1: blocks are aligned to 1 MiB.
final class BlockSpace: @unchecked Sendable {
  struct Place {
    var byteOffset: UInt64
    /// Whether it is known to read as zeroes: beyond the old end of the file it is.
    var isClean: Bool
  }

  static let alignment: UInt64 = 1 << 20

  private let file: ImageBelow
  private let changes: Signal
  private let blockByteCount: UInt64
  /// Sorted.
  private var free: [UInt64]
  private var releasing: [UInt64] = []
  /// What entries without data name beyond the end of the file, sorted: it stays theirs when the file grows.
  private let namedBehindEnd: [ByteRange]
  private var endByteOffset: UInt64
  private var isGrowing = false
  /// The end of what was ever in use in this session, in whole MiB.
  private(set) var usedEndByteOffset: UInt64

  /// - Parameters:
  ///   - used: every range that something refers to, in any order.
  init(
    file: ImageBelow, used: [ByteRange], blockByteCount: UInt64, simulation: Simulation
  ) {
    self.file = file
    self.blockByteCount = blockByteCount
    changes = Signal(simulation)
    let all = used.sorted { $0.byteOffset < $1.byteOffset }
    let fileEnd = ByteRange(byteOffset: file.byteCount, byteCount: 0)
    let sorted = all.prefix { $0.byteOffset < fileEnd.byteOffset }
    namedBehindEnd = Array(all.dropFirst(sorted.count))
    free = []
    usedEndByteOffset = Self.alignment
    for range in sorted + [fileEnd] {
      while usedEndByteOffset + blockByteCount <= range.byteOffset {
        free.append(usedEndByteOffset)
        usedEndByteOffset += blockByteCount
      }
      usedEndByteOffset = max(usedEndByteOffset, Self.roundedUp(range.endByteOffset))
    }
    endByteOffset = usedEndByteOffset
    usedEndByteOffset =
      sorted.reduce(Self.alignment) { max($0, Self.roundedUp($1.endByteOffset)) }
  }

  static func roundedUp(_ byteCount: UInt64) -> UInt64 {
    (byteCount + alignment - 1) / alignment * alignment
  }

  /// A place for a block: one that is free, or a new one at the end of the file.
  func take() async throws(DeviceError) -> Place {
    if !free.isEmpty {
      let byteOffset = free.removeFirst()
      usedEndByteOffset = max(usedEndByteOffset, byteOffset + blockByteCount)
      return Place(byteOffset: byteOffset, isClean: false)
    }
    await changes.wait(until: { !self.isGrowing })
    isGrowing = true
    defer {
      isGrowing = false
      changes.notifyAll()
    }
    guard let byteOffset = nextPlaceAtEnd() else { throw .noSpace }
    try await file.resize(toByteCount: byteOffset + blockByteCount)
    endByteOffset = byteOffset + blockByteCount
    usedEndByteOffset = max(usedEndByteOffset, endByteOffset)
    return Place(byteOffset: byteOffset, isClean: true)
  }

  /// Where a block fits beyond the end; `nil` where no offset is left.
  private func nextPlaceAtEnd() -> UInt64? {
    var byteOffset = endByteOffset
    for range in namedBehindEnd {
      guard let place = ByteRange(checking: byteOffset, byteCount: blockByteCount) else {
        return nil
      }
      if place.overlaps(range) { byteOffset = Self.roundedUp(range.endByteOffset) }
    }
    return byteOffset <= .max - blockByteCount ? byteOffset : nil
  }

  /// Takes back a place that was never referred to.
  func giveBack(_ byteOffset: UInt64) {
    free.append(byteOffset)
    free.sort()
  }

  /// Keeps a place aside until the entry that frees it is stable.
  func release(_ byteOffset: UInt64) { releasing.append(byteOffset) }

  /// The places released so far, for a commit that begins now.
  func takeReleasing() -> [UInt64] {
    defer { releasing = [] }
    return releasing
  }
}

import Bytes

/// Payload of the virtual disk that the file holds: equally many bytes here and there.
public struct PayloadExtent: Equatable, Sendable {
  /// In the virtual disk.
  public var range: ByteRange
  public var fileByteOffset: UInt64
  public var state: PayloadState

  public init(range: ByteRange, fileByteOffset: UInt64, state: PayloadState) {
    self.range = range
    self.fileByteOffset = fileByteOffset
    self.state = state
  }
}

extension VHDXImage {
  /// The bytes of a part of the virtual disk.
  ///
  /// Blocks that are absent, undefined, zero or unmapped read as zeroes: that is one of the answers
  /// that the specification allows, and what the common programs give.
  ///
  /// Source: [MS-VHDX] 2.5.1.1; rule B08.
  ///
  /// - Precondition: the range ends inside of the virtual disk.
  /// - Throws: ``FormatError`` at an entry of the block table that breaks a rule, and at a block
  ///   that only a parent has.
  public func read(_ range: ByteRange) throws(FormatError) -> [UInt8] {
    precondition(
      range.endByteOffset <= virtualDiskByteCount, "a read ends inside of the virtual disk")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let blockIndex = byteOffset / geometry.blockByteCount
      let end = min(geometry.range(ofPayloadBlock: blockIndex).endByteOffset, range.endByteOffset)
      let partByteCount = end - byteOffset
      if let place = try fileByteOffset(of: byteOffset, inBlock: blockIndex) {
        bytes += file.read(ByteRange(byteOffset: place, byteCount: partByteCount))
      } else {
        bytes += [UInt8](repeating: 0, count: Int(partByteCount))
      }
      byteOffset = end
    }
    return bytes
  }

  /// Calls `body` with every payload block that the file holds, whole or in part, in the virtual
  /// disk's order. The last block's extent ends where the disk does.
  ///
  /// - Throws: ``FormatError`` at an entry that breaks a rule.
  public func forEachExtent(
    _ body: (PayloadExtent) throws(FormatError) -> Void
  ) throws(FormatError) {
    try blockTable.forEachUsedEntry { (entryIndex, entry) throws(FormatError) in
      guard case .payload(let blockIndex) = geometry.role(ofEntry: entryIndex),
        blockIndex < geometry.payloadBlockCount
      else { return }
      let state = try blockTable.checkedState(of: entry, at: entryIndex)
      guard state.hasBlock else { return }
      try body(
        PayloadExtent(
          range: geometry.range(ofPayloadBlock: blockIndex), fileByteOffset: entry.byteOffset,
          state: state))
    }
  }

  /// `nil` for what reads as zeroes.
  private func fileByteOffset(
    of byteOffset: UInt64, inBlock blockIndex: UInt64
  ) throws(FormatError) -> UInt64? {
    let (state, blockByteOffset) = try blockTable.payloadEntry(blockIndex)
    let needsParent = state == .partiallyPresent || (state == .notPresent && geometry.hasParent)
    guard !needsParent else {
      throw blockTable.problem(
        "state", geometry.entryIndex(ofPayloadBlock: blockIndex),
        "a block of which nothing is in a parent", "state \(state.rawValue)",
        hint: "Reading it takes the parent image, which was not given.")
    }
    guard state == .fullyPresent else { return nil }
    return blockByteOffset + (byteOffset - blockIndex * geometry.blockByteCount)
  }
}

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
      let part = ByteRange(byteOffset: byteOffset, byteCount: end - byteOffset)
      if let extent = try extent(of: part, inBlock: blockIndex) {
        bytes += file.read(
          ByteRange(byteOffset: extent.fileByteOffset, byteCount: part.byteCount))
      } else {
        bytes.append(contentsOf: repeatElement(0, count: Int(part.byteCount)))
      }
      byteOffset = end
    }
    return bytes
  }

  /// Calls `body` with every payload block that the file holds, in the virtual disk's order. The
  /// last block's extent ends where the disk does.
  ///
  /// - Throws: ``FormatError`` at an entry that breaks a rule, and at a block that only a parent has.
  public func forEachExtent(
    _ body: (PayloadExtent) throws(FormatError) -> Void
  ) throws(FormatError) {
    try blockTable.forEachUsedEntry { (entryIndex, entry) throws(FormatError) in
      guard case .payload(let blockIndex) = geometry.role(ofEntry: entryIndex),
        blockIndex < geometry.payloadBlockCount
      else { return }
      let state = try blockTable.checkedState(of: entry, at: entryIndex)
      let range = geometry.range(ofPayloadBlock: blockIndex)
      if let extent = try extent(
        of: range, inBlock: blockIndex, state: state, blockByteOffset: entry.byteOffset)
      {
        try body(extent)
      }
    }
  }

  private func extent(
    of part: ByteRange, inBlock blockIndex: UInt64
  ) throws(FormatError) -> PayloadExtent? {
    let (state, blockByteOffset) = try blockTable.payloadEntry(blockIndex)
    return try extent(
      of: part, inBlock: blockIndex, state: state, blockByteOffset: blockByteOffset)
  }

  /// `nil` for what reads as zeroes.
  private func extent(
    of part: ByteRange, inBlock blockIndex: UInt64, state: PayloadState, blockByteOffset: UInt64
  ) throws(FormatError) -> PayloadExtent? {
    let needsParent = state == .partiallyPresent || (state == .notPresent && geometry.hasParent)
    guard !needsParent else {
      throw blockTable.problem(
        "state", geometry.entryIndex(ofPayloadBlock: blockIndex),
        "a block of which nothing is in a parent", "state \(state.rawValue)")
    }
    guard state == .fullyPresent else { return nil }
    return PayloadExtent(
      range: part,
      fileByteOffset: blockByteOffset + (part.byteOffset - blockIndex * geometry.blockByteCount),
      state: state)
  }
}

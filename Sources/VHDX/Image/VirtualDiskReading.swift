import Bytes

/// Payload of the virtual disk that the file holds: equally many bytes here and there.
package struct PayloadExtent: Equatable, Sendable {
  /// In the virtual disk.
  package var range: ByteRange
  package var fileByteOffset: UInt64
  package var state: PayloadState

  package init(range: ByteRange, fileByteOffset: UInt64, state: PayloadState) {
    self.range = range
    self.fileByteOffset = fileByteOffset
    self.state = state
  }
}

extension VHDXImage {
  /// Reads a part of the virtual disk below a differencing one.
  package typealias ParentReader = (ByteRange) throws(FormatError) -> [UInt8]

  /// The bytes of a part of the virtual disk.
  ///
  /// Blocks that are undefined, zero or unmapped read as zeroes, as do absent ones of a disk without
  /// a parent: that is one of the answers that the specification allows, and what the common
  /// programs give.
  ///
  /// Source: [MS-VHDX] 2.5.1.1; rule B08.
  ///
  /// - Parameter parent: reads what a differencing disk has in its parent; all of the range, with
  ///   zeroes where the parent is shorter.
  /// - Precondition: the range ends inside of the virtual disk.
  /// - Throws: ``FormatError`` at an entry of the block table that breaks a rule, and without
  ///   `parent` at a block of which something is there.
  package func read(
    _ range: ByteRange, parent: ParentReader? = nil
  ) throws(FormatError) -> [UInt8] {
    precondition(
      range.endByteOffset <= virtualDiskByteCount, "a read ends inside of the virtual disk")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let blockIndex = byteOffset / geometry.blockByteCount
      let end = min(geometry.range(ofPayloadBlock: blockIndex).endByteOffset, range.endByteOffset)
      let part = ByteRange(byteOffset: byteOffset, byteCount: end - byteOffset)
      bytes += try read(part, ofBlock: blockIndex, parent: parent)
      byteOffset = end
    }
    return bytes
  }

  /// Calls `body` with every payload block that the file holds, whole or in part, in the virtual
  /// disk's order. The last block's extent ends where the disk does.
  ///
  /// - Throws: ``FormatError`` at an entry that breaks a rule.
  package func forEachExtent(
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

  private func read(
    _ part: ByteRange, ofBlock blockIndex: UInt64, parent: ParentReader?
  ) throws(FormatError) -> [UInt8] {
    let (state, blockByteOffset) = try blockTable.payloadEntry(blockIndex)
    let inBlock = part.byteOffset - blockIndex * geometry.blockByteCount
    let place = ByteRange(byteOffset: blockByteOffset + inBlock, byteCount: part.byteCount)
    switch state {
    case .fullyPresent:
      return file.read(place)
    case .notPresent where geometry.hasParent:
      return try required(parent, blockIndex, state)(part)
    case .partiallyPresent:
      return try readMixed(
        part, fileByteOffset: place.byteOffset, parent: required(parent, blockIndex, state))
    case .notPresent, .undefined, .zero, .unmapped:
      return [UInt8](repeating: 0, count: Int(part.byteCount))
    }
  }

  private func required(
    _ parent: ParentReader?, _ blockIndex: UInt64, _ state: PayloadState
  ) throws(FormatError) -> ParentReader {
    if let parent { return parent }
    throw blockTable.problem(
      nil, "state", geometry.entryIndex(ofPayloadBlock: blockIndex),
      "a block of which nothing is in a parent", "state \(state.rawValue)",
      hint: "Reading it takes the parent image, which was not given.")
  }
}

import Bytes
import VHDX

/// Which MiB of the file are payload and which are bitmaps, as the block table says once every
/// stable log entry is applied.
///
/// A bit for each MiB, in words of 64: what a block table of 64 TiB maps takes 8 MiB.
///
/// Source: [MS-VHDX] 2.5.
struct TracedBlocks {
  private static let mebibyte: UInt64 = 1 << 20

  private let geometry: BlockGeometry
  private var payloadWords: [UInt64: UInt64] = [:]
  private var bitmaps: Set<UInt64> = []
  /// Where the last block ends; `nil` while it is not known because a block there was given back.
  private(set) var endByteOffset: UInt64? = 0

  init(geometry: BlockGeometry) {
    self.geometry = geometry
  }

  init(_ table: BlockTable) {
    self.init(geometry: table.geometry)
    table.forEachUsedEntry { entryIndex, entry in
      replace(BlockTableEntry(rawValue: 0), by: entry, at: entryIndex)
    }
  }

  /// Takes note that an entry of the table has changed.
  ///
  /// - Returns: whether a block had a place and has none now.
  @discardableResult
  mutating func replace(
    _ old: BlockTableEntry, by new: BlockTableEntry, at entryIndex: UInt64
  ) -> Bool {
    guard entryIndex < geometry.entryCount else { return false }
    let before = range(of: old, at: entryIndex)
    let after = range(of: new, at: entryIndex)
    if let before { mark(before, at: entryIndex, isUsed: false) }
    if let after { mark(after, at: entryIndex, isUsed: true) }
    return before != nil && after == nil
  }

  func isBitmap(_ byteOffset: UInt64) -> Bool {
    !bitmaps.isEmpty && bitmaps.contains(byteOffset / Self.mebibyte)
  }

  /// The bitmap blocks that a range touches, in the file's order.
  func bitmaps(in range: ByteRange) -> [ByteRange] {
    bitmaps.sorted().compactMap {
      ByteRange(checking: $0 * Self.mebibyte, byteCount: Self.mebibyte)
    }.filter { $0.overlaps(range) }
  }

  /// Where the first MiB stands that is payload and that the range touches.
  func firstPayload(in range: ByteRange, _ budget: inout WorkBudget) -> UInt64? {
    if range.isEmpty { return nil }
    let first = range.byteOffset / Self.mebibyte
    let last = (range.endByteOffset - 1) / Self.mebibyte
    if (last - first) / 64 > UInt64(payloadWords.count) {
      guard budget.spend(UInt64(payloadWords.count)) else { return nil }
      let found = payloadWords.filter { word, bits in
        bits != 0 && word >= first / 64 && word <= last / 64
      }
      guard let word = found.keys.min() else { return nil }
      return firstPayload(from: max(first, word * 64), to: last)
    }
    guard budget.spend((last - first) / 64 + 1) else { return nil }
    return firstPayload(from: first, to: last)
  }

  private func firstPayload(from first: UInt64, to last: UInt64) -> UInt64? {
    var word = first / 64
    while word <= last / 64 {
      if var bits = payloadWords[word], bits != 0 {
        if word == first / 64 { bits &= UInt64.max << (first % 64) }
        let found = word * 64 + UInt64(bits.trailingZeroBitCount)
        if bits != 0 && found <= last { return found * Self.mebibyte }
      }
      word += 1
    }
    return nil
  }

  private func isPayload(_ entryIndex: UInt64) -> Bool {
    if case .payload = geometry.role(ofEntry: entryIndex) { return true }
    return false
  }

  private func range(of entry: BlockTableEntry, at entryIndex: UInt64) -> ByteRange? {
    if isPayload(entryIndex) {
      guard let state = entry.payloadState, state.hasBlock else { return nil }
      return ByteRange(checking: entry.byteOffset, byteCount: geometry.blockByteCount)
    }
    guard entry.bitmapState == .present else { return nil }
    return ByteRange(
      checking: entry.byteOffset, byteCount: BlockGeometry.bitmapBlockByteCount)
  }

  private mutating func mark(_ range: ByteRange, at entryIndex: UInt64, isUsed: Bool) {
    if isUsed {
      endByteOffset = endByteOffset.map { max($0, range.endByteOffset) }
    } else if endByteOffset == range.endByteOffset {
      endByteOffset = nil
    }
    let first = range.byteOffset / Self.mebibyte
    let last = (range.endByteOffset - 1) / Self.mebibyte
    guard isPayload(entryIndex) else {
      if isUsed { bitmaps.insert(first) } else { bitmaps.remove(first) }
      return
    }
    for index in first...last {
      let bit: UInt64 = 1 << (index % 64)
      if isUsed {
        payloadWords[index / 64, default: 0] |= bit
      } else {
        payloadWords[index / 64]? &= ~bit
      }
    }
  }
}

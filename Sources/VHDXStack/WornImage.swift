import Bytes
import VHDX

/// An image as years of use and other programs leave it, made from a new dynamic one: sound, and not as tidy as
/// ours are.
///
/// - Less than a block is free in front of the first one.
/// - The last block was zeroed, the one in front of it discarded. Both kept their places, with what they held
///   before.
/// - The file ends within a MiB, with bytes of something else.
///
/// The disk still reads as zeroes. Source: [MS-VHDX] 2.1, 2.5.1.1.
struct WornImage {
  /// What no block of a sound writer must show.
  private static let staleByte: UInt8 = 0x5a
  private static let staleByteCount = 64 << 10
  private static let strayByteCount = 512

  private let layout: VHDXLayout

  /// - Precondition: three blocks at least, and no places for them yet (``isPossible(_:)``).
  init(_ layout: VHDXLayout) {
    precondition(Self.isPossible(layout), "three blocks without a place")
    self.layout = layout
  }

  static func isPossible(_ layout: VHDXLayout) -> Bool {
    layout.geometry.payloadBlockCount >= 3 && !layout.parameters.leavesBlocksAllocated
  }

  func wear(_ file: MemoryImage) {
    let block = layout.geometry.blockByteCount
    let count = layout.geometry.payloadBlockCount
    let first = layout.payloadByteOffset + (1 << 20)
    let places = (1...2).map { first + $0 * block }
    let end = first + 3 * block
    let stray = [UInt8](repeating: Self.staleByte, count: Self.strayByteCount)
    file.resize(toByteCount: end + UInt64(stray.count))
    for place in places {
      file.write([UInt8](repeating: Self.staleByte, count: Self.staleByteCount), at: place)
    }
    file.write(stray, at: end)
    set(0, BlockTableEntry(.fullyPresent, byteOffset: first), in: file)
    // A block that was discarded owns its place: no other entry may name it (rule B06).
    set(count - 2, BlockTableEntry(.unmapped, byteOffset: places[0]), in: file)
    set(count - 1, BlockTableEntry(.zero, byteOffset: places[1]), in: file)
  }

  private func set(_ blockIndex: UInt64, _ entry: BlockTableEntry, in file: MemoryImage) {
    let index = layout.geometry.entryIndex(ofPayloadBlock: blockIndex)
    var writer = ByteWriter()
    writer.write(entry.rawValue)
    file.write(
      writer.bytes,
      at: layout.blockTable.byteOffset + index * UInt64(BlockTableEntry.byteCount))
  }
}

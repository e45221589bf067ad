import Bytes
import Checking

/// What header and block map of two VDI images say differently.
struct VDIDifference {
  private(set) var rows = ImageDifference()

  init(_ first: any ImageFile, _ second: any ImageFile) {
    rows.add("length of the file", "\(first.byteCount) bytes", "\(second.byteCount) bytes")
    let images = [first, second].map { try? VDIImage(reading: $0, blockMap: .whenRead) }
    guard let one = images[0], let two = images[1] else {
      rows.add("opening it", Self.opening(first), Self.opening(second))
      return
    }
    rows.add(
      "header, allocated blocks", "\(one.header.allocatedBlockCount)",
      "\(two.header.allocatedBlockCount)")
    rows.add("header, blocks", "\(one.header.blockCount)", "\(two.header.blockCount)")
    rows.add(
      "header, size of the disk", "\(one.header.diskByteCount) bytes",
      "\(two.header.diskByteCount) bytes")
    rows.add("header, UUID", "\(one.header.imageUUID)", "\(two.header.imageUUID)")
    addEntries(one.blockMap, two.blockMap)
  }

  private mutating func addEntries(_ first: VDIBlockMap, _ second: VDIBlockMap) {
    let common = min(first.entryCount, second.entryCount)
    var rows = rows
    second.forEachEntry { entryIndex, entry in
      guard entryIndex < common else { return }
      rows.add(
        "block map entry \(entryIndex)", Self.text(first.entry(at: entryIndex)), Self.text(entry))
    }
    self.rows = rows
  }

  private static func opening(_ file: any ImageFile) -> String {
    VDIImage.refusal(of: file).map { "refused: \($0.finding)" } ?? "opens"
  }

  private static func text(_ entry: VDIBlockMapEntry) -> String {
    switch entry {
    case .block(let number): "block \(number)"
    case .discarded: "discarded"
    case .unallocated: "never allocated"
    }
  }
}

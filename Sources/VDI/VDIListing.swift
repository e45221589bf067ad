import Bytes
import Checking

extension ImageListing {
  /// The header and the block map, as far as they can be read.
  init(of file: any ImageFile) {
    let header = try? VDIHeader(reading: file)
    let image = try? VDIImage(reading: file, blockMap: .whenRead)
    self.init(facts: header.map(Self.facts) ?? []) { body in
      guard let map = image?.blockMap else { return }
      for entryIndex in 0..<map.entryCount {
        let entry = map.entry(at: entryIndex)
        if entry == .unallocated { continue }
        guard try body(Fact("block map entry \(entryIndex)", Self.text(entry, map))) else { return }
      }
    }
  }

  private static func facts(_ header: VDIHeader) -> [Fact] {
    let type = VDIImageType(rawValue: header.imageType)
    return [
      Fact("type", type.map { $0 == .dynamic ? "dynamic" : "static" } ?? "\(header.imageType)"),
      Fact("disk", "\(header.diskByteCount) bytes"),
      Fact("blocks", "\(header.blockCount) of \(header.blockByteCount) bytes"),
      Fact("allocated", "\(header.allocatedBlockCount), as the header counts"),
      Fact("block map", "at byte \(header.blockMapByteOffset)"),
      Fact("data", "at byte \(header.dataByteOffset)"),
      Fact("UUID", "\(header.imageUUID)"),
      Fact("snapshot", "\(header.lastSnapshotUUID)"),
      Fact("parent", header.parentUUID.isZero ? "none" : "\(header.parentUUID)"),
    ]
  }

  private static func text(_ entry: VDIBlockMapEntry, _ map: VDIBlockMap) -> String {
    guard case .block(let number) = entry else { return "discarded" }
    guard number < map.header.blockCount else { return "block \(number), which is none" }
    return "block \(number), at byte \(map.header.dataRange(ofBlock: number).byteOffset)"
  }
}

import Bytes

extension VDIImage {
  /// What stands at a place of the file: "header", "block map entry 7", "block 3 of the data
  /// (virtual block 5)". A place behind the file's end is named too.
  package func name(ofByteOffset byteOffset: UInt64) -> String {
    let map = header.blockMapRange
    if byteOffset < map.byteOffset { return "header" }
    if byteOffset < map.endByteOffset {
      return "block map entry \((byteOffset - map.byteOffset) / UInt64(VDIBlockMapEntry.byteCount))"
    }
    let data = UInt64(header.dataByteOffset)
    if byteOffset < data { return "unused, between block map and data" }
    let number = (byteOffset - data) / UInt64(header.blockByteCount)
    return "block \(number) of the data (\(owners(ofBlock: number)))"
  }

  /// The same for each part of a range, at most six of them: "header; block map entries 3 to 7".
  package func name(of range: ByteRange) -> String {
    var names: [String] = []
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset, names.count < 6 {
      let part = part(from: byteOffset, to: range.endByteOffset)
      names.append(part.name)
      byteOffset = part.endByteOffset
    }
    return names.joined(separator: "; ") + (byteOffset < range.endByteOffset ? "; and more" : "")
  }

  /// What stands at a place, and where it ends, or the range does.
  private func part(
    from byteOffset: UInt64, to rangeEnd: UInt64
  ) -> (name: String, endByteOffset: UInt64) {
    let map = header.blockMapRange
    let data = UInt64(header.dataByteOffset)
    guard byteOffset >= map.byteOffset, byteOffset < map.endByteOffset else {
      let block = UInt64(header.blockByteCount)
      let end =
        byteOffset < map.byteOffset
        ? map.byteOffset
        : byteOffset < data ? data : data + ((byteOffset - data) / block + 1) * block
      return (name(ofByteOffset: byteOffset), min(end, rangeEnd))
    }
    let end = min(map.endByteOffset, rangeEnd)
    let entry = UInt64(VDIBlockMapEntry.byteCount)
    let (first, last) = (
      (byteOffset - map.byteOffset) / entry, (end - 1 - map.byteOffset) / entry
    )
    return (
      first == last ? "block map entry \(first)" : "block map entries \(first) to \(last)", end
    )
  }

  /// The virtual blocks whose entries name a block: one, where the image holds.
  private func owners(ofBlock number: UInt64) -> String {
    guard let number = UInt32(exactly: number) else { return "of no virtual block" }
    var owners: [UInt64] = []
    blockMap.forEachEntry { entryIndex, entry in
      if entry == .block(number), owners.count < 3 { owners.append(entryIndex) }
    }
    switch owners.count {
    case 0: return "of no virtual block"
    case 1: return "virtual block \(owners[0])"
    case 2: return "virtual blocks \(owners[0]) and \(owners[1])"
    default: return "virtual blocks \(owners[0]), \(owners[1]) and more"
    }
  }
}

import Bytes

/// The two headers of a made-up image.
extension DirtyImageGenerator {
  /// A header in the making: the current one, and the one in the other slot.
  private struct Pair {
    var newer: VHDXHeader
    var older: VHDXHeader
    var newerPatch: [(at: Int, bytes: [UInt8])] = []
    var olderPatch: [(at: Int, bytes: [UInt8])] = []
    /// Whether the patches are sealed.
    var isNewerSealed = true
    var isOlderSealed = true
  }

  /// As a sound writer leaves them, with the log's GUID in both, or with something wrong.
  mutating func writeHeaders() {
    var header = base.header
    header.logGUID = logGUID
    header.logByteOffset = log.byteOffset
    header.logByteCount = UInt32(log.byteCount)
    header.sequenceNumber &+= 2
    var older = header
    older.sequenceNumber &-= 1
    var pair = Pair(newer: header, older: older)
    if below(3) == 0 { mutate(&pair) }
    if below(12) == 0 { mutateLogFields(&pair) }
    let newerSlot = below(2) == 0 ? HeaderSlot.first : .second
    put(pair.newer, pair.newerPatch, pair.isNewerSealed, newerSlot)
    put(pair.older, pair.olderPatch, pair.isOlderSealed, newerSlot.other)
  }

  private mutating func mutate(_ pair: inout Pair) {
    switch below(14) {
    case 0:
      notes.append("the newer header is torn")
      pair.newerPatch = [(2048, [1])]
      pair.isNewerSealed = false
    case 1:
      notes.append("the older header is torn")
      pair.olderPatch = [(0, [0x68, 0x65, 0x61, 0])]
    case 2:
      notes.append("the newer header is clean")
      pair.newer.logGUID = .zero
    case 3:
      notes.append("the older header is clean")
      pair.older.logGUID = .zero
    case 4, 5:
      notes.append("the headers name two logs")
      if below(2) == 0 { pair.older.logGUID = otherGUID } else { pair.newer.logGUID = otherGUID }
    case 6:
      notes.append("the headers have one number")
      pair.older.sequenceNumber = pair.newer.sequenceNumber
      if below(2) == 0 { pair.older.logGUID = otherGUID }
    case 7:
      let number = UInt64.max - UInt64(below(7))
      notes.append("header number \(number)")
      pair.newer.sequenceNumber = number
      pair.older.sequenceNumber = below(2) == 0 ? number &- 1 : 1
    case 8:
      notes.append("header numbers 0 and 1")
      pair.newer.sequenceNumber = 1
      pair.older.sequenceNumber = 0
    case 9:
      notes.append("a header of another version")
      if below(2) == 0 { pair.newer.version = 2 } else { pair.older.version = 0 }
    case 10:
      notes.append("a log of another version")
      if below(2) == 0 { pair.newer.logVersion = 1 } else { pair.older.logVersion = 1 }
      if below(3) == 0 { pair.newer.logGUID = .zero }
    case 11, 12:
      notes.append("reserved bytes of a header are set")
      pair.newerPatch = [(pick([80, 1000, 4095]), [UInt8(1 + below(255))])]
    default:
      notes.append("both headers are torn")
      pair.newerPatch = [(4, [0, 0, 0, 0])]
      pair.isNewerSealed = false
      pair.olderPatch = [(0, [0])]
    }
  }

  /// A log that has an impossible length or place.
  private mutating func mutateLogFields(_ pair: inout Pair) {
    let own = UInt32(log.byteCount)
    let end = fileByteCount
    if below(2) == 0 {
      pair.newer.logByteCount = pick([
        0, 4096, 512, own + 4096, own - 1, 512 << 10, own + 1 << 20, 1 << 30, .max, 0xfff0_0000,
      ])
    } else {
      pair.newer.logByteOffset = pick([
        0, 4096, 512 << 10, log.byteOffset + 4096, log.byteOffset + 512, end, end + 1 << 20,
        regions.metadata.byteOffset, regions.blockTable.byteOffset, 1 << 40, 1 << 63, .max,
        .max - 1 << 20 + 1,
      ])
    }
    if below(2) == 0 { pair.newer.logGUID = .zero }
    notes.append(
      "a log of \(pair.newer.logByteCount) bytes at \(pair.newer.logByteOffset)"
        + (pair.newer.logGUID.isZero ? ", empty" : ""))
  }

  private func put(
    _ header: VHDXHeader, _ patches: [(at: Int, bytes: [UInt8])], _ isSealed: Bool,
    _ slot: HeaderSlot
  ) {
    var bytes = header.encode()
    for patch in patches {
      bytes.replaceSubrange(patch.at..<patch.at + patch.bytes.count, with: patch.bytes)
    }
    if isSealed && !patches.isEmpty { StructureChecksum.seal(&bytes) }
    file.write(bytes, at: slot.byteOffset)
  }
}

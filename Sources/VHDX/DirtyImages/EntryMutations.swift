import Bytes

/// What can be wrong with the entries of a made-up log.
extension DirtyImageGenerator {
  mutating func mutate(_ drafts: inout [LogDraft]) {
    let index = below(drafts.count)
    switch below(21) {
    case 20: overlap(&drafts[index])
    case 0: drafts[index].isSealed = false
    case 1: drafts[index].header.tailByteOffset = makeTail(drafts)
    case 2, 3: drafts[index].renumber(makeNumber(drafts[index].header.sequenceNumber))
    case 4:
      drafts[index].header.logGUID = pick([
        otherGUID, GUID(low: logGUID.low, high: 7), GUID(low: 7, high: logGUID.high),
      ])
    case 5, 6: mutateLength(&drafts[index])
    case 7: mutateCount(&drafts[index])
    case 8, 9: mutateTarget(&drafts[index])
    case 10: mutateZeroLength(&drafts[index])
    case 11, 12: drafts[index].header.lastByteCount = makeLast()
    case 13:
      drafts[index].header.flushedByteCount = pick([
        0, 1 << 20, fileByteCount - 1, fileByteCount + 1, fileByteCount + 4 << 20, 64 << 20, .max,
        1 << 63, fileByteCount + 1 << 20,
      ])
    case 14: mutateFirstBytes(&drafts[index])
    case 15: mutateDescriptor(&drafts[index])
    case 16, 17: mutateSector(&drafts[index])
    case 18: repeatEntry(&drafts, index)
    default: fillRing(&drafts)
    }
  }

  private mutating func mutateFirstBytes(_ draft: inout LogDraft) {
    let signatures = ["LOGE", "logf", "\0oge"]
    let drawn = below(9)
    if drawn < signatures.count {
      draft.signature = Array(signatures[drawn].utf8)
    } else {
      draft.header.reserved = UInt32(drawn)
    }
  }

  private mutating func makeTail(_ drafts: [LogDraft]) -> UInt32 {
    let near = UInt32(pick(drafts).ringByteOffset)
    return pick([near, near &+ 4096, near &+ 512, 0, UInt32(ringByteCount), .max])
  }

  private mutating func makeNumber(_ number: UInt64) -> UInt64 {
    pick([0, 1, number &+ 1, number &+ 2, number &- 1, number &+ 100, .max, 1 << 32])
  }

  private mutating func mutateLength(_ draft: inout LogDraft) {
    let ring = UInt32(ringByteCount)
    let own = draft.header.entryByteCount
    let byteCounts: [UInt32] = [
      0, 1, 64, 4096, own &- 4096, own &+ 4096, own &+ 8192, own &+ 512, own &+ 40960, ring,
      ring - 4096, ring + 4096, .max, .max - 4095,
    ]
    draft.header.entryByteCount = pick(byteCounts)
    // A claim over the whole ring keeps the other program busy until its time is up: seldom.
    if draft.header.entryByteCount == ring && below(6) > 0 { draft.header.entryByteCount = 12288 }
    draft.isSealed = below(3) > 0
  }

  private mutating func mutateCount(_ draft: inout LogDraft) {
    let own = draft.header.descriptorCount
    let counts: [UInt32] = [
      0, 1, own &+ 1, own &- 1, own &+ 2, 126, 127, 128, 129, .max, 1 << 27,
    ]
    draft.header.descriptorCount = pick(counts)
  }

  private mutating func mutateTarget(_ draft: inout LogDraft) {
    guard !draft.descriptors.isEmpty else { return }
    let log = self.log.byteOffset
    let index = below(draft.descriptors.count)
    let logSector = log + UInt64(below(ringSectorCount)) * 4096
    let logEnd = log + UInt64(ringByteCount)
    let reserved: [UInt64] = [
      0, 65536, 131072, 126_976, 188 << 10, 192 << 10, 256 << 10, 320 << 10, 1020 << 10,
    ]
    let inLog: [UInt64] = [
      log, log + 4096, logEnd - 4096, draft.ringByteOffset + log, logSector, logSector,
    ]
    let regions: [UInt64] = [
      self.regions.metadata.byteOffset, self.regions.blockTable.byteOffset,
      self.regions.blockTable.byteOffset + 4096, 40 << 20,
    ]
    let far: [UInt64] = [
      limitByteCount - 4096, limitByteCount, limitByteCount + 4096, 1 << 40, 1 << 62,
      0x7fff_ffff_ffff_f000, 1 << 63, .max - 4095, .max, 512,
    ]
    draft.descriptors[index].fileByteOffset = pick(pick([reserved, inLog, regions, far]))
  }

  private mutating func mutateZeroLength(_ draft: inout LogDraft) {
    guard !draft.descriptors.isEmpty else { return }
    let index = below(draft.descriptors.count)
    let near = limitByteCount - UInt64(below(60)) * 4096
    let byteCount: UInt64 = pick([
      0, 512, 4097, 1 << 18, 1 << 40, 1 << 50, .max - 4095, .max, 1 << 63,
    ])
    // Sector by sector over many MiB takes the other program seconds: start where it ends soon.
    if byteCount > 1 << 18 { draft.descriptors[index].fileByteOffset = near }
    if case .zero = draft.descriptors[index].kind {
      draft.descriptors[index].kind = .zero(byteCount: byteCount, reserved: 0)
    } else {
      var added = draft.descriptors[index]
      added.kind = .zero(byteCount: byteCount, reserved: UInt32(below(2)))
      draft.descriptors.append(added)
      draft.header.descriptorCount &+= 1
    }
  }

  private mutating func makeLast() -> UInt64 {
    let mebibyte = mebibyteByteCount
    let near: [UInt64] = [
      0, 1, fileByteCount - 5, fileByteCount + 12 * mebibyte, fileByteCount + 12 * mebibyte + 1,
      fileByteCount + mebibyte, fileByteCount + mebibyte + 512, fileByteCount + 8 * mebibyte - 1,
      limitByteCount, limitByteCount + 1,
      limitByteCount - 1,
    ]
    let top = UInt64.max - mebibyte
    let far: [UInt64] = [
      1 << 40, 1 << 40 + 1, 1 << 62, 1 << 63, 1 << 63 + 1, 1 << 63 - 1, .max, top, top + 1, top + 2,
    ]
    return pick(pick([near, far]))
  }

  private mutating func mutateDescriptor(_ draft: inout LogDraft) {
    guard !draft.descriptors.isEmpty else { return }
    let index = below(draft.descriptors.count)
    switch below(3) {
    case 0: draft.descriptors[index].sequenceNumber &+= 1
    case 1: draft.descriptors[index].fileByteOffset |= UInt64(pick([1, 512, 2048]))
    default:
      draft.descriptors.remove(at: index)
      draft.isSealed = below(2) == 0
    }
  }

  private mutating func mutateSector(_ draft: inout LogDraft) {
    guard !draft.sectors.isEmpty else { return }
    let index = below(draft.sectors.count)
    switch below(3) {
    case 0:
      let signature = draft.header.sequenceNumber % 2 == 0 ? "atad" : "datb"
      draft.sectors[index].replaceSubrange(0..<4, with: Array(signature.utf8))
    case 1: draft.renumberSector(index, draft.header.sequenceNumber &+ 1)
    default: draft.renumberSector(index, draft.header.sequenceNumber ^ 1 << 32)
    }
  }

  /// The same entry once more, elsewhere, also inside of others.
  private mutating func repeatEntry(_ drafts: inout [LogDraft], _ index: Int) {
    var copy = drafts[index]
    let other = pick(drafts)
    let place =
      pick([other.ringByteOffset + 4096, other.ringByteOffset + other.byteCount, 0, 255 << 12])
    copy.ringByteOffset = place % UInt64(ringByteCount)
    if below(2) == 0 { copy.renumber(max(1, makeNumber(copy.header.sequenceNumber))) }
    copy.header.tailByteOffset = UInt32(copy.ringByteOffset)
    drafts.append(copy)
  }

  /// Puts a second change over the first one, whole or in part.
  private mutating func overlap(_ draft: inout LogDraft) {
    guard let target = draft.descriptors.first?.target, target.byteCount < 1 << 20,
      target.byteOffset < limitByteCount, target.byteOffset >= 1 << 20
    else { return }
    var added = draft.descriptors[0]
    switch below(3) {
    case 0 where !draft.sectors.isEmpty:
      // What the data of the second one is, the entry says again.
      guard let index = draft.descriptors.lastIndex(where: \.isData) else { return }
      draft.descriptors[index].fileByteOffset = target.byteOffset
      notes.append("two descriptors for byte \(target.byteOffset)")
      return
    case 1:
      added.kind = .zero(byteCount: 8192, reserved: 0)
      added.fileByteOffset = target.byteOffset - 4096
    default:
      added.kind = .zero(byteCount: 4096, reserved: 0)
      added.fileByteOffset = target.endByteOffset - 4096
    }
    if below(2) == 0 {
      draft.descriptors.append(added)
    } else {
      draft.descriptors.insert(added, at: 0)
    }
    draft.header.descriptorCount &+= 1
    notes.append("zeroes over the change at byte \(target.byteOffset)")
  }

  /// Stretches the claim of the last entry so that its run fills the ring, or all but a sector.
  private mutating func fillRing(_ drafts: inout [LogDraft]) {
    guard below(3) == 0 else { return }
    let used = drafts.dropLast().reduce(UInt64(0)) { $0 + $1.byteCount }
    let missing = UInt64(pick([0, 4096, 8192])) + used
    guard UInt64(ringByteCount) > missing + 4096 else { return }
    drafts[drafts.count - 1].header.entryByteCount = UInt32(UInt64(ringByteCount) - missing)
    notes.append("stretched over the ring")
  }
}

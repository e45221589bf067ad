import Bytes

/// The runs of a made-up log, still as a sound writer would leave them.
extension DirtyImageGenerator {
  mutating func makeRuns() -> [LogDraft] {
    var drafts: [LogDraft] = []
    let runCount = [0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4][below(12)]
    // A run that wraps is met more often where it begins at the ring's end.
    var sector = [0, below(ringSectorCount), ringSectorCount - 1 - below(6)][below(3)]
    var number = pick([1, 1, 2, 5, 17, 40, 0xffff_fffd, 1 << 40, UInt64.max - 2])
    if below(24) == 0, ringSectorCount <= 512 { return makeFullRun(number: number) }
    for _ in 0..<runCount {
      let run = makeRun(atSector: sector, number: number)
      drafts += run
      let usedSectors = run.reduce(0) { $0 + Int($1.byteCount) } / LogRing.sectorByteCount
      sector = (sector + usedSectors + pick([0, 0, 1, 2, 5, below(60)])) % ringSectorCount
      let last = run.last?.header.sequenceNumber ?? number
      let numbers = [
        last, last &+ 1, last &+ 2, last &+ 7, max(1, last &- 1), max(1, last &- 3), number, 1, 3,
      ]
      number = max(1, pick(numbers))
    }
    return drafts
  }

  private mutating func makeRun(atSector start: Int, number first: UInt64) -> [LogDraft] {
    let sector = UInt64(LogRing.sectorByteCount)
    let entryCount = [1, 1, 2, 2, 3, 3, 4, 5, 6, 9][below(10)]
    let tailIndex = below(3) == 0 ? below(entryCount) : 0
    var place = UInt64(start) * sector
    var drafts: [LogDraft] = []
    var lastByteCount = fileByteCount
    var places: [UInt64] = []
    for index in 0..<entryCount {
      places.append(place)
      let tail = places[min(index, tailIndex)]
      var entry = LogEntry(
        logGUID: logGUID, sequenceNumber: first &+ UInt64(index), tailByteOffset: UInt32(tail),
        flushedByteCount: fileByteCount, lastByteCount: fileByteCount, updates: makeUpdates())
      for update in entry.updates { lastByteCount = max(lastByteCount, end(of: update)) }
      let mebibyte = mebibyteByteCount
      entry.lastByteCount =
        (lastByteCount + mebibyte - 1) / mebibyte * mebibyte
        + UInt64(pick([0, 0, 0, 1, 3])) * mebibyte
      let draft = LogDraft(entry, at: place)
      // A sound writer never goes over its own tail.
      if drafts.reduce(draft.byteCount, { $0 + $1.byteCount }) > UInt64(ringByteCount) { break }
      drafts.append(draft)
      place = (place + draft.byteCount) % UInt64(ringByteCount)
    }
    return drafts
  }

  /// One run that fills the ring, or all but a sector or two of it.
  private mutating func makeFullRun(number first: UInt64) -> [LogDraft] {
    let sector = UInt64(LogRing.sectorByteCount)
    let start = UInt64(pick([0, 0, 0, 1, 100])) * sector
    var restCount = ringSectorCount - pick([0, 0, 1, 2])
    var place = start
    var drafts: [LogDraft] = []
    while restCount > 0 {
      let drawn = below(100)
      let dataCount =
        drawn < 70 ? min(restCount - 1, 20 + drawn) : Self.dataCount(filling: restCount)
      let updates = (0..<dataCount).map { _ in
        LogUpdate.data(makeSector(), fileByteOffset: dataByteOffset + UInt64(below(600)) << 12)
      }
      let entry = LogEntry(
        logGUID: logGUID, sequenceNumber: first &+ UInt64(drafts.count),
        tailByteOffset: UInt32(start), flushedByteCount: fileByteCount,
        lastByteCount: fileByteCount, updates: updates)
      drafts.append(LogDraft(entry, at: place))
      place = (place + entry.byteCount) % UInt64(ringByteCount)
      restCount -= Int(entry.byteCount / sector)
    }
    notes.append("a run over the ring")
    return drafts
  }

  /// How many data sectors an entry of so many sectors has beside its descriptors.
  private static func dataCount(filling sectorCount: Int) -> Int {
    func areaCount(_ dataCount: Int) -> Int {
      Int(LogEntryHeader.descriptorSectorCount(descriptorCount: UInt64(dataCount)))
    }
    var dataCount = sectorCount - 1
    while dataCount + areaCount(dataCount) > sectorCount { dataCount -= 1 }
    return dataCount
  }

  private func end(of update: LogUpdate) -> UInt64 {
    switch update {
    case .zero(let range): range.endByteOffset
    case .data(_, let fileByteOffset): fileByteOffset + UInt64(LogRing.sectorByteCount)
    }
  }

  private mutating func makeUpdates() -> [LogUpdate] {
    let count: Int
    switch below(40) {
    case 0: count = pick([125, 126, 127, 128, 200, 254, 255])
    case 1...5: count = 0
    case 6...8: count = 6 + below(60)
    default: count = 1 + below(4)
    }
    let isMostlyZero = count > 60
    return (0..<count).map { _ in
      if !isMostlyZero, below(6) == 0 { return makeStructureUpdate() }
      let place = dataByteOffset + UInt64(below(isMostlyZero ? 600 : 3000)) << 12
      if below(isMostlyZero ? 8 : 4) == 0 || isMostlyZero && below(4) > 0 {
        let byteCount = UInt64(pick([1, 1, 2, 3, isMostlyZero ? 1 : 40])) << 12
        return .zero(ByteRange(byteOffset: place, byteCount: byteCount))
      }
      return .data(makeSector(), fileByteOffset: place)
    }
  }

  private mutating func makeSector() -> [UInt8] {
    let words = [random.next(), random.next()]
    var writer = ByteWriter(reservingByteCount: LogRing.sectorByteCount)
    for index in 0..<512 { writer.write(words[index % 2] &+ UInt64(index)) }
    return writer.bytes
  }
}

import Bytes
import VHDX

/// Writes into the ring of the image's log, and when they become entries.
extension TraceModel {
  /// Takes the entries over that the base's log holds.
  func loadLog(of header: VHDXHeader) {
    guard !header.logGUID.isZero, let ring else { return }
    guard let active = LogSearch.run(ring, logGUID: header.logGUID).active else { return }
    var loaded = LogSequence(guid: header.logGUID, firstSerial: nextSerial)
    for found in active.entries {
      var unused: ByteRange?
      let carried = carry(found, serial: nextSerial, ring: ring, payloadTarget: &unused)
      loaded.append(found, targets: carried.targets, ring: ring)
      nextSerial += 1
    }
    sequence = loaded
  }

  func changeLog(_ range: ByteRange, _ payloadByteOffset: Int?, _ stamp: TraceStamp) {
    guard let ring, let common = range.intersection(ring.range) else { return }
    if let retirement = sequence?.retiredBy, isStable(retirement) { sequence = nil }
    let overwritten = liveEntries(in: common, of: ring)
    send(
      .logWrite(
        TracedLogWrite(
          range: common, overwritten: overwritten, retiredBy: sequence?.retiredBy)), stamp)
    let inspection = LogEntryInspection(ring: ring)
    forEachSector(of: range, in: ring.range, payloadByteOffset) { part, payloadByteOffset in
      let sector = TracedFile.sectorByteCount
      if payloadByteOffset == nil, file.isZeroed(part.byteOffset / sector) { return }
      file.change(part, payloadByteOffset: payloadByteOffset)
      let sectorIndex = (part.byteOffset - ring.range.byteOffset) / sector
      sequence?.overwrite(ringSector: sectorIndex)
      let header = inspection.header(at: sectorIndex * sector)
      if header == nil, file.sector(part.byteOffset / sector).allSatisfy({ $0 == 0 }) {
        pending.clear(ringSector: sectorIndex)
        return
      }
      let entry = header.map {
        PendingEntries.Pending(
          ringByteOffset: sectorIndex * sector, headerStamp: stamp,
          stableByteCount: stableByteCount,
          passedHomes: passedHomes($0, at: sectorIndex * sector))
      }
      pending.write(ringSector: sectorIndex, stamp: stamp, entry: entry)
    }
  }

  private func liveEntries(in range: ByteRange, of ring: LogRing) -> [FoundLogEntry] {
    guard let sequence else { return [] }
    let sector = TracedFile.sectorByteCount
    var serials: [Int] = []
    let first = (range.byteOffset - ring.range.byteOffset) / sector
    let last = (range.endByteOffset - 1 - ring.range.byteOffset) / sector
    guard budget.spend(last - first + 1) else { return [] }
    for sectorIndex in first...last {
      guard let serial = sequence.liveOwner(ofRingSector: sectorIndex), serial != serials.last
      else { continue }
      serials.append(serial)
    }
    return serials.map { sequence[$0].found }
  }

  /// What the Tail of an entry that is being written leaves behind without being stable in place.
  private func passedHomes(
    _ header: LogEntryHeader, at ringByteOffset: UInt64
  ) -> [UnstableHome] {
    guard let sequence, sequence.retiredBy == nil, sequence.guid == header.logGUID,
      !homes.isIncomplete
    else { return [] }
    let tail = UInt64(header.tailByteOffset)
    let named = tail == ringByteOffset ? sequence.endSerial : sequence.serial(startingAt: tail)
    guard let tailSerial = named, tailSerial > sequence.tailSerial else { return [] }
    var passed: [UnstableHome] = []
    for serial in sequence.tailSerial..<tailSerial {
      let member = sequence[serial]
      guard budget.spend(UInt64(member.targets.count) + 1) else { return passed }
      for target in member.targets where !homes.isStable(target, serial: serial, isStable) {
        if let newest = homes.newestSerial(target), newest >= tailSerial { continue }
        passed.append(unstableHome(target, serial: serial, found: member.found))
      }
    }
    return passed
  }

  /// The sectors of all live entries that are not stable in their places.
  func unstableHomes() -> [UnstableHome] {
    guard let sequence, !homes.isIncomplete else { return [] }
    var unstable: [UnstableHome] = []
    for serial in sequence.tailSerial..<sequence.endSerial {
      let member = sequence[serial]
      guard budget.spend(UInt64(member.targets.count) + 1) else { return unstable }
      for target in member.targets
      where homes.newestSerial(target) == serial
        && !homes.isStable(target, serial: serial, isStable)
      {
        unstable.append(unstableHome(target, serial: serial, found: member.found))
      }
    }
    return unstable
  }

  private func unstableHome(
    _ target: UInt64, serial: Int, found: FoundLogEntry
  ) -> UnstableHome {
    UnstableHome(
      entry: found, sectorByteOffset: target * TracedFile.sectorByteCount,
      homeWrite: homes.homeStamp(target, serial: serial))
  }

  // MARK: Entries that become stable

  /// Looks at everything pending when a flush has made it stable.
  func settlePending(_ stamp: TraceStamp) {
    guard let ring, !pending.isEmpty, budget.spend(UInt64(pending.count)) else { return }
    var inspection = LogEntryInspection(ring: ring)
    var whole: [(pending: PendingEntries.Pending, found: FoundLogEntry)] = []
    var claimed: Set<UInt64> = []
    for place in pending.places {
      guard let entry = pending[place], let finding = inspect(&inspection, at: place) else {
        return
      }
      switch finding {
      case .entry(let found): whole.append((entry, found))
      case .defect(let defect):
        settle(defect, of: entry, in: ring, inspection, stamp, &claimed)
      }
    }
    whole.sort { $0.found.header.sequenceNumber < $1.found.header.sequenceNumber }
    for (entry, found) in whole { accept(entry, found, ring, stamp) }
    for (sectorIndex, written) in pending.takeStray(claimed: claimed) {
      send(
        .straySector(
          byteOffset: ring.fileByteOffset(sectorIndex * TracedFile.sectorByteCount),
          writtenBy: written), stamp)
    }
  }

  /// Looks at what FUA writes alone have made stable.
  func settleFUA(_ stamp: TraceStamp) {
    guard stamp.isFUA, let ring, !pending.isEmpty, budget.spend(UInt64(pending.count)) else {
      return
    }
    var inspection = LogEntryInspection(ring: ring)
    for place in pending.places {
      guard let entry = pending[place], isStable(entry.headerStamp),
        let finding = inspect(&inspection, at: place)
      else { continue }
      guard case .entry(let found) = finding,
        pending.stamps(ring, at: place, byteCount: found.byteCount)
          .allSatisfy({ $0.map(isStable) ?? true })
      else { continue }
      accept(entry, found, ring, stamp)
    }
  }

  private func inspect(
    _ inspection: inout LogEntryInspection, at place: UInt64
  ) -> LogEntryInspection.Finding? {
    let before = inspection.readSectorCount
    let finding = inspection.inspect(at: place)
    return budget.spend(inspection.readSectorCount - before) ? finding : nil
  }

  /// A flush can come while an entry is still being written, for another writer's sake. So what is
  /// no entry is malformed only when nothing of it is missing, or when a second flush finds no
  /// more of it.
  private func settle(
    _ defect: LogEntryDefect, of entry: PendingEntries.Pending, in ring: LogRing,
    _ inspection: LogEntryInspection, _ stamp: TraceStamp, _ claimed: inout Set<UInt64>
  ) {
    let place = entry.ringByteOffset
    let header = inspection.header(at: place)
    let byteCount = max(
      UInt64(header?.entryByteCount ?? 0), TracedFile.sectorByteCount)
    guard budget.spend(byteCount / TracedFile.sectorByteCount) else { return }
    let stamps = pending.stamps(ring, at: place, byteCount: byteCount)
    let newest = stamps.compactMap { $0?.entryIndex }.max() ?? entry.headerStamp.entryIndex
    let start = ring.fileByteOffset(place)
    let isInFirstSector = (start..<start + TracedFile.sectorByteCount)
      .contains(defect.fileByteOffset)
    let isWhole = !stamps.contains(nil) || isInFirstSector && defect.reason != .checksum
    if isWhole || entry.newestStampAtFlush == newest {
      send(.malformedEntry(defect, writtenBy: entry.headerStamp), stamp)
      pending.remove(ring, at: place, byteCount: byteCount)
    } else {
      pending[place]?.newestStampAtFlush = newest
      claimed.formUnion(pending.ringSectors(ring, at: place, byteCount: byteCount))
    }
  }

  private func accept(
    _ entry: PendingEntries.Pending, _ found: FoundLogEntry, _ ring: LogRing, _ stamp: TraceStamp
  ) {
    let place = entry.ringByteOffset
    let stamps = pending.stamps(ring, at: place, byteCount: found.byteCount)
      .compactMap { $0 }.sorted { $0.entryIndex < $1.entryIndex }
    pending.remove(ring, at: place, byteCount: found.byteCount)
    var event = TracedLogEntry(
      serial: nextSerial, found: found, firstStamp: stamps.first ?? entry.headerStamp,
      lastStamp: stamps.last ?? entry.headerStamp, stableAt: stamp.entryIndex,
      stableByteCount: entry.stableByteCount, isTailInRun: true, passedHomes: [],
      changesBlockTable: false)
    if let named = written?.header.logGUID, !named.isZero, named != found.header.logGUID {
      event.foreignTo = named
      send(.entry(event), stamp)
      return
    }
    if sequence?.guid != found.header.logGUID || sequence?.retiredBy != nil {
      sequence = LogSequence(guid: found.header.logGUID, firstSerial: nextSerial)
      homes.removeAll()
    }
    let tail = UInt64(found.header.tailByteOffset)
    event.previousHead = sequence?.head
    event.isTailInRun = tail == place || sequence?.serial(startingAt: tail) != nil
    let carried = carry(found, serial: nextSerial, ring: ring, payloadTarget: &event.payloadTarget)
    event.changesBlockTable = carried.table.isChanged
    event.emptiedTableEntry = carried.table.emptiedEntry
    event.targets = carried.targets
    // What it carries itself it need not find in place.
    event.passedHomes = entry.passedHomes.filter {
      homes.newestSerial($0.sectorByteOffset / TracedFile.sectorByteCount) != nextSerial
    }
    event.reachableByteCount = reachableByteCount
    sequence?.append(found, targets: carried.targets, ring: ring)
    nextSerial += 1
    send(.entry(event), stamp)
  }

  private var reachableByteCount: UInt64? {
    blocks.endByteOffset.map {
      max($0, layout.structuresEndByteOffset, layout.log?.endByteOffset ?? 0)
    }
  }
}

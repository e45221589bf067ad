import Bytes

/// What opening an image does: it looks for the log's active sequence and replays it.
///
/// In order, with a flush before the first and after each: both headers with a fresh FileWriteGuid; the updates from
/// the tail entry to the head, and growth; both headers with a log GUID of zero. Every step up to
/// the last one can be cut off and done again.
///
/// One piece of code for the specification and for the programs that do not follow it: a profile's
/// switches say where it goes wrong.
///
/// Source: [MS-VHDX] 2.3.3 and 2.2.2 (v20240423).
package struct Recovery {
  let profile: RecoveryProfile
  let options: RecoveryOptions

  package init(profile: RecoveryProfile = .exact, options: RecoveryOptions = RecoveryOptions()) {
    self.profile = profile
    self.options = options
  }

  /// Recovers an image in place. Over an ``OverlayImage`` the file below stays as it is.
  ///
  /// - Parameter searched: what the search of this image's log found with this profile, where that
  ///   was done before: a long ring is not to be searched twice.
  package func run(
    on file: any WritableImageFile, searched: LogSearchReport? = nil
  ) -> RecoveryOutcome {
    do throws(RecoveryRefusal) {
      guard let dirty = try dirtyLog(of: file) else { return .notNeeded }
      let report =
        searched
        ?? LogSearch.run(
          dirty.ring, logGUID: dirty.current.header.logGUID, profile: profile)
      if report.neverEnds { return .neverEnds }
      if let defect = report.fatalDefect { throw RecoveryRefusal.fatalEntry(defect) }
      guard let active = report.active else {
        if profile.has(.opensWithoutSequence) { return .openedWithoutReplay }
        throw RecoveryRefusal.noActiveSequence
      }
      if options.access == .readOnly && !profile.has(.readOnlyWrites) {
        throw RecoveryRefusal.readOnly
      }
      return try replay(active, of: dirty, on: file)
    } catch {
      return .refused(error)
    }
  }

  struct DirtyLog {
    var current: CurrentHeader
    var ring: LogRing
  }

  /// The log as the current header has it; `nil` where it is empty.
  func dirtyLog(of file: any ImageFile) throws(RecoveryRefusal) -> DirtyLog? {
    let current: CurrentHeader
    do throws(FormatError) {
      current = try HeaderPair(reading: file).current(
        profile.readsHeadersAsQEMU ? .qemu : .strict, fileByteCount: file.byteCount)
      if profile.readsHeadersAsQEMU { try Self.checkLogAsQEMU(current) }
    } catch {
      throw .header(error)
    }
    let header = current.header
    if header.logGUID.isZero || header.logByteCount == 0 { return nil }
    guard let range = header.logRange else { return nil }
    return DirtyLog(current: current, ring: LogRing(file, range: range))
  }

  private static func checkLogAsQEMU(_ current: CurrentHeader) throws(FormatError) {
    let header = current.header
    let place = current.slot.byteOffset
    guard header.logByteOffset % mebibyteByteCount == 0,
      header.logByteOffset >= mebibyteByteCount,
      header.logGUID.isZero || header.logRange.map({ $0.endByteOffset >> 63 == 0 }) ?? false
    else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteOffset", at: place + 72,
        expected: "a multiple of \(mebibyteByteCount), and not 0",
        found: "\(header.logByteOffset)",
        hint: "The header is damaged; its log cannot be read.")
    }
    guard header.logVersion == VHDXHeader.logVersion else {
      throw FormatError(
        .wrongValue, breaking: .h06, field: "header.logVersion", at: place + 64,
        expected: "\(VHDXHeader.logVersion)", found: "\(header.logVersion)",
        hint: "Only version 0 of the log exists.")
    }
    let isEmpty = header.logGUID.isZero || header.logByteCount == 0
    guard isEmpty || UInt64(header.logByteCount) % mebibyteByteCount == 0 else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteCount", at: place + 68,
        expected: "a multiple of \(mebibyteByteCount)", found: "\(header.logByteCount)",
        hint: "The header is damaged; its log cannot be read.")
    }
  }

  private func replay(
    _ run: LogRun, of dirty: DirtyLog, on file: any WritableImageFile
  ) throws(RecoveryRefusal) -> RecoveryOutcome {
    let firstIndex = profile.has(.tailIgnored) ? 0 : run.tailEntryIndex ?? 0
    var replay = LogReplay(
      run: run, firstIndex: firstIndex, dirty: dirty, file: file, profile: profile,
      options: options)
    try replay.checkFirst()
    try checkNumbers(of: dirty.current)
    // A program that died can have left a header in the cache: it must not be lost together with the
    // next one (rule H12).
    if !profile.writesOnlyHeaderFields { file.flush() }
    let current = try writeHeaders(following: dirty.current, firstChange, on: file)
    guard try replay.replayAll() else { return .neverEnds }
    if !profile.has(.clearsBeforeStable) { file.flush() }
    _ = try writeHeaders(following: current, HeaderChange(logGUID: .zero), on: file)
    return .recovered(
      RecoverySummary(
        replayedEntryCount: run.entries.count - firstIndex,
        replayedDescriptorCount: replay.descriptorCount,
        tailSequenceNumber: run.entries[firstIndex].header.sequenceNumber,
        headSequenceNumber: run.head.header.sequenceNumber, fileByteCount: file.byteCount))
  }

  /// How many headers must be able to follow the one that replay begins with. A replay writes four; one
  /// that was cut off has used up some, and is to be done again.
  static let headerReserveCount: UInt64 = 1024

  /// Found out only at the end, it would leave an image that was replayed and cannot be cleared.
  private func checkNumbers(of current: CurrentHeader) throws(RecoveryRefusal) {
    let largest = UInt64.max - Self.headerReserveCount
    if profile.readsHeadersAsQEMU || current.header.sequenceNumber <= largest { return }
    throw .numbersUsedUp(sequenceNumber: current.header.sequenceNumber, limit: largest)
  }

  private var firstChange: HeaderChange {
    HeaderChange(
      fileWriteGUID: options.fileWriteGUID,
      dataWriteGUID: profile.has(.dataGUIDChanged) ? options.dataWriteGUID : nil)
  }

  /// Puts a change into both slots, one after the other.
  private func writeHeaders(
    following current: CurrentHeader, _ change: HeaderChange, on file: any WritableImageFile
  ) throws(RecoveryRefusal) -> CurrentHeader {
    var current = current
    for next in [change, HeaderChange()] {
      let write: HeaderWrite
      do throws(FormatError) {
        write = try current.updated(next, wrapping: profile.readsHeadersAsQEMU)
      } catch {
        throw .header(error)
      }
      file.write(bytes(of: write, on: file), at: write.byteOffset)
      file.flush()
      current = write.current
    }
    return current
  }

  private func bytes(of write: HeaderWrite, on file: any ImageFile) -> [UInt8] {
    guard profile.writesOnlyHeaderFields,
      HeaderPair(reading: file)[write.current.slot].isReservedZero
    else { return write.bytes }
    return [UInt8](write.bytes.prefix(VHDXHeader.reservedByteOffset))
  }
}

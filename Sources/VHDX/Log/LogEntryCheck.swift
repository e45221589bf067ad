import Bytes

/// An entry that was found in the ring and is valid.
package struct FoundLogEntry: Equatable, Sendable {
  package var ringByteOffset: UInt64
  package var header: LogEntryHeader

  /// How many bytes of the ring it takes, one sector at least.
  package var byteCount: UInt64 {
    max(UInt64(header.entryByteCount), UInt64(LogRing.sectorByteCount))
  }
}

/// What stands at a place of the ring.
enum LogEntryVerdict {
  case valid(FoundLogEntry)
  /// An entry whose number does not continue the run.
  case discontinuous(found: UInt64)
  case invalid(LogEntryDefect)
  /// An entry without a wrong field whose checksum is another one.
  case unsealed(LogEntryDefect, claimedByteCount: UInt64)
  /// What makes recovery give up (``RecoveryBug/badDescriptorFatal``).
  case fatal(LogEntryDefect)
}

/// Decides whether an entry stands at a place of the ring.
///
/// Structure first, checksum last: two entries that overlap cannot both have the right structure, so
/// a hostile ring is summed once and not once for every sector.
///
/// Source: [MS-VHDX] 2.3.1; rules E01 to E11.
struct LogEntryCheck {
  let ring: LogRing
  let logGUID: GUID
  let profile: RecoveryProfile
  /// Asked once: a hostile ring has millions of descriptors.
  private let checksTargets: Bool
  /// How many sectors were read; what bounds the work on a hostile ring.
  private(set) var readSectorCount: UInt64 = 0

  init(ring: LogRing, logGUID: GUID, profile: RecoveryProfile) {
    self.ring = ring
    self.logGUID = logGUID
    self.profile = profile
    checksTargets = !profile.has(.targetsUnchecked)
  }

  /// Takes note of sectors that were passed over since they are known to be zero.
  mutating func pass(sectorCount: UInt64) {
    readSectorCount += sectorCount
  }

  /// - Parameter required: the sequence number that continues a run; `nil` where any does.
  mutating func verdict(at ringByteOffset: UInt64, required: UInt64?) -> LogEntryVerdict {
    let header: LogEntryHeader
    do throws(LogEntryDefect) {
      header = try self.header(at: ringByteOffset)
    } catch {
      return .invalid(error)
    }
    let entry = FoundLogEntry(ringByteOffset: ringByteOffset, header: header)
    if let required, header.sequenceNumber != required {
      return .discontinuous(found: header.sequenceNumber)
    }
    if profile.has(.descriptorsBeyondFirstSector),
      LogEntryHeader.descriptorSectorCount(descriptorCount: UInt64(header.descriptorCount)) > 1
    {
      return .fatal(
        defect(
          .entryByteCount, at: ringByteOffset, 24, expected: "126 descriptors at most",
          found: "\(header.descriptorCount)"))
    }
    do throws(LogEntryDefect) {
      let dataCount = try checkDescriptors(of: entry)
      try checkByteCount(of: entry, dataCount: dataCount)
      try checkDataSectors(of: entry, dataCount: dataCount)
    } catch {
      let isDescriptor = error.reason.rule == .e08 || error.reason.rule == .e09
      if profile.has(.badDescriptorFatal) && isDescriptor { return .fatal(error) }
      // A program that trusts the claim sums it before it looks at lengths and data sectors.
      if profile.has(.badChecksumSkipsClaim) && !isDescriptor,
        let unsealed = checkSeal(of: entry)
      {
        return unsealed
      }
      return .invalid(error)
    }
    return checkSeal(of: entry) ?? .valid(entry)
  }

  /// `nil` where the checksum is right.
  private mutating func checkSeal(of entry: FoundLogEntry) -> LogEntryVerdict? {
    readSectorCount += entry.byteCount / UInt64(LogRing.sectorByteCount)
    let checksum = ring.checksum(
      ofEntryAt: entry.ringByteOffset, entryByteCount: entry.byteCount)
    if checksum == entry.header.checksum { return nil }
    let error = defect(
      .checksum, at: entry.ringByteOffset, 4, expected: checksum.hex,
      found: entry.header.checksum.hex)
    return .unsealed(error, claimedByteCount: entry.byteCount)
  }

  /// The header at a place of the ring, where each of its fields can be right.
  mutating func header(at ringByteOffset: UInt64) throws(LogEntryDefect) -> LogEntryHeader {
    readSectorCount += 1
    let bytes = ring.sector(at: ringByteOffset, byteCount: LogEntryHeader.byteCount)
    guard bytes.starts(with: LogEntryHeader.signature) else {
      throw defect(
        .signature, at: ringByteOffset, 0, expected: "\"loge\"",
        found: ByteRegion(bytes).load(at: 0, as: UInt32.self).hex)
    }
    let header = LogEntryHeader(loading: ByteRegion(bytes), at: 0)
    guard header.logGUID == logGUID || profile.has(.readsOldGUID) else {
      throw defect(
        .foreignGUID, at: ringByteOffset, 32, expected: "\(logGUID)", found: "\(header.logGUID)")
    }
    try checkByteCount(in: header, at: ringByteOffset)
    guard header.sequenceNumber > 0 else {
      throw defect(.sequenceNumber, at: ringByteOffset, 16, expected: "above 0", found: "0")
    }
    try checkTail(in: header, at: ringByteOffset)
    try checkFields(in: header, at: ringByteOffset)
    return header
  }

  private func checkByteCount(
    in header: LogEntryHeader, at ringByteOffset: UInt64
  ) throws(LogEntryDefect) {
    let byteCount = UInt64(header.entryByteCount)
    let isEmptyAllowed = profile.has(.lengthUnchecked)
    guard byteCount % UInt64(LogRing.sectorByteCount) == 0, byteCount > 0 || isEmptyAllowed,
      byteCount <= ring.byteCount,
      UInt64(header.descriptorCount) * UInt64(LogDescriptor.byteCount) <= byteCount
    else {
      throw defect(
        .entryByteCount, at: ringByteOffset, 8,
        expected: "whole sectors up to \(ring.byteCount) that hold the descriptors",
        found: "\(byteCount) with \(header.descriptorCount) descriptors")
    }
  }

  private func checkTail(
    in header: LogEntryHeader, at ringByteOffset: UInt64
  ) throws(LogEntryDefect) {
    let tail = UInt64(header.tailByteOffset)
    let isPlace = tail % UInt64(LogRing.sectorByteCount) == 0 && tail < ring.byteCount
    guard isPlace || profile.has(.tailIgnored) else {
      throw defect(
        .tail, at: ringByteOffset, 12, expected: "a sector below \(ring.byteCount)",
        found: "\(tail)")
    }
  }

  private func checkFields(
    in header: LogEntryHeader, at ringByteOffset: UInt64
  ) throws(LogEntryDefect) {
    if profile.has(.fieldsUnchecked) { return }
    guard header.reserved == 0 else {
      throw defect(
        .reserved, at: ringByteOffset, 28, expected: "0", found: header.reserved.hex)
    }
    for (byteCount, place) in [(header.flushedByteCount, 48), (header.lastByteCount, 56)] {
      let isUnbounded = place == 56 && profile.has(.growthOverflow)
      guard byteCount % mebibyteByteCount == 0 || isUnbounded else {
        throw defect(
          .fileByteCount, at: ringByteOffset, place,
          expected: "a multiple of \(mebibyteByteCount)", found: "\(byteCount)")
      }
    }
  }

  /// Returns how many of the descriptors are data descriptors.
  private mutating func checkDescriptors(
    of entry: FoundLogEntry
  ) throws(LogEntryDefect) -> UInt64 {
    var dataCount: UInt64 = 0
    var cursor = DescriptorCursor(entry, ring: ring)
    while let place = cursor.next() {
      if place.isFirstOfSector { readSectorCount += 1 }
      guard let descriptor = place.descriptor else {
        throw LogEntryDefect(
          .descriptorSignature, at: place.fileByteOffset, expected: "\"zero\" or \"desc\"",
          found: place.signature.hex)
      }
      try check(descriptor, of: entry, at: place.fileByteOffset)
      if descriptor.isData { dataCount += 1 }
    }
    return dataCount
  }

  func check(
    _ descriptor: LogDescriptor, of entry: FoundLogEntry, at byteOffset: UInt64
  ) throws(LogEntryDefect) {
    let sector = UInt64(LogRing.sectorByteCount)
    guard descriptor.sequenceNumber == entry.header.sequenceNumber else {
      throw LogEntryDefect(
        .descriptorSequenceNumber, at: byteOffset + 24,
        expected: "\(entry.header.sequenceNumber)", found: "\(descriptor.sequenceNumber)")
    }
    guard descriptor.fileByteOffset % sector == 0 else {
      throw LogEntryDefect(
        .descriptorAlignment, at: byteOffset + 16, expected: "a multiple of \(sector)",
        found: "\(descriptor.fileByteOffset)")
    }
    guard descriptor.targetByteCount % sector == 0 else {
      throw LogEntryDefect(
        .zeroByteCount, at: byteOffset + 8, expected: "a multiple of \(sector)",
        found: "\(descriptor.targetByteCount)")
    }
    if case .zero(_, let reserved) = descriptor.kind, reserved != 0,
      !profile.has(.fieldsUnchecked)
    {
      throw LogEntryDefect(
        .reserved, at: byteOffset + 4, expected: "0", found: reserved.hex)
    }
    try checkTarget(of: descriptor, at: byteOffset)
  }

  private func checkTarget(
    of descriptor: LogDescriptor, at byteOffset: UInt64
  ) throws(LogEntryDefect) {
    guard let target = descriptor.target else {
      if profile.has(.zeroLengthUnbounded) { return }
      throw LogEntryDefect(
        .descriptorRange, at: byteOffset + 16, expected: "an end below 2^64",
        found: "\(descriptor.fileByteOffset) + \(descriptor.targetByteCount)")
    }
    if !checksTargets || target.isEmpty { return }
    let headers = ByteRange(byteOffset: 0, byteCount: HeaderSlot.endByteOffset)
    guard !target.overlaps(ring.range), target.byteOffset >= HeaderSlot.endByteOffset else {
      throw LogEntryDefect(
        .target, at: byteOffset + 16,
        expected: "nothing of the headers \(headers) or the log \(ring.range)",
        found: "\(target)")
    }
  }

  private func checkByteCount(
    of entry: FoundLogEntry, dataCount: UInt64
  ) throws(LogEntryDefect) {
    if profile.has(.lengthUnchecked) { return }
    let expected =
      LogEntryHeader.descriptorSectorCount(
        descriptorCount: UInt64(entry.header.descriptorCount)) + dataCount
    let expectedByteCount = expected * UInt64(LogRing.sectorByteCount)
    guard UInt64(entry.header.entryByteCount) == expectedByteCount else {
      throw defect(
        .entryByteCount, at: entry.ringByteOffset, 8, expected: "\(expectedByteCount)",
        found: "\(entry.header.entryByteCount)")
    }
  }

  private mutating func checkDataSectors(
    of entry: FoundLogEntry, dataCount: UInt64
  ) throws(LogEntryDefect) {
    if profile.has(.dataSignatureUnchecked) && profile.has(.dataSequenceLate) { return }
    let sector = UInt64(LogRing.sectorByteCount)
    let first = LogEntryHeader.descriptorSectorCount(
      descriptorCount: UInt64(entry.header.descriptorCount))
    for index in first..<first + dataCount {
      readSectorCount += 1
      let place = ring.advanced(entry.ringByteOffset, by: index * sector)
      let data = LogDataSector(ring.sector(at: place))
      guard data.hasSignature || profile.has(.dataSignatureUnchecked) else {
        throw defect(
          .dataSignature, at: place, 0, expected: "\"data\"",
          found: ByteRegion(data.bytes).load(at: 0, as: UInt32.self).hex)
      }
      guard data.sequenceNumber == entry.header.sequenceNumber || profile.has(.dataSequenceLate)
      else {
        throw defect(
          .dataSequenceNumber, at: place, 4, expected: "\(entry.header.sequenceNumber)",
          found: "\(data.sequenceNumber)")
      }
    }
  }

  private func defect(
    _ reason: LogEntryDefect.Reason, at ringByteOffset: UInt64, _ fieldByteOffset: Int,
    expected: String, found: String
  ) -> LogEntryDefect {
    LogEntryDefect(
      reason, at: ring.fileByteOffset(ringByteOffset) + UInt64(fieldByteOffset),
      expected: expected, found: found)
  }
}

extension HeaderSlot {
  /// Where the file identifier and both headers end.
  static var endByteOffset: UInt64 { 192 << 10 }
}

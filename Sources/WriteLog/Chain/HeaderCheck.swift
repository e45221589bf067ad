import Bytes

/// Rule L02 for one header: known flags only, nothing after the fields but a MARK's text and the
/// extension, a range that fits the device and data that fits the file.
///
/// Each count is checked before it takes part in arithmetic.
struct HeaderCheck {
  let probe: EntryProbe
  let byteOffset: Int
  let header: EntryHeader
  let hasExtension: Bool

  private var region: ByteRegion { probe.region }
  private var sectorByteCount: UInt64 { UInt64(probe.sectorByteCount) }

  func run() throws(FormatError) {
    let unknown = header.flags.subtracting(.known)
    guard unknown.isEmpty else {
      throw problem(
        .unknownFlags, "flags", 16, expected: "\(EntryFlags.known) at most",
        found: header.flags.rawValue.hex)
    }
    if header.flags.contains(.mark) {
      try checkMark()
    } else {
      try checkRange()
      try checkSpareBytes()
    }
  }

  private func checkMark() throws(FormatError) {
    guard header.sector == 0 else {
      throw problem(
        .wrongValue, "sector", 0, expected: "0 in a MARK", found: "\(header.sector)")
    }
    guard header.sectorCount == 0 else {
      throw problem(
        .wrongValue, "sectorCount", 8, expected: "0 in a MARK", found: "\(header.sectorCount)")
    }
    let longest = EntryHeader.maximumTextByteCount(
      sectorByteCount: probe.sectorByteCount, hasExtension: hasExtension)
    guard header.textByteCount <= UInt64(longest) else {
      throw problem(
        .outOfRange, "textByteCount", 24, expected: "at most \(longest)",
        found: "\(header.textByteCount)")
    }
    let end = Int(sectorByteCount) - (hasExtension ? EntryExtension.byteCount : 0)
    try requireZero(from: EntryHeader.byteCount + Int(header.textByteCount), to: end)
  }

  private func checkRange() throws(FormatError) {
    let end = header.sector.addingReportingOverflow(header.sectorCount)
    let limit = probe.deviceByteCount ?? UInt64(Int64.max)
    guard !end.overflow, end.partialValue <= limit / sectorByteCount else {
      let isSectorAtFault = header.sector > limit / sectorByteCount
      throw problem(
        .outOfRange, isSectorAtFault ? "sector" : "sectorCount", isSectorAtFault ? 0 : 8,
        expected: "a range inside of the device's \(limit) bytes",
        found:
          "sector \(header.sector), \(header.sectorCount) sectors of \(sectorByteCount) bytes")
    }
    let remaining = UInt64(region.byteCount - byteOffset) / sectorByteCount - 1
    guard header.payloadSectorCount <= remaining else {
      throw problem(
        .truncated, "sectorCount", 8,
        expected: "at most \(remaining), for the file ends at byte \(region.byteCount)",
        found: "\(header.payloadSectorCount)")
    }
  }

  private func checkSpareBytes() throws(FormatError) {
    guard header.textByteCount == 0 else {
      throw problem(
        .wrongValue, "textByteCount", 24, expected: "0 without a MARK",
        found: "\(header.textByteCount)")
    }
    let start = EntryExtension.byteOffset(
      flags: header.flags, sectorByteCount: probe.sectorByteCount)
    try requireZero(from: EntryHeader.byteCount, to: start)
    try requireZero(
      from: hasExtension ? start + EntryExtension.byteCount : start, to: Int(sectorByteCount))
  }

  private func requireZero(from start: Int, to end: Int) throws(FormatError) {
    guard !region.isZero(in: byteOffset + start..<byteOffset + end) else { return }
    let firstOther = (start..<end).first { region.load(at: byteOffset + $0, as: UInt8.self) != 0 }
    let place = firstOther ?? start
    throw problem(
      .wrongValue, "reserved", place, expected: "zeroes up to byte \(end) of the header",
      found: region.load(at: byteOffset + place, as: UInt8.self).hex)
  }

  private func problem(
    _ kind: FormatError.Kind, _ field: String, _ fieldByteOffset: Int, expected: String,
    found: String
  ) -> FormatError {
    FormatError(
      kind, breaking: .l02, field: field, at: UInt64(byteOffset + fieldByteOffset),
      expected: expected,
      found: found,
      hint: """
        The header at byte \(byteOffset) is damaged, or it is no header: `powercut inspect` \
        lists the entries in front of it.
        """)
  }
}

import Bytes

/// Rule L02 for one header: known flags only, nothing behind the fields but a MARK's text and the
/// extension, a range that fits the device and data that fits the file.
///
/// Each count is checked before it takes part in arithmetic.
struct HeaderCheck {
  let walk: ChainWalk
  let header: EntryHeader

  private var region: ByteRegion { walk.region }
  private var sectorByteCount: UInt64 { UInt64(walk.sectorByteCount) }

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
    guard header.sectorCount == 0 else {
      throw problem(
        .wrongValue, "sectorCount", 8, expected: "0 in a MARK", found: "\(header.sectorCount)")
    }
    let longest = EntryHeader.maximumTextByteCount(sectorByteCount: walk.sectorByteCount)
    guard header.textByteCount <= UInt64(longest) else {
      throw problem(
        .outOfRange, "textByteCount", 24, expected: "at most \(longest)",
        found: "\(header.textByteCount)")
    }
  }

  private func checkRange() throws(FormatError) {
    let end = header.sector.addingReportingOverflow(header.sectorCount)
    let limit = walk.options.deviceByteCount ?? UInt64(Int64.max)
    guard !end.overflow, end.partialValue <= limit / sectorByteCount else {
      throw problem(
        .outOfRange, header.sector > limit / sectorByteCount ? "sector" : "sectorCount",
        header.sector > limit / sectorByteCount ? 0 : 8,
        expected: "a range inside of the device's \(limit) bytes",
        found:
          "sector \(header.sector), \(header.sectorCount) sectors of \(sectorByteCount) bytes")
    }
    let remaining = UInt64(region.byteCount - walk.byteOffset) / sectorByteCount - 1
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
    try requireZero(from: EntryHeader.byteCount, to: 64)
    let hasExtension =
      region.load(at: walk.byteOffset + 64, as: UInt64.self) == EntryExtension.magic
    try requireZero(
      from: hasExtension ? 64 + EntryExtension.byteCount : 64, to: Int(sectorByteCount))
  }

  private func requireZero(from start: Int, to end: Int) throws(FormatError) {
    guard !region.isZero(in: walk.byteOffset + start..<walk.byteOffset + end) else { return }
    throw problem(
      .wrongValue, "reserved", start, expected: "zeroes up to byte \(end) of the header",
      found: "other bytes")
  }

  private func problem(
    _ kind: FormatError.Kind, _ field: String, _ fieldByteOffset: Int, expected: String,
    found: String
  ) -> FormatError {
    FormatError(
      kind, field: field, at: UInt64(walk.byteOffset + fieldByteOffset), expected: expected,
      found: found,
      hint: """
        The header at byte \(walk.byteOffset) is damaged, or it is no header: `powercut inspect` \
        lists the entries in front of it.
        """)
  }
}

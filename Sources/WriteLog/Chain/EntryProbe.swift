import Bytes

/// Reads the header at one place of a log, whatever leads there.
struct EntryProbe {
  let region: ByteRegion
  let sectorByteCount: UInt32
  /// See ``LogReadingOptions/deviceByteCount``.
  let deviceByteCount: UInt64?

  /// A header that parses.
  struct Entry {
    var header: EntryHeader
    var `extension`: EntryExtension?
    /// Where the next header would be: at most one past the region's end.
    var nextByteOffset: Int
  }

  enum Reading {
    case entry(Entry)
    /// The file ends here, or nothing was ever written here.
    case end(found: String)
    case damaged(FormatError)
  }

  /// The header sector at `byteOffset`, which may lie beyond the end of the region.
  func read(at byteOffset: Int) -> Reading {
    let sector = Int(sectorByteCount)
    guard byteOffset <= region.byteCount - sector else {
      return .end(found: "the end of the file at byte \(region.byteCount)")
    }
    let header = EntryHeader(loading: region, at: byteOffset)
    if header.isEmpty && region.isZero(in: byteOffset..<byteOffset + min(sector, 512)) {
      return .end(found: "a sector of zeroes")
    }
    do {
      // The fields first: what is wrong in one of them says more than a checksum does.
      let hasExtension =
        EntryExtension(
          loading: region, headerByteOffset: byteOffset, header: header,
          sectorByteCount: sectorByteCount) != nil
      try HeaderCheck(
        probe: self, byteOffset: byteOffset, header: header, hasExtension: hasExtension
      ).run()
      let found = try EntryExtension(
        parsing: region, headerByteOffset: byteOffset, header: header,
        sectorByteCount: sectorByteCount)
      let next = byteOffset + sector + Int(header.payloadSectorCount) * sector
      return .entry(Entry(header: header, extension: found, nextByteOffset: next))
    } catch {
      return .damaged(error)
    }
  }

  /// Whether the data of the entry at `byteOffset` is what its writer had, as far as its extension tells.
  ///
  /// A header is not enough: a writer that was killed, or whose log failed, can have come to write that
  /// and not the data, and then there stands what stood there before. Data without a digest is zeroes
  /// (``EntryExtension/recordedPayloadDigest``). Of an entry without an extension nothing is known.
  func hasItsData(_ entry: Entry, at byteOffset: Int) -> Bool {
    guard let found = entry.extension else { return true }
    let data = byteOffset + Int(sectorByteCount)..<entry.nextByteOffset
    if data.isEmpty { return true }
    guard let digest = found.recordedPayloadDigest else { return region.isZero(in: data) }
    return Checksum.xxh3(region, in: data) == digest
  }
}

import Bytes

/// What Powercut's own recorder adds to an entry, in space that every other reader skips.
///
///     byte  0  8  magic             "pcutext1"
///     byte  8  8  logIdentity       the same in all entries of one log
///     byte 16  8  entryIndex        from zero
///     byte 24  8  submissionIndex   when the operation was handed to the device
///     byte 32  8  completionIndex   when the device said that it was done; same counter
///     byte 40  8  payloadDigest     XXH3-64 of the data as it was submitted; 0 without data
///     byte 48  8  clientOperation   2^64 - 1 for none
///     byte 56  4  task              2^32 - 1 for none
///     byte 60  4  checksum          CRC-32C of the entry's 32 header bytes and the 60 before this
///
/// It stands at byte 64 of the header sector; for a MARK, whose text may be there, in the last 64
/// bytes of the sector. All fields are little-endian. With it, an entry after the superblock's
/// count is proven to be of this log and at this place; without it that can only be assumed.
///
/// Source: this project; the room for it is that of ``EntryHeader``.
package struct EntryExtension: Equatable, Sendable {
  package static let byteCount = 64
  package static let magic: UInt64 = 0x3174_7865_7475_6370

  package var logIdentity: UInt64
  package var entryIndex: UInt64
  package var submissionIndex: UInt64
  package var completionIndex: UInt64
  package var payloadDigest: UInt64
  package var clientOperation: UInt64?
  package var task: UInt32?

  package init(
    logIdentity: UInt64, entryIndex: UInt64, submissionIndex: UInt64 = 0,
    completionIndex: UInt64 = 0, payloadDigest: UInt64 = 0, clientOperation: UInt64? = nil,
    task: UInt32? = nil
  ) {
    self.logIdentity = logIdentity
    self.entryIndex = entryIndex
    self.submissionIndex = submissionIndex
    self.completionIndex = completionIndex
    self.payloadDigest = payloadDigest
    self.clientOperation = clientOperation
    self.task = task
  }

  /// The digest where the writer computed one; zeroes that it did not hold in memory have none, and
  /// data without a digest is nothing but zeroes.
  package var recordedPayloadDigest: UInt64? { payloadDigest == 0 ? nil : payloadDigest }

  /// Where the extension stands within the header sector.
  package static func byteOffset(flags: EntryFlags, sectorByteCount: UInt32) -> Int {
    flags.contains(.mark) ? Int(sectorByteCount) - byteCount : 64
  }

  /// Reads the extension of the entry whose header sector starts at `headerByteOffset`; `nil`
  /// where there is none. The sector must lie inside of the region.
  ///
  /// - Throws: ``FormatError`` where the checksum says that the header or the extension is damaged.
  init?(
    parsing region: ByteRegion, headerByteOffset: Int, header: EntryHeader, sectorByteCount: UInt32
  ) throws(FormatError) {
    self.init(
      loading: region, headerByteOffset: headerByteOffset, header: header,
      sectorByteCount: sectorByteCount)
    let start =
      headerByteOffset + Self.byteOffset(flags: header.flags, sectorByteCount: sectorByteCount)
    let checksum = region.load(at: start + 60, as: UInt32.self)
    let actual = Checksum.crc32c(
      region.bytes(in: headerByteOffset..<headerByteOffset + EntryHeader.byteCount)
        + region.bytes(in: start..<start + 60))
    guard actual == checksum else {
      throw FormatError(
        .wrongValue, breaking: .l02, field: "checksum", at: UInt64(start + 60),
        expected: actual.hex,
        found: checksum.hex,
        hint: """
          The header at byte \(headerByteOffset) or its extension was changed after it was written.
          """)
    }
  }

  /// The same for an entry whose checksum was found right before.
  init?(
    loading region: ByteRegion, headerByteOffset: Int, header: EntryHeader, sectorByteCount: UInt32
  ) {
    let place = Self.byteOffset(flags: header.flags, sectorByteCount: sectorByteCount)
    let start = headerByteOffset + place
    guard region.load(at: start, as: UInt64.self) == Self.magic else { return nil }
    // A MARK's text may reach this far and may say anything.
    guard header.textByteCount <= UInt64(place - EntryHeader.byteCount) else { return nil }
    logIdentity = region.load(at: start + 8, as: UInt64.self)
    entryIndex = region.load(at: start + 16, as: UInt64.self)
    submissionIndex = region.load(at: start + 24, as: UInt64.self)
    completionIndex = region.load(at: start + 32, as: UInt64.self)
    payloadDigest = region.load(at: start + 40, as: UInt64.self)
    let operation = region.load(at: start + 48, as: UInt64.self)
    clientOperation = operation == .max ? nil : operation
    let task = region.load(at: start + 56, as: UInt32.self)
    self.task = task == .max ? nil : task
  }

  /// The 64 bytes, checksum included.
  func encode(headerBytes: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.magic)
    writer.write(logIdentity)
    writer.write(entryIndex)
    writer.write(submissionIndex)
    writer.write(completionIndex)
    writer.write(payloadDigest)
    writer.write(clientOperation ?? .max)
    writer.write(task ?? .max)
    writer.write(Checksum.crc32c(headerBytes.prefix(EntryHeader.byteCount) + writer.bytes))
    return writer.bytes
  }
}

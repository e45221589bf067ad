import Bytes

/// The first 32 bytes of an entry: where its data belongs on the device.
///
///     byte  0  8  sector         where on the device, in the log's sectors
///     byte  8  8  sectorCount    how many; 0 for a MARK and for a plain FLUSH
///     byte 16  8  flags
///     byte 24  8  textByteCount  MARK only, else 0
///     byte 32  …  text of a MARK, at most one sector less 33 bytes; else zero
///     byte 64 64  Powercut's extension, where there is one (``EntryExtension``)
///
/// All fields are little-endian. The data follows in the next sector, except for DISCARD and MARK.
///
/// Source: `struct log_write_entry`, Linux drivers/md/dm-log-writes.c.
package struct EntryHeader: Equatable, Sendable {
  package static let byteCount = 32

  package var sector: UInt64
  package var sectorCount: UInt64
  package var flags: EntryFlags
  package var textByteCount: UInt64

  package init(sector: UInt64, sectorCount: UInt64, flags: EntryFlags, textByteCount: UInt64 = 0) {
    self.sector = sector
    self.sectorCount = sectorCount
    self.flags = flags
    self.textByteCount = textByteCount
  }

  /// Reads the four fields as they stand. The 32 bytes must lie inside of the region.
  init(loading region: ByteRegion, at byteOffset: Int) {
    sector = region.load(at: byteOffset, as: UInt64.self)
    sectorCount = region.load(at: byteOffset + 8, as: UInt64.self)
    flags = EntryFlags(rawValue: region.load(at: byteOffset + 16, as: UInt64.self))
    textByteCount = region.load(at: byteOffset + 24, as: UInt64.self)
  }

  /// Nothing was ever written here: the chain ends before this header.
  var isEmpty: Bool {
    sector == 0 && sectorCount == 0 && flags.isEmpty && textByteCount == 0
  }

  /// How many sectors of data follow the header.
  package var payloadSectorCount: UInt64 {
    flags.contains(.discard) || flags.contains(.mark) ? 0 : sectorCount
  }

  /// The longest text that fits after the fields, with the terminating zero that readers expect,
  /// and in front of the extension where there is one.
  package static func maximumTextByteCount(
    sectorByteCount: UInt32, hasExtension: Bool = false
  ) -> Int {
    Int(sectorByteCount) - byteCount - 1 - (hasExtension ? EntryExtension.byteCount : 0)
  }
}

extension EntryHeader {
  /// The four fields at the start of `bytes`; `nil` where there are fewer than 32.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.count >= Self.byteCount else { return nil }
    self.init(loading: ByteRegion([UInt8](bytes.prefix(Self.byteCount))), at: 0)
  }
}

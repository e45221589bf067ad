/// What an entry of the log says besides its range.
///
/// Source: `LOG_*_FLAG`, Linux drivers/md/dm-log-writes.c.
package struct EntryFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// A flush completed here. With data (kernel logs): it completed before this data was written.
  package static let flush = EntryFlags(rawValue: 1)
  /// The data of this entry was on stable media when the entry was appended.
  package static let fua = EntryFlags(rawValue: 2)
  /// A range without data.
  package static let discard = EntryFlags(rawValue: 4)
  /// A text instead of data.
  package static let mark = EntryFlags(rawValue: 8)
  /// The file system called the data metadata.
  package static let metadata = EntryFlags(rawValue: 16)

  package static let known: EntryFlags = [.flush, .fua, .discard, .mark, .metadata]

  /// `FLUSH|FUA`, or `none`.
  package var description: String {
    let names: [(EntryFlags, String)] = [
      (.flush, "FLUSH"), (.fua, "FUA"), (.discard, "DISCARD"), (.mark, "MARK"),
      (.metadata, "METADATA"),
    ]
    var parts = names.filter { contains($0.0) }.map(\.1)
    let unknown = subtracting(.known)
    if !unknown.isEmpty { parts.append(unknown.rawValue.hex) }
    return parts.isEmpty ? "none" : parts.joined(separator: "|")
  }
}

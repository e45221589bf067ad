/// What an entry of the log says besides its range.
///
/// Source: `LOG_*_FLAG`, Linux drivers/md/dm-log-writes.c.
public struct EntryFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// A flush completed here. With data (kernel logs): it completed before this data was written.
  public static let flush = EntryFlags(rawValue: 1)
  /// The data of this entry was on stable media when the entry was appended.
  public static let fua = EntryFlags(rawValue: 2)
  /// A range without data.
  public static let discard = EntryFlags(rawValue: 4)
  /// A text instead of data.
  public static let mark = EntryFlags(rawValue: 8)
  /// The file system called the data metadata.
  public static let metadata = EntryFlags(rawValue: 16)

  public static let known: EntryFlags = [.flush, .fua, .discard, .mark, .metadata]

  /// `FLUSH|FUA`, or `none`.
  public var description: String {
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

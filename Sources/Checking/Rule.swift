/// The rules that are judged, by their public identifiers. A report names nothing else.
public enum Rule: String, CaseIterable, Hashable, Comparable, Sendable {
  case l01 = "L01"
  case l02 = "L02"
  case l03 = "L03"
  case l04 = "L04"
  case l05 = "L05"
  case l06 = "L06"
  case l07 = "L07"
  case l08 = "L08"
  case l09 = "L09"
  case l11 = "L11"
  case d01 = "D01"
  case d02 = "D02"
  case d03 = "D03"
  case d04 = "D04"
  case d05 = "D05"
  case d06 = "D06"
  case d07 = "D07"

  /// What holds where the rule holds.
  public var promise: String {
    switch self {
    case .l01: "the superblock has the magic, version 1 and a possible sector size"
    case .l02: "every entry header parses and lies inside of the device"
    case .l03: "no entry begins inside another entry's header or data"
    case .l04: "the superblock counts no more entries than the chain holds"
    case .l05: "a FLUSH or FUA entry is in the count once it was acknowledged"
    case .l06: "an entry's data is what was submitted; write-zeroes reads zero"
    case .l07: "each acknowledged operation has exactly one entry, and each entry an operation"
    case .l08: "replaying the whole log gives the live device, byte for byte"
    case .l09: "what the log claims durable was durable on the device at that moment"
    case .l11: "appending to an existing log continues the same chain"
    case .d01: "every sector holds its last flushed version or a later one"
    case .d02: "a sector holds one whole version"
    case .d03: "a sector never shows another sector's data"
    case .d04: "a flushed write-zeroes or discard reads as it was promised"
    case .d05: "an acknowledged FUA write is present"
    case .d06: "after a clean close everything acknowledged is present"
    case .d07: "an error reported to the client loses nothing that was acknowledged"
    }
  }

  /// What is wrong where the rule is broken.
  public var failure: String {
    switch self {
    case .l01: "the superblock is damaged"
    case .l02: "an entry header does not parse"
    case .l03: "an entry begins inside another entry"
    case .l04: "the superblock counts entries that are not there"
    case .l05: "an acknowledged FLUSH or FUA entry is not in the count"
    case .l06: "an entry's data is not what was submitted"
    case .l07: "operations and entries do not match"
    case .l08: "replaying the log does not give the live device"
    case .l09: "the log claims durable what was not"
    case .l11: "appending did not continue the chain"
    case .d01: "a flushed version is gone"
    case .d02: "a sector holds a mixture"
    case .d03: "a sector shows foreign data"
    case .d04: "flushed zeroes are gone"
    case .d05: "an acknowledged FUA write is gone"
    case .d06: "an acknowledged write is gone after a clean close"
    case .d07: "an acknowledged write was lost beside a reported error"
    }
  }

  /// Causes before their consequences: where one run breaks several rules, the first of them in this
  /// order is the one to look at.
  public var explanationOrder: Int {
    switch self {
    case .l01: 0
    case .l03: 1
    case .l11: 2
    case .l02: 3
    case .l06: 4
    case .l09: 5
    case .l05: 6
    case .d05: 7
    case .d04: 8
    case .d07: 9
    case .d06: 10
    case .d01: 11
    case .d02: 12
    case .d03: 13
    case .l07: 14
    case .l04: 15
    case .l08: 16
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

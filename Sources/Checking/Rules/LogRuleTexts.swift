extension RuleText {
  /// The write log.
  static let log: [Rule: RuleText] = [
    .l01: RuleText(
      promise: "the superblock has the magic, version 1 and a possible sector size",
      failure: "the superblock is damaged"),
    .l02: RuleText(
      promise: "every entry header parses and lies inside of the device",
      failure: "an entry header does not parse"),
    .l03: RuleText(
      promise: "no entry begins inside another entry's header or data",
      failure: "an entry begins inside another entry"),
    .l04: RuleText(
      promise: "the superblock counts no more entries than the chain holds",
      failure: "the superblock counts entries that are not there"),
    .l05: RuleText(
      promise: "a FLUSH or FUA entry is in the count once it was acknowledged",
      failure: "an acknowledged FLUSH or FUA entry is not in the count"),
    .l06: RuleText(
      promise: "an entry's data is what was submitted; write-zeroes reads zero",
      failure: "an entry's data is not what was submitted"),
    .l07: RuleText(
      promise: "each acknowledged operation has exactly one entry, and each entry an operation",
      failure: "operations and entries do not match"),
    .l08: RuleText(
      promise: "replaying the whole log gives the live device, byte for byte",
      failure: "replaying the log does not give the live device"),
    .l09: RuleText(
      promise: "what the log claims durable was durable on the device at that moment",
      failure: "the log claims durable what was not"),
    .l10: RuleText(
      promise: "every state that the device could have been left in is one of the log's",
      failure: "the device could have been left in a state that the log does not give"),
    .l11: RuleText(
      promise: "appending to an existing log continues the same chain",
      failure: "appending did not continue the chain"),
    .l12: RuleText(
      promise: "a log that was closed counts all of its entries",
      failure: "a log that was closed does not count all of its entries"),
    .l13: RuleText(
      promise: "the superblock is rewritten every so many entries, whatever they are",
      failure: "the superblock was not rewritten for too many entries"),
  ]
}

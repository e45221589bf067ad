extension RuleText {
  /// The log of a VHDX image and its recovery.
  static let imageLog: [Rule: RuleText] = [
    .e01: RuleText(
      promise: "a log entry has its signature and the LogGuid",
      failure: "a log entry has no signature or another LogGuid"),
    .e02: RuleText(
      promise: "a log entry's checksum covers all of it",
      failure: "a log entry's checksum is wrong"),
    .e03: RuleText(
      promise: "a log entry's length is that of its descriptors and data",
      failure: "a log entry's length is impossible"),
    .e04: RuleText(
      promise: "a log entry's Tail is the start of an entry in the ring",
      failure: "a log entry's Tail is impossible"),
    .e05: RuleText(
      promise: "a log entry's sequence number is above 0",
      failure: "a log entry's sequence number is 0"),
    .e06: RuleText(
      promise: "reserved bytes of a log entry are zero",
      failure: "reserved bytes of a log entry are set"),
    .e07: RuleText(
      promise: "a log entry's file lengths are in whole MiB",
      failure: "a log entry's file lengths are unaligned"),
    .e08: RuleText(
      promise: "descriptors are known, aligned and carry their entry's number",
      failure: "a descriptor is malformed"),
    .e09: RuleText(
      promise: "a zero descriptor has whole sectors and ends below 2^64",
      failure: "a zero descriptor's length is impossible"),
    .e10: RuleText(
      promise: "data sectors have their signature and their entry's number",
      failure: "a data sector is not its entry's"),
    .e11: RuleText(
      promise: "descriptors touch neither the headers nor the log",
      failure: "a descriptor changes what a log must not change"),
    .e12: RuleText(
      promise: "FlushedFileOffset was stable, and LastFileOffset holds every structure",
      failure: "a log entry promises a wrong file length"),
    .s01: RuleText(
      promise: "entries follow each other in place and number",
      failure: "entries do not follow each other"),
    .s02: RuleText(
      promise: "the newest entry's Tail is inside of its run",
      failure: "the newest entry's Tail is outside of its run"),
    .s03: RuleText(
      promise: "of several complete runs the one with the newest last entry counts",
      failure: "an older run was taken"),
    .s04: RuleText(
      promise: "the search tries every place where a run can start",
      failure: "the search passed a run over"),
    .s05: RuleText(
      promise: "while LogGuid is set there is an active sequence at every cut",
      failure: "LogGuid is set and the log has no active sequence"),
    .s06: RuleText(
      promise: "ring space is reused only once a durable Tail is past it",
      failure: "ring space was reused while the log needs it"),
    .s07: RuleText(
      promise: "Tail passes an entry only once its changes are stable at home",
      failure: "Tail passed an entry whose changes were not stable"),
    .s08: RuleText(
      promise: "an entry is stable before its changes go home",
      failure: "changes went home before their entry was stable"),
    .s09: RuleText(
      promise: "entries of an older LogGuid are never used",
      failure: "an entry of an older LogGuid was used"),
    .r01: RuleText(
      promise: "an empty log is not replayed",
      failure: "an empty log was replayed"),
    .r02: RuleText(
      promise: "a set LogGuid without an active sequence is refused",
      failure: "an image with a broken log opened"),
    .r03: RuleText(
      promise: "a file shorter than the newest entry's FlushedFileOffset is refused, and no other",
      failure: "the file length was judged by the wrong entry"),
    .r04: RuleText(
      promise: "replay does what the entries from Tail to the newest say, in order",
      failure: "replay did other changes than the log has"),
    .r05: RuleText(
      promise: "replay grows the file where a change lies behind its end",
      failure: "a change behind the end of the file was lost"),
    .r06: RuleText(
      promise: "replay leaves the file at the newest entry's LastFileOffset or longer",
      failure: "replay left the file at the wrong length"),
    .r07: RuleText(
      promise: "replay puts leading and trailing bytes back",
      failure: "replay lost the leading or trailing bytes of a sector"),
    .r08: RuleText(
      promise: "before replay only headers and log are touched",
      failure: "something was written before replay"),
    .r09: RuleText(
      promise: "replaying twice gives what replaying once gives",
      failure: "replaying again gave other bytes"),
    .r10: RuleText(
      promise: "changes are stable at home before LogGuid is cleared",
      failure: "the log was cleared before its changes were stable"),
    .r11: RuleText(
      promise: "an invalid entry ends its run and nothing else",
      failure: "an invalid entry was taken for a failure"),
    .r12: RuleText(
      promise: "a read-only opening leaves the file as it is",
      failure: "a read-only opening changed the file"),
  ]
}

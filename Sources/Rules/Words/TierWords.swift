extension Word {
  /// Which crash states of a cut are looked at.
  ///
  /// Source: docs/crash-model.md.
  static let tiers = [
    Word(
      "prefix", .tier,
      """
      One state for each cut: everything up to the cut has persisted, and nothing after it. The \
      mildest power cut, and what a log replayed up to an entry gives.
      """,
      example: "Of writes A, B, C: nothing; A; A and B; A, B and C."),
    Word(
      "flushed-only", .tier,
      """
      One state for each cut: nothing has persisted that did not have to. What was flushed, and \
      FUA writes, are there; every other write since the last flush is lost.
      """,
      example: "Of A, flush, B, C, cut after C: A alone."),
    Word(
      "fua-only", .tier,
      """
      As flushed-only, but only at cuts right after a FUA entry: fewer states, at the places \
      where it matters most.
      """),
    Word(
      "drop:K", .tier,
      """
      States in which up to K of the optional writes before the cut are lost and all others \
      persisted. drop:1 finds most missing flushes: a write that others depend on is gone while \
      they are there.
      """,
      example: "Of A, B, C without a flush, drop:1 at the end: B C; A C; A B."),
    Word(
      "keep:K", .tier,
      """
      States in which only up to K of the optional writes before the cut persisted. keep:1 finds \
      a write that reaches the disk before what it depends on.
      """,
      example: "Of A, B, C without a flush, keep:1 at the end: A; B; C."),
    Word(
      "torn", .tier,
      """
      States in which one optional write persisted in part: its first sectors, its last, all but \
      a hole, or a mixture that the seed draws. torn:BYTES tears within units of BYTES, 512 on a \
      disk of 4096 for example.
      """,
      example: "A write of 8 KiB with sectors of 4 KiB: its first half is new, its second half old."
    ),
    Word(
      "in-flight", .tier,
      """
      States in which an entry took effect before its place in the log, as one may that was \
      submitted before others had completed: before a write that it overlaps, or before a flush \
      that it was in flight with.
      """),
    Word(
      "random:N", .tier,
      """
      Up to N subsets of the optional writes of each cut, drawn from the seed: for epochs too \
      long to try every subset.
      """),
    Word(
      "all", .tier,
      """
      Every state that the model allows at every cut: each subset, in each order that being in \
      flight together allows. Refused, with its count, where there are more than a million.
      """),
    Word(
      "recrash", .tier,
      """
      The power fails again while the disk is being recovered: the writes of each state's \
      recovery are cut in the same way, one level deep. A recovery has to survive its own \
      interruption.
      """),
    Word(
      "names", .tier,
      """
      Of recordings of several files: states in which changes of names (create, rename, unlink) \
      since the last fsync of the file or its folder are lost.
      """,
      example:
        "A file is written, synced and renamed over another; after the cut the old one is there."),
    Word(
      "files", .tier,
      """
      Of recordings of several files: states in which everything that one file may lose is lost and \
      the others have all of theirs, and those in which only one file has its own.
      """,
      example:
        "A database has its new pages; of the journal beside it nothing has reached the disk."),
  ]
}

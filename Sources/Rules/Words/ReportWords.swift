extension Word {
  /// Source: docs/crash-model.md, docs/tokens.md, docs/findings.md.
  static let ofReports = [
    Word(
      "cut", .report,
      """
      The moment at which the power fails: cut 37 is after the first 37 entries of the log, which \
      are entries 0 to 36.
      """,
      example: "`powercut replay LOG --at 37 --output IMAGE` rebuilds the disk of cut 37."),
    Word(
      "epoch", .report,
      """
      The entries between two flushes. Within one nothing orders what persists; a flush that has \
      completed makes everything before it durable.
      """),
    Word(
      "crash state", .report,
      """
      The disk as a power cut could have left it: a cut, and which of the optional writes before \
      it persisted. Its text, `cut:37 lost:35`, is what `replay --state` takes.
      """),
    Word(
      "entry", .report,
      """
      One record of a write log: a write, a flush, a discard, write-zeroes or a mark, with its \
      sectors and flags. Entries are numbered from 0.
      """),
    Word(
      "mark", .report,
      """
      An entry without data that names a moment; `pc1 …` marks are Powercut's own and tell what a \
      client was told when.
      """),
    Word(
      "write log", .report,
      """
      The record of every write to one disk, in the format of Linux dm-log-writes \
      (docs/write-log.md).
      """
    ),
    Word(
      "recording", .report,
      """
      A folder with a write log, the disk before its first entry (base.img), where there is one, \
      and manifest.json.
      """),
    Word(
      "durable", .report,
      "What every crash state holds: entries before the last flush, and FUA entries."),
    Word(
      "optional", .report,
      """
      What a crash state may have or not: writes, discards and size changes since the last flush \
      that are not FUA.
      """),
    Word(
      "FUA", .report,
      "Force unit access: a write that is durable once it is acknowledged, without a flush."),
    Word(
      "flush", .report,
      """
      A request that is acknowledged once everything acknowledged before it is durable: fsync, \
      FLUSH CACHE, NBD_CMD_FLUSH.
      """),
    Word(
      "promise", .report,
      """
      What a client may rely on: an operation that was acknowledged and then flushed, or was FUA. \
      The count in a report is of operations that were sure to survive at the last cut; with none \
      of them the D rules have nothing to judge.
      """),
    Word(
      "rule", .report,
      """
      A statement that is judged, with an identifier such as D05. `powercut explain D05` prints \
      one, docs/rules.md has all.
      """),
    Word(
      "not judged", .report,
      "A rule of which this input does not tell enough, with the reason. It has not passed."),
    Word(
      "finding", .report,
      """
      A broken rule with the run that breaks it, minimized and kept in a folder with its \
      scenario, recording and token.
      """),
    Word(
      "seed", .report,
      """
      The number that a run is drawn from: configuration, workload, faults, schedule. One seed \
      gives one run, bit for bit.
      """),
    Word(
      "token", .report,
      """
      A text that replays a run exactly: `powercut replay-run TOKEN` says REPRODUCED, FIXED or \
      DIVERGED.
      """
    ),
    Word(
      "choice", .report,
      """
      One decision about which waiting operation goes next, or whether one fails; a schedule is \
      the list of them.
      """),
    Word(
      "minimized", .report,
      """
      Made as small as it can be while the same rule breaks: fewer operations, switches and lost \
      writes.
      """
    ),
    Word(
      "base image", .report,
      "The disk before the first entry of a log; zeroes where there is none."),
    Word(
      "live device", .report,
      "The disk as the program left it, to compare with what the whole log gives (L08)."),
    Word(
      "recover", .report,
      "What opening an image does before anything is read: of VHDX, replaying its log."),
    Word(
      "stack", .report,
      """
      What is under test: raw:… a logger over a raw disk, vhdx:… an image writer over it, \
      program:… a real program.
      """),
    Word(
      "profile", .report,
      "The mistakes that a stack is given: `exact` has none, `qemu-7.2.22` those of that program."),
    Word(
      "session", .report,
      "From opening a disk or an image to its close, or to where it ends without one."),
    Word(
      "unit", .report,
      "What a device writes whole or not at all: a sector of the log, 512 or 4096 bytes."),
  ]
}

/// S: the sequences that entries form.
extension Rule {
  package static let ofLogSequences = [
    s01, s02, s03, s04, s05, s06, s07, s08, s09,
  ]

  package static let s01 = Rule(
    "S01", .unusable, source: "[MS-VHDX] 2.3.2",
    promise: "entries follow each other in place and number",
    failure: "entries do not follow each other",
    explanation: """
      Each entry begins where the one before it ends, wrapping at the end of the ring, and has the \
      next number. Recovery stops at the first gap, so what was flushed after it is never \
      replayed. An entry may begin a run of its own elsewhere, if its number is larger and its \
      Tail is itself. The entries of a recording are judged as they become stable.
      """,
    example: """
      Two threads take the numbers 8 and 9 and then, the other way round, places in the ring. Both \
      entries are flushed. Recovery reads up to entry 7, finds number 9 next, and drops both.
      """,
    advice: """
      Take number and place under one lock, and after a failed write give back both or neither. \
      The report says which number at which byte of the ring would have continued the run; \
      `powercut inspect IMAGE` says why each run ends.
      """)

  package static let s02 = Rule(
    "S02", .unusable, source: "[MS-VHDX] 2.3.3(4)",
    promise: "the newest entry's Tail is inside of its run",
    failure: "the newest entry's Tail is outside of its run",
    explanation: """
      The Tail of a run's newest entry names an entry of the same run, itself or an older one. \
      Otherwise the run is not complete and does not count, and the image does not open if there \
      is no other. The specification asks for a Tail inside of the run; Powercut counts only the \
      start of an entry, since replay can begin nowhere else. It is judged for each entry that \
      becomes stable in a recording, and for one image where no run is complete.
      """,
    example: """
      Entries 3 to 6 are in the ring, and entry 3 has 12,288 bytes. Entry 6 gets a Tail 8192 bytes \
      past the start of entry 3, in the middle of it. The power fails, and the run 3 to 6 does not \
      count.
      """,
    advice: """
      Move Tail by whole entries: keep the start of each entry that is in the ring. The report \
      gives the entry and its Tail; `powercut inspect IMAGE` shows the start, the length and the \
      Tail of each run.
      """)

  package static let s03 = Rule(
    "S03", .dataWrong, source: "[MS-VHDX] 2.3.3(5)",
    promise: "of several complete runs the one with the newest last entry counts",
    failure: "an older run was taken",
    explanation: """
      The ring can hold several complete runs under one LogGuid, and only the number of a run's \
      last entry says which is the newest. A recovery that takes another one puts older tables \
      back, and blocks that were allocated since are lost. This is about a recovery and not about \
      a writer: a complete run was used whose first number is larger than the right one's. Another \
      wrong choice is reported as S04.
      """,
    example: """
      The ring holds the runs 8 to 9 and 5 to 12, both complete. A recovery that compares first \
      entries prefers 8 to 5 and replays a log that ended with 9.
      """,
    advice: """
      Compare the runs by their last entries. `powercut inspect IMAGE` shows all runs and which \
      one counts. With --profile qemu-7.2.22 the finding is expected; your own recovery is tested \
      with `--command` (X02, X04).
      """)

  package static let s04 = Rule(
    "S04", .dataWrong, source: "[MS-VHDX] 2.3.3(6)",
    promise: "the search tries every place where a run can start",
    failure: "the search passed a run over",
    explanation: """
      After a complete run the search goes on right after it, and otherwise one sector further: \
      the entry that ended one run can begin another, and a good run can begin inside of what an \
      invalid entry claims. A recovery that skips such a place replays an older run or refuses an \
      image that opens. The rule is broken by a recovery that did not find the active run, or used \
      another one that is complete.
      """,
    example: """
      The run 3 to 5 ends at sector 12, where entry 9 begins the run 9 to 11. A recovery has seen \
      at sector 12 that 9 is not 6, goes on at sector 13, and replays 3 to 5.
      """,
    advice: """
      Never skip by the length of an entry that is not valid, nor past the entry that ended a run. \
      The evidence lists the runs and what ended each; `powercut inspect IMAGE` shows the same. \
      With --profile qemu-7.2.22 the finding is expected; your own recovery is tested with \
      `--command` (X02, X04).
      """)

  package static let s05 = Rule(
    "S05", .unusable, source: "[MS-VHDX] 2.3.3",
    promise: "while LogGuid is set there is an active sequence at every cut",
    failure: "LogGuid is set and the log has no active sequence",
    explanation: """
      A header with a LogGuid says that the log must be replayed, and then the ring must hold a \
      complete run of valid entries that carry it, at every cut. If not, opening has to fail, even \
      where all data is in place. It is judged in every crash state and for one image, and in the \
      order of the writes: a header must not name a log of which no entry is stable.
      """,
    example: """
      A session writes a header with a new LogGuid, flushes, and writes its first log entry after \
      that. The power fails in between: no entry in the ring carries the GUID, and the image does \
      not open.
      """,
    advice: """
      While LogGuid is still zero, write and flush a first entry (it may be empty) with the new \
      GUID, and only then the header. If the log has had entries before, look for S06 or S02 in \
      the same report. `powercut bisect LOG --rule S05` names the write; `powercut inspect IMAGE` \
      shows which runs are left.
      """)

  package static let s06 = Rule(
    "S06", .unusable, source: "[MS-VHDX] 2.3.1",
    promise: "ring space is reused only once a durable Tail is past it",
    failure: "ring space was reused while the log needs it",
    explanation: """
      Replay needs everything from the Tail of the newest stable entry up to that entry. Ring \
      space may be overwritten only once a newer entry, with a Tail past it, has been flushed: a \
      tail that has moved in memory is not on the disk. Otherwise a power cut that tears the new \
      entry leaves the old run without its first entry, and there is nothing complete to replay.
      """,
    example: """
      The ring has 8 sectors and holds entries 1 to 4 of two sectors each, with Tail at entry 1. \
      Entry 5, which moves Tail to entry 2, is written over entry 1 and is torn. Of 2 to 4 the \
      newest still has Tail at entry 1, which is gone.
      """,
    advice: """
      Compute the free space from the Tail of the newest flushed entry. If there is none left, log \
      a small entry with the new Tail in the space that is free, and flush it first. The report \
      gives the overwritten bytes, the first entry that was still needed, and the newest stable \
      one with its Tail.
      """)

  package static let s07 = Rule(
    "S07", .dataLost, source: "[MS-VHDX] 2.3(4)/2.3.2",
    promise: "Tail passes an entry only once its changes are stable at home",
    failure: "Tail passed an entry whose changes were not stable",
    explanation: """
      Replay does not look at entries before Tail. So before an entry with a new Tail is written, \
      every sector of the entries it passes must have been written in place and flushed; what the \
      entries from the new Tail on carry again does not count. If not, the power cut can lose the \
      home write while the new Tail persists, and the change is in neither place.
      """,
    example: """
      Entry 4 carries a sector of the block table, which is written home and not flushed. Entry 5 \
      moves Tail to itself and is written with FUA. The power fails, the home write is lost, \
      replay begins with entry 5, and the block of entry 4 cannot be found.
      """,
    advice: """
      Home writes, flush, and only then the entry with the new Tail: one flush after both is too \
      late. The report names the sector, its home write if there was one, and the entry that moved \
      Tail.
      """)

  package static let s08 = Rule(
    "S08", .dataWrong, source: "[MS-VHDX] 2.3(2,3)",
    promise: "an entry is stable before its changes go home",
    failure: "changes went home before their entry was stable",
    explanation: """
      An entry must be flushed, and a header must name its log, before any sector that it carries \
      is written in place. If a home write persists and the entry does not, the file holds a part \
      of a change that no replay can complete or take back. A write counts as a home write if the \
      sector of 4096 bytes then is what an entry carries.
      """,
    example: """
      Entry 3 carries two sectors, one of the block table and one of a bitmap. The home write of \
      the first is sent right after the log write. The power fails: the table has the new block, \
      the bitmap does not, and the log has no entry 3.
      """,
    advice: """
      Wait for the flush after the entry's last sector before the first home write; look for a \
      flush that was sent before the log write had completed. The report names the log write, the \
      home write and the last FLUSH before it.
      """)

  package static let s09 = Rule(
    "S09", .dataWrong, source: "[MS-VHDX] 2.3.2 fn4",
    promise: "entries of an older LogGuid are never used",
    failure: "an entry of an older LogGuid was used",
    explanation: """
      The ring is not erased between sessions, so it holds whole, well-formed entries of earlier \
      logs, and only their LogGuid tells them apart. A recovery that uses one puts back tables \
      from long ago over what has changed since. This is about a recovery that used an entry with \
      another LogGuid than the header's; a writer that takes an old LogGuid again breaks H17.
      """,
    example: """
      Session 1 logged block 2 at 9 MiB under GUID A and closed. In session 2, under GUID B, block \
      2 was freed and 9 MiB went to block 900, in another sector of the table. A recovery that \
      does not compare GUIDs replays A's entry, and both blocks are at 9 MiB.
      """,
    advice: """
      Compare LogGuid before anything else of an entry. The report names the entry and the byte of \
      the file that it was used for; `powercut inspect IMAGE` counts the entries of other logs in \
      the ring. Your own recovery is tested with `--command` (X02, X04).
      """)
}

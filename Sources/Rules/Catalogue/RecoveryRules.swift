/// R: what a recovery must do.
extension Rule {
  package static let ofRecovery = [
    r01, r02, r03, r04, r05, r06, r07, r08, r09, r10, r11, r12,
  ]

  package static let r01 = Rule(
    "R01", .dataWrong, source: "[MS-VHDX] 2.2.2",
    promise: "an empty log is not replayed",
    failure: "an empty log was replayed",
    explanation: """
      A LogGuid of zero says that the log is empty: everything is in place, and what the ring \
      still holds is history. A recovery that replays it puts old tables over newer ones. Where \
      the current header has no LogGuid, everything but the two headers must be the same after \
      opening.
      """,
    example: """
      Session 1 left entries 1 to 6 in the ring; session 2 wrote two entries over 1 and 2 and \
      closed with LogGuid zero. An opening that replays 3 to 6 takes the block table back to \
      session 1.
      """,
    advice: """
      Look at LogGuid before you look at the ring. The report gives the first byte that changed; \
      `powercut inspect IMAGE` shows what the current header says. Your own recovery is tested \
      with `powercut check LOG --as vhdx --command 'YOURS {image}'` (X02, X04).
      """)

  package static let r02 = Rule(
    "R02", .dataWrong, source: "[MS-VHDX] 2.3.3",
    promise: "a set LogGuid without an active sequence is refused",
    failure: "an image with a broken log opened",
    explanation: """
      A LogGuid without a complete run of entries means that the log is damaged, and that changes \
      that were flushed into it may be gone. A program that opens such an image shows a disk that \
      is too old or half changed, and the next write makes that final; so opening must fail, even \
      for reading. S05 is about how the image came to be like this, R02 about the recovery that \
      opened it.
      """,
    example: """
      The header names a log whose only entry was torn. A recovery finds no complete run, treats \
      that as an empty log, and lets the guest write over a block table that lacks the last \
      update.
      """,
    advice: """
      Treat a search without a result as an error. Look at S05 in the same report first: that is \
      the writer's mistake. With --profile qemu-7.2.22, and for the stacks of QEMU's programs, R02 \
      is expected, since QEMU opens such images.
      """)

  package static let r03 = Rule(
    "R03", .dataWrong, source: "[MS-VHDX] 2.3.3",
    promise: "a file shorter than the newest entry's FlushedFileOffset is refused, and no other",
    failure: "the file length was judged by the wrong entry",
    explanation: """
      The newest entry's FlushedFileOffset says how long the file was for sure. If the file is \
      shorter, it was cut off, and must be refused before anything is changed; older entries do \
      not count, since the file may have been made shorter on purpose since. The rule is broken by \
      a recovery that opens or changes such a file, or refuses a good one for an older entry; \
      `powercut check IMAGE` names it for an image that is too short itself. In a crash state, \
      where our own recovery refuses it, that shows as D09.
      """,
    example: """
      Entry 3 promises 16 MiB. The disk is compacted: entry 4 promises 8 MiB, is flushed, and the \
      file is truncated to 8 MiB. A recovery that compares the file with every entry's promise \
      refuses it.
      """,
    advice: """
      If an image is too short, look for a copy or a truncation that cut it off, or for a writer \
      that promised too much (E12). In a recovery, compare once, with the newest entry, before the \
      first write.
      """)

  package static let r04 = Rule(
    "R04", .dataWrong, source: "[MS-VHDX] 2.3.3",
    promise: "replay does what the entries from Tail to the newest say, in order",
    failure: "replay did other changes than the log has",
    explanation: """
      Replay carries out the descriptors of the entries from Tail to the newest, in their order, \
      and nothing else. An older version of a sector that comes last undoes newer changes, and the \
      place that an entry before Tail changes may hold payload by now. What a recovery left is \
      compared, sector by sector, with what a second implementation of replay makes of the same \
      image.
      """,
    example: """
      The run is 5 to 8, and Tail is at 7. Entry 5 zeroed a bitmap block at 20 MiB, where flushed \
      payload now stands. A recovery that begins with the first entry of the run zeroes it.
      """,
    advice: """
      Begin at the newest entry's Tail, and compare the numbers of all entries of the run, the \
      second one's too. The report gives the sector, and the entry that was used wrongly if one \
      was; `powercut inspect IMAGE --entries` lists what is to be replayed. With --profile \
      qemu-7.2.22 the finding is expected; your own recovery is tested with `--command` (X02, \
      X04).
      """)

  package static let r05 = Rule(
    "R05", .dataLost, source: "[MS-VHDX] 2.3.3",
    promise: "replay grows the file where a change lies behind its end",
    failure: "a change behind the end of the file was lost",
    explanation: """
      A descriptor can name a place past the end of the file, because the file's growth was lost \
      in the power cut and the log entry was not. Replay has to make the file longer and write \
      there, and must not cut it off again afterwards. Otherwise a flushed table sector or bitmap \
      is lost, though the log had it.
      """,
    example: """
      Entry 6 carries a sector of a bitmap block at 12 MiB, and the growth from 12 to 13 MiB was \
      lost. A recovery skips what lies past the end, and the bitmap's bytes are gone.
      """,
    advice: """
      Look for a bounds check against the file's length, and for a truncation to LastFileOffset \
      after the last entry. The report gives the byte of the change, or the length at which the \
      file now ends; `powercut recover IMAGE --dry-run` says how long the file should be. Your own \
      recovery is tested with `powercut check LOG --as vhdx --command 'YOURS {image}'` (X02, X04).
      """)

  package static let r06 = Rule(
    "R06", .dataLost, source: "[MS-VHDX] 2.3.3",
    promise: "replay leaves the file at the newest entry's LastFileOffset or longer",
    failure: "replay left the file at the wrong length",
    explanation: """
      After the last entry the file must be at least as long as the newest entry's LastFileOffset, \
      and replay never makes it shorter. Otherwise a block that ends there lies outside the file, \
      and many programs do not open the image. The judge wants the exact length: the largest of \
      the length before, the end of the furthest change and LastFileOffset; a longer file is \
      reported, too.
      """,
    example: """
      The newest entry says 24 MiB, and the file has 16. A recovery rounds up what is no whole MiB \
      and forgets to grow the file where it already is one: it stays at 16 MiB, and the block at \
      20 MiB is outside.
      """,
    advice: """
      Grow once, after the last entry, to the newest entry's LastFileOffset, and only if the file \
      is shorter. The report gives the length that was found and the one that was expected. With \
      --profile qemu-7.2.22 the finding is expected; your own recovery is tested with `--command` \
      (X02, X04).
      """)

  package static let r07 = Rule(
    "R07", .dataWrong, source: "[MS-VHDX] 2.3.1.3",
    promise: "replay puts leading and trailing bytes back",
    failure: "replay lost the leading or trailing bytes of a sector",
    explanation: """
      The first 8 and the last 4 bytes of an update are not in its data sector, where signature \
      and number stand in their place, but in its descriptor. Replay must put them back. Otherwise \
      every replayed sector of the block table has a first entry that is no entry, and a last one \
      with the wrong place.
      """,
    example: """
      The table's first sector is copied as it stands in the log. Block 0 is now "data" and half \
      of a sequence number, and the place of block 511 has lost its upper half.
      """,
    advice: """
      LeadingBytes are at byte 8 of the descriptor and TrailingBytes at byte 4; do not swap them. \
      The report gives the sector, and the first bytes that differ. Your own recovery is tested \
      with `powercut check LOG --as vhdx --command 'YOURS {image}'` (X02, X04).
      """)

  package static let r08 = Rule(
    "R08", .dataWrong, source: "[MS-VHDX] 2.3.3",
    promise: "before replay only headers and log are touched",
    failure: "something was written before replay",
    explanation: """
      While LogGuid is set and the log is not replayed, the tables in the file can be old or half \
      written. Nothing but headers and log may be written before replay: a write that goes by an \
      old table can hit another block's bytes, and one that the log carries is undone. It is \
      judged in the recording of a session that begins with a log to replay, and for the first \
      change that a recovery makes. Reads are not seen.
      """,
    example: """
      A driver lets the guest in and replays later. The guest writes to block 4, which the table \
      in the file has at 6 MiB; the log has moved it to 10 MiB and given 6 MiB to block 9. After \
      replay the write is missing in block 4, and block 9 is damaged.
      """,
    advice: """
      Replay, flush and clear LogGuid before the first request of a client is taken. The report \
      names the first write that came too early; `powercut inspect LOG --entries` shows the order.
      """)

  package static let r09 = Rule(
    "R09", .dataWrong, source: "[MS-VHDX] 2.3",
    promise: "replaying twice gives what replaying once gives",
    failure: "replaying again gave other bytes",
    explanation: """
      The power can fail again, so replay must do no harm when it is done twice, and once it has \
      ended there must be nothing left to replay. This rule judges the second half: a recovery \
      that ended well and left a LogGuid with a complete run. That a recovery which was cut off \
      leaves other bytes when it is done again is reported as D08.
      """,
    example: """
      A recovery replays entries 4 to 6 and never writes a header with LogGuid zero. The disk is \
      used, the tables change, and at the next opening 4 to 6 are replayed over them.
      """,
    advice: """
      End with a header whose LogGuid is zero, flush it, and write the other slot the same way. \
      `powercut inspect IMAGE` on the recovered file says whether its log is empty. Your own \
      recovery is tested with `powercut check LOG --as vhdx --command 'YOURS {image}'` (X02, X04).
      """)

  package static let r10 = Rule(
    "R10", .dataLost, source: "[MS-VHDX] 2.3(4)",
    promise: "changes are stable at home before LogGuid is cleared",
    failure: "the log was cleared before its changes were stable",
    explanation: """
      Until the changes of the log are flushed in their places, the log is the only copy that is \
      sure. LogGuid may be cleared, or replaced, only after that flush: otherwise the header can \
      persist and a home write not, nothing is replayed, and the change is lost. It holds for a \
      clean close as for a recovery, and both are judged.
      """,
    example: """
      At close, the block table's sector of entry 9 is written in place, a header with LogGuid \
      zero follows, and one flush is to cover both. The power fails before it: the header is on \
      the disk, the sector is not.
      """,
    advice: """
      Two flushes: home writes, flush, header, flush. The report names a sector that was not \
      stable, its home write if there was one, and how many sectors the log takes with it.
      """)

  package static let r11 = Rule(
    "R11", .unusable, source: "[MS-VHDX] 2.3.3",
    promise: "an invalid entry ends its run and nothing else",
    failure: "an invalid entry was taken for a failure",
    explanation: """
      A torn entry at the end of the log is what a power cut normally leaves: it ends its run, and \
      the search goes on. A recovery that treats it as a failure makes the image unopenable just \
      when it is needed, and one that notices it in the middle of replay leaves the log half \
      replayed. Refusing a valid entry because it is large (more than 126 descriptors) is reported \
      here, too.
      """,
    example: """
      Entry 7 was being written when the power failed: its header is there, its second sector of \
      descriptors is not. A recovery says "invalid descriptor" and refuses, although entries 3 to \
      6 are a complete run.
      """,
    advice: """
      In the search, let every check that fails mean that the run ends here, and keep errors for \
      failed reads. The report gives the sector of the log and what is wrong with the entry; \
      `powercut recover IMAGE --dry-run` says what replay should do. With --profile qemu-7.2.22 \
      the finding is expected; your own recovery is tested with `--command` (X02, X04).
      """)

  package static let r12 = Rule(
    "R12", .dataWrong, source: "[MS-VHDX] 2.3 fn5",
    promise: "a read-only opening leaves the file as it is",
    failure: "a read-only opening changed the file",
    explanation: """
      A program that opens an image read-only must not change the file, neither a header nor its \
      length, even if the log is not empty: the file may be write-protected, the parent of other \
      disks, or evidence. With a log to replay it must refuse, or replay in memory and read \
      through that. Only changes are judged; a program that reads without replaying the log at all \
      is not noticed.
      """,
    example: """
      A backup program opens an image read-only after a power cut. The library replays the log \
      into the file as always: three sectors of the block table and both headers change under a \
      program that was promised no writes.
      """,
    advice: """
      Look for a replay that does not ask how the image was opened. Where `powercut recover IMAGE \
      --read-only` refuses with R12, nothing is broken: it says that the image needs a replay. \
      Leave the option out, or write a recovered copy with --output.
      """)
}

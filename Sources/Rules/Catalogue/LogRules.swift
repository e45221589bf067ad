/// L: the write log.
extension Rule {
  package static let ofLog = [
    l01, l02, l03, l04, l05, l06, l07, l08, l09, l10, l11, l12, l13,
  ]

  package static let l01 = Rule(
    "L01", .unusable, source: "docs/write-log.md, Linux dm-log-writes",
    promise: "the superblock has the magic, version 1 and a possible sector size",
    failure: "the superblock is damaged",
    explanation: """
      The superblock is the first sector of a write log: magic number, format version, entry count \
      and sector size. A standard log says nowhere else how long a sector is, and there is no \
      index of the entries, so without a valid superblock not one of them can be found. A \
      superblock of zeroes means that the writer was killed before it first wrote one; such a log \
      can be read where the sector size is known from Powercut's extension or from \
      --log-sector-size.
      """,
    example: """
      A logger stores the sector size as a power of two: byte 24 holds 9 instead of 512. The power \
      fails after 40 good entries, and none of them can be read.
      """,
    advice: """
      Make sure first that the file is the log and not the logged disk. Then look at the code that \
      writes sector 0: the report names the field, its byte, and what was expected and found. \
      Where the superblock was never written, --log-sector-size and --use-tail let you read the \
      entries after it.
      """)

  package static let l02 = Rule(
    "L02", .unusable, source: "docs/write-log.md, Linux dm-log-writes",
    promise: "every entry header parses and lies inside of the device",
    failure: "an entry header does not parse",
    explanation: """
      Each entry begins with a header sector: where on the device, how many sectors, flags, and \
      the text of a mark. It must have known flags only, zeroes in its unused bytes, and a range \
      that fits the device, where the device's length is known, with data that fits into the file; \
      if it carries Powercut's extension, that checksum has to fit as well. Its sector count leads \
      to the next entry, so reading ends at the first bad header, and no crash state has the \
      writes after it. Past the superblock's count a bad header is no finding: the log ends there.
      """,
    example: """
      A log has sectors of 4096 bytes, and the logger counts in units of 512. A write of 8 KiB \
      gets a count of 16 instead of 2, so the next header is looked for 14 sectors too far, in the \
      middle of another entry's data.
      """,
    advice: """
      Compare the field that the report names with what the logger meant to write: a count in the \
      wrong unit, a header that was overwritten and data that never reached the file are the usual \
      causes. `powercut inspect LOG --entries` lists the entries before the damage.
      """)

  package static let l03 = Rule(
    "L03", .dataWrong, source: "docs/write-log.md, Linux dm-log-writes",
    promise: "no entry begins inside another entry's header or data",
    failure: "an entry begins inside another entry",
    explanation: """
      A log is one chain: an entry starts where the one before it ends, and nothing else points to \
      it. Two entries that are given overlapping places overwrite each other; a reader steps over \
      the second as if it were data, or meets garbage, and loses all that follows. No power cut is \
      needed to break a log like this, and no crash state after that place can be rebuilt. In a \
      log file the rule is also broken by a header whose extension names another log or another \
      position.
      """,
    example: """
      A write-zeroes of 8 sectors gets place 100, writes its header and waits, but the logger's \
      position has advanced by the header only. A second write starts meanwhile, and its header \
      lands at 101, where the zeroes belong.
      """,
    advice: """
      Reserve the whole entry, header and data, in one step before the first await or unlock; the \
      usual mistake is to read the position again afterwards, as QEMU before 7.2.9, 8.2.1 and 9.0 \
      does. The report names the two entries and the byte where they meet, and `powercut inspect \
      LOG --entries` lists the chain up to there.
      """)

  package static let l04 = Rule(
    "L04", .unusable, source: "docs/write-log.md, Linux dm-log-writes",
    promise: "the superblock counts no more entries than the chain holds",
    failure: "the superblock counts entries that are not there",
    explanation: """
      A reader trusts the count: that many entries are there, in an unbroken chain. A superblock \
      that is written before the entries it counts are stable promises entries that a power cut \
      can take away. Counting too few is no error, since a killed writer leaves such a tail. A log \
      file shows only whether its chain is shorter than its count; that a count came too early \
      while the log was being written is seen in simulated runs only.
      """,
    example: """
      The logger writes a superblock with count 5 while its fifth entry is still in flight. The \
      power fails, that entry is lost, and whoever opens the log finds a count of 5 and a chain of \
      4.
      """,
    advice: """
      Write the entries, flush, then write the superblock. The report names the first entry that \
      was counted and not stable, or the byte where the chain ends; `powercut inspect LOG` says \
      what is there.
      """)

  package static let l05 = Rule(
    "L05", .dataLost, source: "docs/write-log.md",
    promise: "a FLUSH or FUA entry is in the count once it was acknowledged",
    failure: "an acknowledged FLUSH or FUA entry is not in the count",
    explanation: """
      Readers take the count for the end of the log. Once a flush, a FUA write or a close has been \
      answered, the client relies on it, so from then on its entry must be counted by a superblock \
      that is itself stable; otherwise a power cut leaves a log without the very operation that \
      was promised to survive. Judged in simulated runs of a raw disk only, because only there is \
      it known when a superblock became stable.
      """,
    example: """
      A write is entry 6 and the flush after it entry 7. The flush is acknowledged while the \
      superblock still counts 6 entries; the power fails, and the log ends before the write.
      """,
    advice: """
      Answer a flush or a FUA write only after its entry, then the superblock, then a flush of the \
      log's own device have completed. The report gives the event of the acknowledgement and the \
      entry that was not counted; a count that was right and goes back later is reported too, with \
      the event at which it did.
      """)

  package static let l06 = Rule(
    "L06", .dataWrong, source: "docs/write-log.md",
    promise: "an entry's data is what was submitted; write-zeroes reads zero",
    failure: "an entry's data is not what was submitted",
    explanation: """
      An entry's data is what a replay puts on the disk, so it must be what the client submitted, \
      and for a write-zeroes the log must really hold zeroes, not what the file held before. Data \
      is compared with two digests: the one that the client gave when it submitted the write, \
      where marks tell it, and the one in the extension of the entry's header. A log from outside \
      without extensions, such as QEMU's, is not judged.
      """,
    example: """
      A log file is used again and holds old data. A write-zeroes of 4 KiB writes its header and \
      skips the data, because new files read as zeroes anyway; a replay puts 4 KiB of the older \
      recording on the disk.
      """,
    advice: """
      Look for a buffer that its owner may change before it has been copied to the log, and for \
      zeroes that are skipped or left to a sparse file. The report names the entry and where its \
      data is in the log, and for a write-zeroes the first sector that is not zero.
      """)

  package static let l07 = Rule(
    "L07", .dataWrong, source: "docs/write-log.md",
    promise: "each acknowledged operation has exactly one entry, and each entry an operation",
    failure: "operations and entries do not match",
    explanation: """
      What the client was told and what the log says must pair up: one entry with the right range \
      and flags for each acknowledged operation, none for a read or for an operation that failed, \
      and no entry that nobody asked for. A missing entry makes every crash state after it too \
      old, and the entry of a write that failed makes states that never existed. Judged for raw \
      disks whose log tells which operation each entry is of; when the log's own device fails, \
      what was under way may go either way.
      """,
    example: """
      A write of 4 KiB fails on the disk with EIO and the client is told so, but the logger \
      appends its entry all the same. A replay then shows 4 KiB that the disk never held.
      """,
    advice: """
      Append an entry when the device has answered, and only if it succeeded. Check the flags too: \
      a FUA write that is logged as a plain one breaks this rule. The report names the operation \
      and its entries; if there is none, follow that operation through the logger.
      """)

  package static let l08 = Rule(
    "L08", .dataWrong, source: "docs/write-log.md",
    promise: "replaying the whole log gives the live device, byte for byte",
    failure: "replaying the log does not give the live device",
    explanation: """
      If the log is complete, applying all of it to the base image gives the device as the run \
      left it. If it does not, the device was changed unseen, or the log has it wrong or in \
      another order, and every crash state that is built from it is in doubt. This needs the \
      device as it was left: live.img of a recording, or --live FILE. In a log without submission \
      times, such as QEMU's, two overlapping writes that were in flight together can make a \
      difference that is nobody's mistake.
      """,
    example: """
      A file grows from 1 MiB to 9 MiB by truncate, and the logger records only writes. The \
      replayed image has 1 MiB, the live one 9.
      """,
    advice: """
      Ask what wrote the first byte that differs: a resize or discard that is not logged, a write \
      past the logger, or a base image that was copied too late. The evidence hints at two \
      harmless causes: entries past the count that were left out (--use-tail), and a log of the \
      kernel's whose target was not removed yet (--origin linux).
      """)

  package static let l09 = Rule(
    "L09", .dataWrong, source: "docs/write-log.md, docs/crash-model.md",
    promise: "what the log claims durable was durable on the device at that moment",
    failure: "the log claims durable what was not",
    explanation: """
      Everything before a FLUSH entry counts as durable, and so does a FUA write. A flush covers \
      what had completed when it was submitted and no more, so a write that completes while it is \
      in flight belongs after its entry. A log that claims more hides states that can really \
      happen, and a loss goes unnoticed. In simulated runs the device says what was stable; in a \
      recording the submission and completion times in Powercut's extensions are compared, and a \
      log without them is not judged.
      """,
    example: """
      A flush is submitted at time 10, a write completes at 12, the flush at 14. The logger puts \
      the write before the FLUSH: it counts as durable, and the disk may well have lost it.
      """,
    advice: """
      Hold back what completes during a flush and append it after that FLUSH, and append the FLUSH \
      when it has completed, not when it is submitted. The report names the entry that claims too \
      much, the entry that was not durable, and the times that contradict each other.
      """)

  package static let l10 = Rule(
    "L10", .dataWrong, source: "docs/write-log.md, docs/crash-model.md",
    promise: "every state that the device could have been left in is one of the log's",
    failure: "the device could have been left in a state that the log does not give",
    explanation: """
      The reverse of L09: whatever the device could have been left holding must be among the crash \
      states of its log. A log that is too strict hides real losses from every check that is built \
      on it. Judged only in simulated runs that are small enough for the device to be asked for \
      all its states, with --states all.
      """,
    example: """
      Two writes of one sector are in flight together, and the device may apply them in either \
      order. The logger notes each as submitted when it completed, so only one of the two orders \
      is ever rebuilt.
      """,
    advice: """
      Check which entries claim to be durable without being so, and whether the times of \
      submission and completion are taken at the right moments. The report gives the digest of one \
      missing state and how many there are; `powercut fuzz --stack raw:exact --states all` \
      compares both sides seed by seed.
      """)

  package static let l11 = Rule(
    "L11", .dataLost, source: "docs/write-log.md",
    promise: "appending to an existing log continues the same chain",
    failure: "appending did not continue the chain",
    explanation: """
      A logger that opens an existing log must find the end of its chain and put the next entry \
      exactly there. Too early, and it overwrites entries of the last session; too late, and it \
      leaves a gap that no reader gets past. The count is no safe guide to the end, because a \
      writer that was killed leaves it stale. Judged in simulated runs of several sessions only; a \
      session that cannot append at all breaks the rule too.
      """,
    example: """
      A session is killed with 12 entries in its log and a count of 8. The next session appends \
      after the eighth entry and overwrites the other four: writes that are on the disk and no \
      longer in any log.
      """,
    advice: """
      Follow the chain to its last proven entry instead of trusting the count, and step over data \
      only for kinds of entries that have any: discards and marks have none. The report gives the \
      byte where the chain ended and the byte that was written; `powercut inspect LOG --entries` \
      shows each entry's place.
      """)

  package static let l12 = Rule(
    "L12", .format, source: "docs/write-log.md",
    promise: "a log that was closed counts all of its entries",
    failure: "a log that was closed does not count all of its entries",
    explanation: """
      Closing is the last chance to put the count right. A closed log counts all of its entries, \
      in a superblock that is stable; otherwise readers that rely on the count miss the end of the \
      run, and the next program that appends may write over it. Judged in simulated runs only, and \
      only where no two entries overlap.
      """,
    example: """
      A run logs 20 entries, the last flush among them as the sixteenth, and is closed. The \
      superblock still counts 16, so the next program takes the last four for leftovers and writes \
      over them.
      """,
    advice: """
      Write the superblock when the log is closed, even if no flush is due, and flush the log's \
      device after it. The report gives both numbers and the first entry that is not counted.
      """)

  package static let l13 = Rule(
    "L13", .format, source: "docs/write-log.md",
    promise: "the superblock is rewritten every so many entries, whatever they are",
    failure: "the superblock was not rewritten for too many entries",
    explanation: """
      Flushes and FUA writes keep the count fresh only if the client sends them. A logger \
      therefore rewrites its superblock every so many entries, whatever they are (QEMU's \
      log-super-update-interval): the operation whose entry completes the interval is acknowledged \
      only once a stable superblock counts up to it. Without this, a client that never flushes and \
      is killed leaves a log that counts next to nothing. Judged in simulated runs of a raw disk \
      only.
      """,
    example: """
      The interval is 3. Three writes are logged and acknowledged, no flush comes, and the \
      superblock still counts 0 entries.
      """,
    advice: """
      Count every entry towards the interval, discards and marks included, and check it when an \
      entry has been written, not when a flush arrives. The report says how many entries the log \
      had, which count was due, and what the stable superblock counted.
      """)
}

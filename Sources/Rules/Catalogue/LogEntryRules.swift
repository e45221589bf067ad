/// E: the entries of a VHDX image's log.
extension Rule {
  package static let ofLogEntries = [
    e01, e02, e03, e04, e05, e06, e07, e08, e09, e10, e11, e12,
  ]

  package static let e01 = Rule(
    "E01", .unusable, source: "[MS-VHDX] 2.3.1.1",
    promise: "a log entry has its signature and the LogGuid",
    failure: "a log entry has no signature or another LogGuid",
    explanation: """
      An entry of the image's log starts with "loge" and carries the LogGuid of the current \
      header. Nothing else tells the entries of this log from what earlier sessions left in the \
      same ring: for replay, an entry without them does not exist, and its changes are lost. The \
      recorded writes are judged in their order: no entry may carry another LogGuid than the \
      header on the disk, and no sector of the ring may still be part of no entry at a second \
      flush.
      """,
    example: """
      The header names log A, which holds entries 1 to 5. The writer begins a new log and writes \
      entry 6 under B, while no header names B yet. After the power cut entries 1 to 5 are \
      replayed, and what entry 6 changed is gone.
      """,
    advice: """
      Use the LogGuid of the header that is on the disk. To begin another log, first clear \
      LogGuid, then write and flush its first entry, then name it in a header. The report gives \
      both GUIDs; `powercut inspect IMAGE` counts the entries of other logs in the ring.
      """)

  package static let e02 = Rule(
    "E02", .unusable, source: "[MS-VHDX] 2.3.1.1",
    promise: "a log entry's checksum covers all of it",
    failure: "a log entry's checksum is wrong",
    explanation: """
      The checksum is a CRC-32C over all of EntryLength, continued at the start of the ring if the \
      entry wraps, with its own field as zero. It is what tells a whole entry from a torn one of \
      which every sector looks right: if it covers too little, a torn entry passes, and if it is \
      wrong, a good one is thrown away. A torn entry after a power cut breaks nothing; the rule is \
      broken by one that was flushed whole with a wrong sum, or by a recovery that used one.
      """,
    example: """
      Entry 8 has four sectors, two at the end of the ring and two at its start. The writer sums \
      up the first two only. The flush is answered, the power fails, and every reader drops entry \
      8.
      """,
    advice: """
      Check the wrap, the polynomial (Castagnoli), the zeroed field, and that nothing, Tail \
      included, is changed after the sum is taken. The report gives both sums; `powercut inspect \
      IMAGE` says for each run which defect ended it.
      """)

  package static let e03 = Rule(
    "E03", .unusable, source: "[MS-VHDX] 2.3.1",
    promise: "a log entry's length is that of its descriptors and data",
    failure: "a log entry's length is impossible",
    explanation: """
      EntryLength is a multiple of 4096, at most the ring's length, and exactly what the entry's \
      parts take: the header's 64 bytes and 32 for each descriptor, rounded up to sectors, and a \
      sector for each data descriptor. Replay finds the next entry by this length. A wrong one \
      makes the entry invalid, so the run ends before it; a recovery that trusts a length of 0 \
      never ends.
      """,
    example: """
      An entry has 127 data descriptors. The writer reserves one sector for header and \
      descriptors, which holds 126, so EntryLength is 4096 too small. The entry and all that \
      follow it are not replayed.
      """,
    advice: """
      126 descriptors fit into the first sector and 128 into each later one. If the report is \
      about a writer, it gives the expected and the found length; if it is about a recovery, check \
      the length before you add it to a position.
      """)

  package static let e04 = Rule(
    "E04", .unusable, source: "[MS-VHDX] 2.3.1.1",
    promise: "a log entry's Tail is the start of an entry in the ring",
    failure: "a log entry's Tail is impossible",
    explanation: """
      Tail says where replay begins, as an offset in the ring: a multiple of 4096 below LogLength. \
      An entry with another value is not valid, so the run ends before it and its changes are \
      lost. Only the value is judged here; whether an entry of the run starts there is judged by \
      S02.
      """,
    example: """
      The log has 1 MiB and stands at 1 MiB. The writer stores Tail as an offset in the file, so \
      an entry at the ring's start gets 1,048,576, which is just past the ring.
      """,
    advice: """
      Tail counts from LogOffset and wraps to 0, never to LogLength. The report gives the value \
      and its byte; `powercut inspect IMAGE` shows Tail for each run.
      """)

  package static let e05 = Rule(
    "E05", .unusable, source: "[MS-VHDX] 2.3.1.1",
    promise: "a log entry's sequence number is above 0",
    failure: "a log entry's sequence number is 0",
    explanation: """
      The search for the newest run starts with 0 as the number to beat, and zeroed memory reads \
      as 0, too. So an entry with this number is not valid: it is never replayed, and entries \
      after it do not count as long as their Tail names it.
      """,
    example: """
      The counter starts at 0 and is raised after each entry. The first entry of a new log has \
      number 0, the header names the log, and the power fails: there is no valid entry, and the \
      image does not open (S05).
      """,
    advice: """
      Begin each log with 1 or any larger number, and raise the counter before the entry is put \
      together. Look at where the counter is set when a log is begun after recovery or a clean \
      close.
      """)

  package static let e06 = Rule(
    "E06", .unusable, source: "[MS-VHDX] 2.3.1.1/2",
    promise: "reserved bytes of a log entry are zero",
    failure: "reserved bytes of a log entry are set",
    explanation: """
      Bytes 28 to 31 of an entry's header and bytes 4 to 7 of a zero descriptor are reserved and \
      must be zero. For a strict reader, Powercut's among them, an entry with other values is not \
      valid and ends its run; a lenient one, such as QEMU's, replays it. After a power cut the \
      same image is then two different disks, and by the strict reading a flushed change can be \
      gone.
      """,
    example: """
      A zero descriptor is filled in where a data descriptor was, and bytes 4 to 7 keep that one's \
      TrailingBytes. QEMU replays the entry, a strict reader stops before it, and the table update \
      in it is missing.
      """,
    advice: """
      Zero the buffer of header and descriptors before you fill it in. The report gives the byte \
      and what it holds.
      """)

  package static let e07 = Rule(
    "E07", .unusable, source: "[MS-VHDX] 2.3.1.1",
    promise: "a log entry's file lengths are in whole MiB",
    failure: "a log entry's file lengths are unaligned",
    explanation: """
      FlushedFileOffset and LastFileOffset are lengths of the file in whole MiB. For a strict \
      reader, Powercut's among them, an entry with another value is not valid and ends its run, so \
      what it carries is lost; others round it in ways of their own, and QEMU can cut off what the \
      entry has just appended.
      """,
    example: """
      After an append of 4 KiB the file has 8,392,704 bytes, and the writer stores this number in \
      both fields. The entry is flushed, the power fails, and a strict reader stops before it.
      """,
    advice: """
      Round FlushedFileOffset down and LastFileOffset up to whole MiB. The report gives the \
      field's byte and its value; `powercut inspect IMAGE --entries` shows both for each entry of \
      the active run.
      """)

  package static let e08 = Rule(
    "E08", .unusable, source: "[MS-VHDX] 2.3.1.2/3",
    promise: "descriptors are known, aligned and carry their entry's number",
    failure: "a descriptor is malformed",
    explanation: """
      A descriptor begins with "zero" or "desc", targets a multiple of 4096 in the file, and \
      repeats its entry's sequence number, which gives away a descriptor that an older entry left \
      in the same sector. One bad descriptor makes the whole entry invalid, and nothing of it is \
      replayed. A torn entry after a power cut breaks nothing; the rule is broken by one that was \
      flushed whole like this, or by a recovery that used one.
      """,
    example: """
      Entry 20 has 130 descriptors. The counter is raised once the first sector, with 126 of them, \
      is built, so that the last four carry 21. The entry is flushed, and no reader accepts it.
      """,
    advice: """
      Take the number once for each entry and pass it on. The report says which of the three is \
      wrong, and the byte; for an alignment, look at where offsets of 512-byte sectors get into \
      the log.
      """)

  package static let e09 = Rule(
    "E09", .unusable, source: "[MS-VHDX] 2.3.1.2",
    promise: "a zero descriptor has whole sectors and ends below 2^64",
    failure: "a zero descriptor's length is impossible",
    explanation: """
      A zero descriptor's length is a multiple of 4096, and the target of any descriptor ends \
      below 2^64. If nobody checks this, one wrong field makes replay zero what was never meant, \
      or keeps it busy for days. A length of 0 is accepted and changes nothing. The rule is broken \
      by an entry that was flushed like this, or by a recovery that used one or never ended \
      because of it.
      """,
    example: """
      Three sectors of 512 bytes of the block table, 192 entries, are to be zeroed, and ZeroLength \
      is 1536. Replay works in sectors of 4096: it drops the whole entry, or zeroes the 320 table \
      entries after them as well.
      """,
    advice: """
      Log the whole 4096-byte sector as a data descriptor where only a part of it becomes zero. In \
      a recovery, check offset and length, with overflow, before the first write.
      """)

  package static let e10 = Rule(
    "E10", .unusable, source: "[MS-VHDX] 2.3.1.4",
    promise: "data sectors have their signature and their entry's number",
    failure: "a data sector is not its entry's",
    explanation: """
      A data sector begins with "data" and carries its entry's sequence number in two halves, at \
      bytes 4 and 4092, so that a torn sector, or one from an earlier lap of the ring, shows. If \
      one does not fit, the entry is not valid. The rule is broken by an entry that was flushed \
      whole like this, or by a recovery that used one or noticed it only in the middle of replay, \
      with a part of the log already in place.
      """,
    example: """
      The writer copies 4088 bytes of the update to byte 8, four too many, over the lower half of \
      the number. Entry 7 is flushed, the power fails, and no reader accepts it.
      """,
    advice: """
      Copy bytes 8 to 4091 of the update and nothing else; the first 8 and the last 4 go into the \
      descriptor. In a recovery, check every data sector of the run before the first write. The \
      report gives the sector's byte and both numbers.
      """)

  package static let e11 = Rule(
    "E11", .unusable, source: "[MS-VHDX] 2.2.1/2.3",
    promise: "descriptors touch neither the headers nor the log",
    failure: "a descriptor changes what a log must not change",
    explanation: """
      The log must not change the first 192 KiB of the file, which hold the identifier and the \
      headers, nor the log itself. The specification does not say so in these words, but replay \
      reads headers and log while it writes: a descriptor that changes them takes away what a \
      second power cut would need. Powercut treats an entry with such a target as invalid; the \
      region tables, from 192 KiB on, may be logged.
      """,
    example: """
      Entry 4 carries a new first header, with LogGuid zero and a higher number, and entries 5 and \
      6 follow. The power fails again when replay has copied entry 4: the header says that there \
      is nothing to replay, and entries 5 and 6 are lost.
      """,
    advice: """
      Write headers in place, always into the slot that is not current, and never log them. In a \
      recovery, refuse such targets before the first write. The report gives the descriptor's byte \
      and its target.
      """)

  package static let e12 = Rule(
    "E12", .dataLost, source: "[MS-VHDX] 2.3.1.1",
    promise: "FlushedFileOffset was stable, and LastFileOffset holds every structure",
    failure: "a log entry promises a wrong file length",
    explanation: """
      FlushedFileOffset promises how long the file is after any power cut: where it is more than \
      was stable when the entry was written, recovery refuses a healthy image. LastFileOffset is \
      how long replay makes the file: where a structure ends past it, a block can lie outside the \
      file. Cutting the file below what the newest stable entry promises breaks the rule, too, and \
      so does a log whose replay would need more than 128 TiB. FlushedFileOffset is judged only \
      where the recording tells the file's length, as Powercut's own recorder does.
      """,
    example: """
      The file is extended from 8 to 16 MiB and not flushed; a log entry, written with FUA, says \
      FlushedFileOffset 16 MiB. The power fails, the file has 8 MiB, and every reader refuses it \
      as cut short.
      """,
    advice: """
      Raise FlushedFileOffset only after the flush that follows the growth, and LastFileOffset in \
      the entry that uses the new space. To shrink, log the smaller FlushedFileOffset, flush, and \
      only then truncate. The report gives the entry, its value and what was true.
      """)
}

/// H: the headers of a VHDX image.
extension Rule {
  package static let ofHeaders = [
    h01, h02, h03, h04, h05, h06, h07, h08, h09, h10, h11, h12, h13, h14, h15, h16, h17, h18,
  ]

  package static let h01 = Rule(
    "H01", .unusable, source: "[MS-VHDX] 2.2.1",
    promise: "the file starts with \"vhdxfile\"",
    failure: "the file identifier is wrong",
    explanation: """
      Every VHDX file begins with the eight bytes "vhdxfile", by which programs recognize it. They \
      are written once, when the image is created; there is no second copy and no log that could \
      put them back. With these bytes gone the image is not opened, whatever the rest of it holds.
      """,
    example: """
      Somebody partitions the image file instead of the disk inside it. A boot sector replaces \
      bytes 0 to 511, and every program says that this is no VHDX file.
      """,
    advice: """
      Find out who wrote there: in a log of the file's writes H02 names the entry. `powercut \
      inspect IMAGE` still shows the rest of the file as long as both headers have their \
      signatures.
      """)

  package static let h02 = Rule(
    "H02", .format, source: "[MS-VHDX] 2.2.1",
    promise: "the first 64 KiB are never written after creation",
    failure: "the file identifier was written",
    explanation: """
      The first 64 KiB hold the file identifier, of which there is one copy, outside the log. It \
      is written at creation and never again, because nothing can repair it if a power cut \
      interrupts a write there, even one with the same bytes. Judged from a log of writes to an \
      image that was there before the first entry; any write or discard that touches these bytes \
      counts.
      """,
    example: """
      At every opening a writer puts its name into the creator field, bytes 8 to 519. One of these \
      writes is cut off, sector 0 cannot be read afterwards, and the signature before the name is \
      lost with it.
      """,
    advice: """
      Write headers as 4 KiB at 64 KiB and at 128 KiB, and nothing before them. The report names \
      the entry and its range; a long one that begins at 0 comes from a buffer for the whole \
      header area, or from a write to the file instead of the disk.
      """)

  package static let h03 = Rule(
    "H03", .unusable, source: "[MS-VHDX] 2.2.2",
    promise: "at least one header is valid",
    failure: "no header is valid",
    explanation: """
      The two headers say where the log is and whether it has to be replayed, and nothing else in \
      the image can be trusted before one of them was read. A header is valid with its signature \
      and a checksum over its 4096 bytes. An update puts only one of them in danger, so that a \
      power cut leaves the other; with none the image cannot be opened. One damaged header beside \
      a valid one does not break this rule.
      """,
    example: """
      A writer overwrites both headers and then flushes once. The power fails before the flush, \
      both writes are torn, and both checksums are wrong.
      """,
    advice: """
      Look for H12 and H10 in the same report: they name the entries that put both headers in \
      danger. Without a power cut, look at the checksum: CRC-32C over all 4096 bytes, its own \
      field taken as zero. `powercut inspect IMAGE` says of each header why it is not valid.
      """)

  package static let h04 = Rule(
    "H04", .unusable, source: "[MS-VHDX] 2.2.2",
    promise: "one header is current: their sequence numbers differ",
    failure: "no header is current",
    explanation: """
      The current header is the valid one with the larger sequence number. Where both are valid \
      and have the same number the specification does not say which counts, and programs differ: \
      some refuse the image, some take the first header, some the second. If only one of them \
      names a log, the same file is two different disks. Powercut reports equal numbers even where \
      the two headers are the same bytes, which QEMU accepts.
      """,
    example: """
      A writer notes number 7 when it opens the image and uses 8 for both of its updates. Header 2 \
      names a log, header 1, written later, does not: one program replays the log, and another \
      takes it for empty.
      """,
    advice: """
      Take the number from the header that is current now, and add one for each header written, \
      for the second copy of an update too. `powercut inspect IMAGE` shows both numbers; in a log \
      of writes H11 names the entry with the wrong one.
      """)

  package static let h05 = Rule(
    "H05", .unusable, source: "[MS-VHDX] 2.2.2",
    promise: "the current header has version 1",
    failure: "the version is unknown",
    explanation: """
      Version 1 is the only version of VHDX that exists. A program that finds another one in the \
      current header must not open the image, since it cannot know what the fields mean. A header \
      that is not current is not looked at, so a wrong version can stay unnoticed until its header \
      becomes current: at the next opening, or after a power cut. A recovery that opens such an \
      image breaks the rule, too.
      """,
    example: """
      A writer builds each header in fresh memory and sets Version in the first slot only. After \
      the next update header 2, with version 0, is current, and an image that worked all day does \
      not open in the morning.
      """,
    advice: """
      Look at the code that builds a header: it should begin with a copy of the current one and \
      change only what is meant to change. Version is the two bytes at offset 66 of a header; the \
      report gives their place in the file and what they hold.
      """)

  package static let h06 = Rule(
    "H06", .unusable, source: "[MS-VHDX] 2.2.2",
    promise: "the log version is 0, or there is no log",
    failure: "the log version is unknown",
    explanation: """
      LogVersion says how the log is to be read, and 0 is the only known value. While LogGuid is \
      set the log holds changes that have to be replayed before anything else is read; with an \
      unknown version nobody can do that, and the image is refused. With a LogGuid of zero there \
      is nothing to replay, and the version does not matter.
      """,
    example: """
      A writer marks its own layout of entries with LogVersion 1 and is killed with entries in the \
      log. Every other program refuses the image, and the flushed changes in its log with it.
      """,
    advice: """
      Write 0 at offset 64 of every header. An image in this state can be opened only by the \
      program that wrote its log; to mark something of your own, use an optional region or \
      metadata item.
      """)

  package static let h07 = Rule(
    "H07", .unusable, source: "[MS-VHDX] 2.2.2",
    promise: "the log's place is in whole MiB, behind the first and inside of the file",
    failure: "the log's place is impossible",
    explanation: """
      LogOffset and LogLength say where the log is: in whole MiB, after the first MiB, inside the \
      file, and not empty while LogGuid is set. A reader that followed a wrong place would find no \
      entries, or take other bytes for entries, so it has to refuse, and what waits in the log is \
      lost with the image. A length of 0 is allowed where LogGuid is zero.
      """,
    example: """
      A new image gets a log of 1 MiB at 1 MiB, and its header is flushed before the file is made \
      longer than 1 MiB. The power fails: the header is there and the length is not, so the log \
      lies past the end of the file.
      """,
    advice: """
      Make the file long enough and flush that before a header names the place, and move or resize \
      a log only while it is empty. The report gives the field's byte and value; `powercut inspect \
      IMAGE` shows the log's place and the length of the file.
      """)

  package static let h08 = Rule(
    "H08", .dataWrong, source: "[MS-VHDX] 2.2.2/2.2.3.2",
    promise: "the log is apart from regions and blocks",
    failure: "the log lies on something else",
    explanation: """
      The log shares no byte with a region or with a block of the disk. Its ring is overwritten \
      all the time, so an overlap destroys metadata or guest data in normal operation, and a \
      replay after a power cut can overwrite the very log that it reads. The log is compared with \
      the region table and with every used entry of the block table, as they are once the log is \
      replayed.
      """,
    example: """
      The allocator gives 3 MiB to 5 MiB to a new block of 2 MiB, and the log is at 4 MiB. The \
      next log entry at the start of the ring lands in the middle of that block.
      """,
    advice: """
      Let the allocator work from one list of all that is occupied, the log included, and build it \
      at opening from headers, region table and block table. The report names the structure and \
      gives both ranges; `powercut inspect IMAGE --entries` lists all blocks.
      """)

  package static let h09 = Rule(
    "H09", .advice, source: "[MS-VHDX] 2.2.2",
    promise: "reserved bytes of a header are zero",
    failure: "reserved bytes of a header are set",
    explanation: """
      Bytes 80 to 4095 of a header are reserved: a writer puts zeroes there, and readers ignore \
      them. Other bytes harm nobody today, but a later version may give them a meaning, and they \
      often show that a header was built over memory that was not cleared. This is advice: \
      `powercut check IMAGE` mentions it, it fails nothing, and the crash states of a log are not \
      judged by it.
      """,
    example: """
      A writer takes a buffer that held a log entry, fills in the first 80 bytes and writes it as \
      header 1. The other 4016 bytes are still those of the log entry.
      """,
    advice: """
      Clear all 4096 bytes before the fields are set. The note in the report names the first byte \
      that is set; what the file holds there often shows where it came from.
      """)

  package static let h10 = Rule(
    "H10", .unusable, source: "[MS-VHDX] 2.2.2.1",
    promise: "a header is written only into the slot that is not current",
    failure: "the current header was overwritten",
    explanation: """
      An update overwrites the header that is not current. The current one stays whole until the \
      new one is stable, because it is what a power cut falls back to. Overwritten in place and \
      torn, it leaves the older header to be current, which may name another log or none. Judged \
      from a log of writes, and from what a recovery does to the headers.
      """,
    example: """
      Header 1 has number 9, header 2 number 8. The writer sets LogGuid by overwriting header 1 in \
      place, and the write is torn: header 2 becomes current and says that the log is empty, so \
      nothing is replayed.
      """,
    advice: """
      Choose the slot from the two sequence numbers at every update, not from a variable that is \
      set at opening and goes stale when an update fails. The report names the entry and the \
      number that was current in that slot.
      """)

  package static let h11 = Rule(
    "H11", .unusable, source: "[MS-VHDX] 2.2.2.1",
    promise: "each header has the next sequence number and is flushed before what depends on it",
    failure: "a header update is out of order",
    explanation: """
      A new header is valid as written, has the current number plus one, and is flushed before \
      anything that relies on it. With a wrong number nobody can tell later which header is newer, \
      and a change that persists before the header that announces it makes no sense after a power \
      cut. In a log of writes three things are looked at: validity, number, and that the header \
      which names the log is stable before logged sectors go to their places; the rest is left to \
      H13, H14, H16 and S05. In a recovery, any write after an unflushed header counts.
      """,
    example: """
      Header 2 names the log with number 12 and is not flushed, and a logged sector of the block \
      table is written in place. The power fails: the sector is torn, header 2 is lost, and header \
      1 with number 11 says that there is no log to repair it from.
      """,
    advice: """
      Put a flush after every header write, and take the number from the header that is current \
      now. A report about a number or an invalid header names one entry; one about a write that \
      came too early names that write and the last FLUSH before it.
      """)

  package static let h12 = Rule(
    "H12", .unusable, source: "[MS-VHDX] 2.2.2.1",
    promise: "the two headers are never both unstable",
    failure: "both headers were unstable at once",
    explanation: """
      Only one of the two headers may be written between two flushes. A power cut can tear or lose \
      every write since the last flush; if both headers are among them, none may be left that is \
      valid, and then the image does not open, flushed data included. A flush between the two \
      writes, or FUA on the first, keeps one of them whole at every moment. Judged from a log of \
      writes, and from what a recovery does to the headers.
      """,
    example: """
      Header 1 is written with number 5, header 2 with number 6, and then comes one flush for \
      both. The power fails before it, both writes are torn, and no header has a valid checksum.
      """,
    advice: """
      Flush between the two header writes of an update, even if both slots get the same contents. \
      The report names both entries and the last FLUSH before them; look for a helper that writes \
      both copies in one go, or for a flush whose error is ignored.
      """)

  package static let h13 = Rule(
    "H13", .format, source: "[MS-VHDX] 2.2.2",
    promise: "the first change of a session is a header with a new FileWriteGuid",
    failure: "the file was changed before its header said so",
    explanation: """
      FileWriteGuid tells whoever keeps a copy or a cache of the file whether it has changed. So \
      the first change of a session, replay included, is a header with a new value, and that \
      header is stable before anything else is changed. Otherwise a power cut leaves a changed \
      file under its old identity. Where the log has no marks of a client, a second new \
      FileWriteGuid counts as the start of a session.
      """,
    example: """
      A session writes into a block at once and updates the header later. The power fails in \
      between: the contents have changed, and a backup program that compares FileWriteGuid skips \
      the file.
      """,
    advice: """
      Write and flush the header on the way to a session's first change, before blocks, log or \
      file length are touched, and fail that change if the update fails. The report names the \
      first change, and the header write if there was one that was not flushed.
      """)

  package static let h14 = Rule(
    "H14", .dataWrong, source: "[MS-VHDX] 2.2.2",
    promise: "DataWriteGuid is new before the first change that the guest can see",
    failure: "the disk was changed under an old DataWriteGuid",
    explanation: """
      DataWriteGuid stands for the contents as the guest sees them, and a differencing child keeps \
      its parent's to recognize it. It has to be new, and stable, before a session's first change \
      that the guest can see: a write to a block that is mapped, or a change of the block table. \
      If the power fails in between, a changed parent still fits its child, whose blocks were made \
      for the old contents.
      """,
    example: """
      A session overwrites sector 40 of a parent in place and means to set a new DataWriteGuid \
      when it closes. The power fails before that; the child opens over a sector 40 that it was \
      never made for.
      """,
    advice: """
      Set DataWriteGuid in the same header update as FileWriteGuid when the first write of the \
      guest arrives, and flush it before that write goes out. The report names the first visible \
      change and, where there is one, the header write that was not flushed by then.
      """)

  package static let h15 = Rule(
    "H15", .format, source: "[MS-VHDX] 2.2.2.1 SHOULD",
    promise: "DataWriteGuid stays where the guest sees no change",
    failure: "DataWriteGuid changed without a visible change",
    explanation: """
      A new DataWriteGuid says that the guest's data has changed, and every child made for the old \
      one then refuses this parent. So it stays where the guest sees no change: when a log is only \
      replayed, and in a session whose client asks for no change and closes. The specification \
      only says SHOULD; here it fails like any other rule. Judged from a log of writes, and for \
      every recovery.
      """,
    example: """
      After a power cut an image is opened once to have its log replayed, and gets a new \
      DataWriteGuid. The differencing disk above it still names the old value, and cannot be \
      opened any more.
      """,
    advice: """
      Keep the two values apart: FileWriteGuid for any change of the file, DataWriteGuid for the \
      guest's first visible one, and leave the latter alone in the code that replays. The report \
      has the value before and after. QEMU 7.2.22 is known to break this rule when it replays \
      (docs/recovery-differences.md).
      """)

  package static let h16 = Rule(
    "H16", .dataWrong, source: "[MS-VHDX] 2.2.2",
    promise: "LogGuid is new and not zero before log space is overwritten",
    failure: "the log was overwritten under an old LogGuid",
    explanation: """
      Log entries count only with the LogGuid of the current header. When a log is given up, its \
      space may be overwritten only once the header that takes the old LogGuid away is stable; \
      otherwise a power cut brings the old name back, for a ring with holes in it, and changes \
      that were only in the log are lost or the image is refused. Only that is judged: entries \
      overwritten before that header is flushed. The first entry of a new log may be written while \
      LogGuid is still zero.
      """,
    example: """
      A writer takes LogGuid out of header 1, does not flush, and begins a new log at the start of \
      the ring. The power fails; the new entry persisted, the header did not, and the old LogGuid \
      names a run whose first entry is gone.
      """,
    advice: """
      Flush the header that clears or replaces LogGuid before the next write into the ring. The \
      report names that header write and the log entry that was overwritten; look for code that \
      relies on the flush of the new entry to cover the header as well.
      """)

  package static let h17 = Rule(
    "H17", .dataWrong, source: "[MS-VHDX] 2.2.2",
    promise: "a LogGuid is used by one session only",
    failure: "a LogGuid was used again",
    explanation: """
      LogGuid keeps the entries of one log apart from those of all earlier ones, which stay in the \
      ring until they are overwritten. If a value is used again, old entries are valid again, and \
      a replay after a power cut can put long outdated metadata over the current one. A value \
      counts as used if the header had it before the first entry of the log of writes, or if it \
      occurs in that log; values from before the recording are not known.
      """,
    example: """
      Session 1 logs under one GUID and closes, and session 2 uses the same one for two entries. \
      The power fails, and the search finds a run of session 1's entries with higher numbers and \
      replays that.
      """,
    advice: """
      Draw a fresh random LogGuid each time an empty log gets its first entry, and do not keep it \
      after closing. The report names the GUID and the header or entry where it comes back; a \
      fixed seed or an image copied from a template are the other usual causes.
      """)

  package static let h18 = Rule(
    "H18", .advice, source: "[MS-VHDX] 2.2.2.1 SHOULD",
    promise: "at idle both slots hold the same contents",
    failure: "the two headers hold different contents",
    explanation: """
      While nobody writes, both headers should say the same but for their sequence numbers, so \
      that either can be lost. If they differ, losing the current one falls back to an older \
      LogGuid, log place or DataWriteGuid. For an image with an empty log this is advice: \
      `powercut check IMAGE` mentions it, and it fails nothing. It is a failure where a recovery \
      leaves two different headers after its replay, and where a session closes with an empty log \
      and the other header still names one.
      """,
    example: """
      A clean close takes LogGuid out of header 1 and stops there. A year later the sector of \
      header 1 cannot be read, header 2 is current, and a host that opens the image read-only \
      refuses it, because its log is to be replayed.
      """,
    advice: """
      Repeat each update for the other slot, with the next number and a flush in between (H12). \
      The report names the header that is behind, and `powercut inspect IMAGE` shows both.
      """)
}

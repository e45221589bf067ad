/// D: what the client was promised.
extension Rule {
  package static let ofClient = [
    d01, d02, d03, d04, d05, d06, d07, d08, d09, d10, d11,
  ]

  package static let d01 = Rule(
    "D01", .dataLost, source: "docs/crash-model.md",
    promise: "every sector holds its last flushed version or a later one",
    failure: "a flushed version is gone",
    explanation: """
      When a flush is acknowledged, everything that had been acknowledged before the flush was \
      submitted must survive any later power cut. After recovery each sector of 512 bytes has to \
      hold that version or a later one; an older version, or zeroes, is a loss that the client \
      cannot notice. A flushed change of the disk's length is covered too. For SQLite the rule is \
      about commits: the database must not hold fewer of them than were acknowledged.
      """,
    example: """
      Block 3 holds A. A write of B to it is acknowledged, then a flush; the power fails, and \
      after recovery block 3 holds A.
      """,
    advice: """
      Look for the place where a flush is answered before everything it covers is stable: data \
      still in a cache or a queue, or a table entry, a length or a name that leads to the data. \
      The report names the write, the flush and the crash state; `powercut bisect LOG --rule D01` \
      names the write whose loss does it.
      """)

  package static let d02 = Rule(
    "D02", .dataWrong, source: "docs/crash-model.md",
    promise: "a sector holds one whole version",
    failure: "a sector holds a mixture",
    explanation: """
      A sector is written whole or not at all: 512 bytes come from one version. A mixture is \
      nobody's data, and a program that relies on whole sectors for a journal header or a commit \
      record cannot tell that it is damaged. Mixtures are recognized in what Powercut's own \
      clients write, which says who wrote it; in other contents a mixture is reported under \
      another D rule. For SQLite the rule is about transactions: the rows must be those after some \
      number of whole commits.
      """,
    example: """
      Sector 9 holds A and is rewritten with B, and the format moves its block in pieces of 256 \
      bytes. The power fails: the first half of the sector is B, the second half A.
      """,
    advice: """
      Look for read-modify-write of partial sectors, and for copies in pieces that are shorter \
      than a sector or begin within one. The report shows the first bytes and the operation that \
      they claim to be of; `powercut bisect LOG --rule D02` names the write that does it.
      """)

  package static let d03 = Rule(
    "D03", .dataWrong, source: "docs/crash-model.md",
    promise: "a sector never shows another sector's data",
    failure: "a sector shows foreign data",
    explanation: """
      A sector may hold what was written to that sector, or what it held before the first \
      operation. Anything else was written elsewhere, belonged to the block's earlier owner or was \
      written by nobody, and the client takes it for its own: corruption, and perhaps disclosure. \
      Formats break this where the pointer to a block becomes durable before the block's contents, \
      or where a freed block is handed out before its release is durable.
      """,
    example: """
      A discard frees a block, and it is given to another part of the disk. At the power cut the \
      new table entry is on the disk and the new data is not, so sector 100 shows what sector 900 \
      held.
      """,
    advice: """
      Put the writes in order: contents, flush, then the table entry that makes them reachable; \
      and use freed space again only once the entry that frees it is stable. The report names the \
      operation whose data shows up and, where the contents tell, the place it was written for.
      """)

  package static let d04 = Rule(
    "D04", .dataWrong, source: "docs/crash-model.md",
    promise: "a flushed write-zeroes or discard reads as it was promised",
    failure: "flushed zeroes are gone",
    explanation: """
      A write-zeroes that was acknowledged and flushed reads as zeroes after every power cut, and \
      so does a discard whose target promises zeroes. Old data that comes back leaks what was \
      deleted, and breaks programs that zero an area before they build structures in it. A discard \
      that promises nothing, such as NBD's trim, may leave zeroes, or any version that the sector \
      had, until it is written again.
      """,
    example: """
      Sectors 0 to 7 hold A. A write-zeroes over them and a flush are acknowledged; the power \
      fails, and sector 4 reads A again.
      """,
    advice: """
      Check that zeroing takes the same path as a write: the table entry that says zero has to be \
      stable before the flush is answered, and a block state whose contents are undefined must not \
      stand for zeroes. The report says what the sector holds instead; `powercut bisect LOG --rule \
      D04` names the lost write.
      """)

  package static let d05 = Rule(
    "D05", .dataLost, source: "docs/crash-model.md",
    promise: "an acknowledged FUA write is present",
    failure: "an acknowledged FUA write is gone",
    explanation: """
      FUA makes a single write durable without a flush: once it is acknowledged it survives every \
      power cut, whatever becomes of the writes around it. That includes all that is needed to \
      find it again, not its data alone. Databases and file systems use FUA for commit records, so \
      a lost one undoes a commit that was already reported.
      """,
    example: """
      A FUA write of one sector allocates a new block; the data is synced and the write is \
      acknowledged. The table entry follows later, the power fails in between, and the sector \
      reads as zeroes.
      """,
    advice: """
      Follow the FUA path to the point where it answers: table entry, file length and log entry \
      have to be stable by then as well, by FUA of their own or by a flush. `powercut inspect LOG \
      --entries` shows whether the write reached the file with FUA or a flush at all; some layers \
      drop the flag.
      """)

  package static let d06 = Rule(
    "D06", .dataLost, source: "docs/crash-model.md",
    promise: "after a clean close everything acknowledged is present and nothing needs recovery",
    failure: "an acknowledged write is gone, or recovery is needed, after a clean close",
    explanation: """
      Once a close is acknowledged, everything that was acknowledged is there at every later cut, \
      flushed or not, and an image opens with nothing to replay. People copy and move a file after \
      a clean close without a thought of recovery. The rule is broken where data is gone that only \
      the close made durable (what a flush covered is D01, D04 or D05), and where a VHDX image \
      needs recovery right after it was closed.
      """,
    example: """
      A write of A is acknowledged, no flush is sent, and the close is acknowledged. The power \
      fails a second later, and A is gone, because closing flushed nothing.
      """,
    advice: """
      Closing has to do what a flush does, bring everything to its place, mark the log as empty, \
      flush again, and report an error of any of these. Look at the last entries before the close; \
      `powercut replay LOG --at N --output IMAGE` and `powercut inspect IMAGE` show whether the \
      image's log was empty there.
      """)

  package static let d07 = Rule(
    "D07", .dataLost, source: "docs/crash-model.md",
    promise: "an error is reported to the client, and loses nothing that was acknowledged",
    failure: "an acknowledged write was lost by an error, reported or not",
    explanation: """
      An I/O error may fail the operation that meets it and nothing else: what was made durable \
      before or beside it is still owed to the client. An error that the client is not told of is \
      worse, because it goes on as if all were well. A loss is reported here instead of under D01 \
      or D04 to D06 where another operation on the same sector failed during or after the write \
      that is gone, or where, in a simulated run, an error of the device was never reported.
      """,
    example: """
      A write to block 5 allocates it and fails with EIO while the table entry is logged; the \
      client is told. A second write to block 5 succeeds and is flushed, but the block stays \
      without a table entry, and after the cut the data is gone.
      """,
    advice: """
      Read the error paths: what was changed in memory before the failing step has to be undone, \
      unless somebody else has used it since, or the step has to be repeated before the next flush \
      is answered. The report shows the write that is gone; the operation that failed is in the \
      run's timeline. `device: { failing: [N] }` in a scenario repeats the error.
      """)

  package static let d08 = Rule(
    "D08", .dataWrong, source: "docs/crash-model.md",
    promise: "recovering twice, or again after a cut, gives the same disk",
    failure: "recovery is not repeatable",
    explanation: """
      The power can fail again while an image is recovered, so recovery must be safe to begin \
      again: whatever of it persisted, the next one ends with the same bytes, and recovering a \
      recovered image changes nothing. Otherwise what the disk holds depends on how often the \
      power failed. The recovery that is judged is Powercut's own, in the chosen profile; second \
      cuts are tried with --states recrash and for made-up dirty images. A new sequence number or \
      FileWriteGuid does not count as a difference.
      """,
    example: """
      Recovery copies three logged sectors into place and takes LogGuid out of the header without \
      a flush in between. The power fails; the header persisted and one sector did not, so the \
      second recovery finds an empty log and leaves the old sector there.
      """,
    advice: """
      Make each step of a recovery an overwrite that can be done again, keep the log valid until \
      all of its changes are flushed, and give it up only then. The report says after how many of \
      recovery's changes the power failed again, which were lost, and what differs; `powercut \
      recover IMAGE --dry-run` says what recovering an image of the first state would do.
      """)

  package static let d09 = Rule(
    "D09", .unusable, source: "docs/crash-model.md",
    promise: "an image that was usable before the cut opens after it",
    failure: "the image does not open after the cut",
    explanation: """
      An image that could be opened before the power failed opens after it, in every crash state, \
      and opening it comes to an end. Refusing is an answer to damage, and a power cut alone is no \
      damage; it costs the whole disk, flushed data included. States from before the image was \
      durably created do not count. Also reported where QEMU's tools cannot open a state of a \
      qcow2 image, and where a session of a simulated run cannot open what the one before it left.
      """,
    example: """
      The newest entry of the image's log was being written when the power failed, so its checksum \
      is wrong. The program takes that for corruption and refuses the image, although the entries \
      before it are complete.
      """,
    advice: """
      The refusal in the report names the structure. Either the writer leaves moments without a \
      valid one (both headers in flight, a log named before it has an entry), or the recovery \
      takes an unfinished write for damage. `powercut bisect LOG --rule D09` names the write; \
      `powercut recover IMAGE --dry-run` explains an image of that state.
      """)

  package static let d10 = Rule(
    "D10", .dataLost, source: "docs/crash-model.md",
    promise: "the recovered image accepts new writes, and they survive the next cut",
    failure: "the recovered image does not take new writes",
    explanation: """
      An image can open and read well after a power cut and still be useless for writing. So a \
      recovered VHDX image is put to use: a writer opens it, writes to up to three blocks and \
      flushes, everything unflushed is lost, and after one more recovery the new data must be \
      there. That writer is Powercut's own model, in the chosen profile, and not your program. \
      States that lead to the same blocks are tried once, and images with more than 64 MiB of \
      structures are left out.
      """,
    example: """
      A cut leaves LogGuid set and no entry in the log. The image opens and checks clean, and the \
      first write that needs a new block is answered with an error, as is every one after it.
      """,
    advice: """
      Look at what the recovered image still claims: a log name without entries, a table entry \
      that points past the end of the file, two blocks at one place. `powercut replay LOG --state \
      STATE --output IMAGE` writes the state that the report names, and `powercut check IMAGE` \
      says what is wrong with it.
      """)

  package static let d11 = Rule(
    "D11", .dataWrong, source: "docs/crash-model.md",
    promise: "a read returns what each of its sectors may have held between its begin and its end",
    failure: "a read returned what it must not",
    explanation: """
      This rule is about reads while nothing fails. Each 512-byte sector that a read returns holds \
      a version (the original contents, or a write submitted before the read ended) that no later \
      write had replaced by the time the read began; and once a read has returned a version, no \
      later read returns an older one. Two sectors of one read may differ in age, and a read that \
      failed is not judged. It needs a log that says what reads returned, as Powercut's own \
      clients leave it; `record` and `serve` do not record reads.
      """,
    example: """
      A write of B to sector 6 is acknowledged. A read that begins afterwards finds the block's \
      old place in a cached table and returns A.
      """,
    advice: """
      Look at cached tables and blocks that are consulted before a lock is taken, and at new \
      blocks that can be read before they are zeroed or filled. The report names the read and what \
      it returned, the write that it should have returned at least, and any earlier read that had \
      already shown it.
      """)
}

/// B: the block allocation table of a VHDX image.
extension Rule {
  package static let ofBlockTable = [
    b01, b02, b03, b04, b05, b06, b07, b08, b09, b10, b11,
  ]

  package static let b01 = Rule(
    "B01", .unusable, source: "[MS-VHDX] 2.5",
    promise: "the block table has room for all its entries",
    failure: "the block table is too small",
    explanation: """
      The block allocation table (BAT) has an entry of 8 bytes for every payload block and one for \
      a bitmap block after every chunk, up to the last payload block or, with a parent, in whole \
      chunks. If its region is too short for that, or the file ends before the last entry, blocks \
      at the end of the disk have no place where they could be entered. What was flushed there \
      cannot be found again.
      """,
    example: """
      A disk of 1 MiB blocks grows from 100 to 200 GiB. Its table's region has 1 MiB, enough for \
      131,072 entries, and now needs 204,849: more than a third of the disk has no entries.
      """,
    advice: """
      Count with the chunk ratio, 2^23 times the logical sector size divided by the block size, \
      and do not forget the bitmap entries, which a disk without a parent has too. A resize must \
      make the region larger before, or in the same log entry as, the disk. The report gives the \
      bytes that are needed and those that are there.
      """)

  package static let b02 = Rule(
    "B02", .unusable, source: "[MS-VHDX] 2.5.1",
    promise: "a block table entry's reserved bits are zero",
    failure: "reserved bits of a block table entry are set",
    explanation: """
      Of a block table (BAT) entry, bits 0 to 2 are the state and bits 20 to 63 the place in MiB; \
      bits 3 to 19 must be zero. Readers that mask these bits go on with a place that is most \
      likely wrong as well, and strict ones, Powercut's among them, refuse the image. The table \
      has no checksum, so this is one of the few ways a damaged entry shows.
      """,
    example: """
      Block 5 is put at byte 8,392,704, which is 8 MiB and 4 KiB, and this number is combined with \
      state 6. Bit 12 is set, and every reader looks for the block at 8 MiB, 4096 bytes before its \
      data.
      """,
    advice: """
      Look at the allocator: it may hand out whole MiB only. The report gives the entry's index, \
      its byte and its value; `powercut bisect LOG --rule B02` names the write that brought it.
      """)

  package static let b03 = Rule(
    "B03", .unusable, source: "[MS-VHDX] 2.5.1.1",
    promise: "a payload block's state is known and fits the disk",
    failure: "a payload block's state is impossible",
    explanation: """
      A payload block's state is 0 to 3, 6, or, on a disk with a parent, 7 (partially present); 4 \
      and 5 are reserved. Any other state says neither where the block's bytes are nor that there \
      are none, and a reader that guesses returns old data or zeroes for what was flushed. The \
      table has no checksum, so an impossible state is often all that shows of an update that went \
      wrong.
      """,
    example: """
      A program with snapshots marks a half-written block with state 7 on a disk that has no \
      parent. After the power cut nobody can say where the other half of it should come from.
      """,
    advice: """
      Find the code that writes this state; 7 needs HasParent. The report gives the entry's index, \
      its raw value and the states that are allowed; `powercut bisect LOG --rule B03` names the \
      first write that shows it.
      """)

  package static let b04 = Rule(
    "B04", .unusable, source: "[MS-VHDX] 2.5.1.2",
    promise: "a bitmap block's state is known and fits the disk",
    failure: "a bitmap block's state is impossible",
    explanation: """
      After the entries of each chunk the block table (BAT) has one for the chunk's bitmap block, \
      and its state may be 0 or, with a parent, 6. Another state there mostly means that block \
      numbers were turned into indices without counting these entries, and then all later blocks \
      are looked for in the wrong entry as well. With a parent, a lost bitmap leaves open which \
      sectors are the child's.
      """,
    example: """
      With 512-byte sectors and blocks of 32 MiB a chunk has 128 blocks. The writer enters block \
      128 at index 128, which is the bitmap's; it belongs at 129. Readers find an impossible \
      bitmap, and block 128 not present.
      """,
    advice: """
      The index of block b is b plus b divided by the chunk ratio, rounded down. `powercut inspect \
      IMAGE --entries` lists every used entry with the block or bitmap that it stands for.
      """)

  package static let b05 = Rule(
    "B05", .dataLost, source: "[MS-VHDX] 2.5.1",
    promise: "a present block lies behind the first MiB and inside of the file",
    failure: "a present block lies outside of the file",
    explanation: """
      A present block, payload or bitmap, begins at 1 MiB or later and ends inside the file, as \
      replay of the log leaves it. An entry that points past the end names bytes that the file \
      does not have: reads fail or give zeroes, and many programs refuse the whole image. After a \
      power cut the usual cause is that the entry came back from the log and the file's growth did \
      not.
      """,
    example: """
      Block 9 goes to 40 MiB. Its log entry is flushed with LastFileOffset 40 MiB; the file is \
      extended to 41 MiB after that, and the power fails before the next flush. Replay brings the \
      table entry back and leaves the file at 40 MiB.
      """,
    advice: """
      Let LastFileOffset cover everything that its entry makes reachable (E12 names the entry that \
      does not). `powercut bisect LOG --rule B05` names the write; compare the block's place with \
      the file's length, which are both in the evidence.
      """)

  package static let b06 = Rule(
    "B06", .dataWrong, source: "[MS-VHDX] 2.5.1",
    promise: "blocks are apart from each other and from everything else",
    failure: "a block lies on something else",
    explanation: """
      Every block has its bytes to itself: apart from other blocks and from the regions. Where two \
      share bytes, writing one destroys the other, and nobody notices, because payload has no \
      checksum. A block on the log is reported as H08; an undefined or unmapped block that keeps a \
      place must not name the place of another block.
      """,
    example: """
      Block 3 at 12 MiB is unmapped and its place given to block 700, whose entry is in another \
      sector of the table. The log entry for block 700 is stable, the one for block 3 is not: \
      after the power cut both are at 12 MiB, and the guest finds block 700's data in block 3.
      """,
    advice: """
      A place may be given away only when the log entry that frees it is stable. The report shows \
      both table entries and where they point; `powercut bisect LOG --rule B06` names the write \
      after which they met.
      """)

  package static let b07 = Rule(
    "B07", .dataWrong, source: "[MS-VHDX] 2.5.1.2",
    promise: "a partially present block has its bitmap",
    failure: "a partially present block has no bitmap",
    explanation: """
      State 7 says that some sectors of a block are in this file and the others in the parent, and \
      only the chunk's bitmap block says which. Without it a reader must guess, and gives the \
      guest the parent's old sectors or bytes that were never written. Of each chunk the first \
      such block is reported.
      """,
    example: """
      The first write to a chunk sets block 4 to state 7 with one log entry and enters the chunk's \
      bitmap with the next. The power fails when only the first of the two is stable.
      """,
    advice: """
      Enter the bitmap before the block or in the same log entry, and log the bitmap's own \
      sectors, too. The report names the chunk, and the table entries of the block and of the \
      bitmap.
      """)

  package static let b08 = Rule(
    "B08", .dataWrong, source: "[MS-VHDX] 2.5.1.1",
    promise: "a ZERO block reads as zeroes, a present one as its bytes",
    failure: "a block does not read as its state says",
    explanation: """
      What a block returns follows from its state: ZERO reads as zeroes, whatever stands at the \
      place in its entry, and a fully present block as its bytes, whatever a bitmap says. This \
      rule has no judge yet, and reports list it among those that were not judged. What is judged \
      instead is what a recovered disk returns, as Powercut reads it, against what its client was \
      promised (D01 to D04).
      """,
    example: """
      Block 2 becomes ZERO and keeps 9 MiB as its place. A driver that looks at the place first \
      returns what was there before.
      """,
    advice: """
      No report says that B08 is broken. To test your own reader, give it the crash states: \
      `powercut check LOG --as vhdx --command 'CHECKER {image}'` with a checker that opens the \
      image and compares what it reads.
      """)

  package static let b09 = Rule(
    "B09", .dataWrong, source: "[MS-VHDX] 2.3",
    promise: "block table and bitmaps change through the log only",
    failure: "the block table was written past the log",
    explanation: """
      The block table (BAT) and the bitmap blocks may change only as the home write of a log \
      entry. They have no checksum and no second copy: a direct write that is torn stays torn, and \
      an older log entry that carries the same sector of 4096 bytes puts the old table entries \
      back at the next replay. This is judged from the order of the recorded writes: a write in \
      place that changes a sector to what no log entry carries.
      """,
    example: """
      Entry 12 of the log carries the table's first sector with blocks 0 to 3. Block 4 is entered \
      in place and flushed. The power fails, replay of entry 12 writes the sector without block 4, \
      and the flushed data of block 4 is gone.
      """,
    advice: """
      After a home write the sector must be, byte for byte, what a stable log entry carries: look \
      for a path that patches one entry of 8 bytes, or that writes home from memory that has \
      changed since it was logged. The report names the write; `powercut inspect LOG --entries` \
      shows its neighbours.
      """)

  package static let b10 = Rule(
    "B10", .dataWrong, source: "[MS-VHDX] 2.3",
    promise: "payload is never logged",
    failure: "payload went through the log",
    explanation: """
      Payload is written to its block and never through the log. Later payload is not logged, so a \
      logged copy that is replayed after a power cut is put over newer data that was flushed. This \
      is judged when a log entry becomes stable: none of its descriptors, data or zero, may target \
      a place that the block table, with the stable log applied, maps as payload.
      """,
    example: """
      A write-zeroes of 64 KiB in block 2 is logged as a zero descriptor. The guest then writes 4 \
      KiB there and flushes; the power fails, replay zeroes the 64 KiB again, and the flushed 4 \
      KiB are gone.
      """,
    advice: """
      Write payload and payload zeroes in place, and log only tables, metadata and bitmaps; check \
      that the descriptor's FileOffset is a place in the file and not on the virtual disk. The \
      report names the log entry and its target.
      """)

  package static let b11 = Rule(
    "B11", .format, source: "[MS-VHDX] 2.6.2.1",
    promise:
      "a fixed disk has a place for each block, and a file that is not shorter than its blocks",
    failure: "a fixed disk loses room for its blocks",
    explanation: """
      On a fixed disk ("leave blocks allocated") all blocks keep their places, so that writing \
      needs no table update and no space from the host. Two things are judged: an image without a \
      parent whose file has fewer bytes than its disk, and a log entry by which a present block \
      becomes one without bytes, even if it keeps its place. That each block has a place to begin \
      with is not judged.
      """,
    example: """
      A trim on a fixed disk is treated like one on a dynamic disk: block 6 goes from present at \
      14 MiB to not present, and the host gets the space back. The host fills up, and the next \
      write to block 6 fails.
      """,
    advice: """
      Make trim and compaction look at the flag. The report names the log entry and the table \
      entry, or both lengths; if the file is too short, look for what truncated it, or for growth \
      at creation that was not flushed.
      """)
}

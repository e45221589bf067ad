/// G: the regions of a VHDX image.
extension Rule {
  package static let ofRegions = [
    g01, g02, g03, g04, g05, g06, g07, g08, g09,
  ]

  package static let g01 = Rule(
    "G01", .unusable, source: "[MS-VHDX] 2.2.3",
    promise: "a region table is valid in its signature and checksum",
    failure: "a region table is damaged",
    explanation: """
      The region table says where block table and metadata are; without it no byte of the disk can \
      be found. There are two copies, at 192 KiB and at 256 KiB, and a copy is valid with its \
      signature and a checksum over all of its 64 KiB. This rule is broken where neither copy is \
      valid; a damaged one beside a valid one is G09.
      """,
    example: """
      A tool rewrites both copies in place with one flush at the end. The power fails before it, \
      both are torn, and each checksum fits neither the old contents nor the new.
      """,
    advice: """
      The checksum is CRC-32C over 64 KiB with its own field taken as zero; one over the used part \
      only is the usual mistake. `powercut inspect IMAGE` says of each copy why it is not valid, \
      and in a log of writes G09 names what was written past the log.
      """)

  package static let g02 = Rule(
    "G02", .unusable, source: "[MS-VHDX] 2.2.3.1",
    promise: "a region table has at most 2047 entries and zero reserved bytes",
    failure: "a region table is malformed",
    explanation: """
      A region table has room for 2047 entries in its 64 KiB, and everything reserved in it is \
      zero: four bytes of its header and all flags of an entry but the first. A larger count leads \
      a reader past the end of the table, and a reserved bit may one day say something that a \
      program must not ignore. Powercut's own reader refuses an image with a larger count or such \
      bits, as a strict program may.
      """,
    example: """
      A writer puts the table's length in bytes, 65536, where the count belongs. A reader that \
      trusts it takes the 2 MiB from there on for entries, and most of that belongs to other \
      structures.
      """,
    advice: """
      Build the table over 64 KiB of zeroes, set no flag but bit 0, and when reading compare the \
      count with 2047 before it is used. The report names the byte and the value.
      """)

  package static let g03 = Rule(
    "G03", .unusable, source: "[MS-VHDX] 2.2.3.2",
    promise: "each region is listed once",
    failure: "a region is listed twice",
    explanation: """
      Each GUID may be in the region table once. If two entries name the block table, one program \
      takes the first and another the last, and each reads and writes a disk of its own. A power \
      cut while a region is being moved is one way to get there, so the change has to be a single \
      step.
      """,
    example: """
      A tool moves the metadata from 2 MiB to 8 MiB: it adds the new entry in one update and \
      removes the old one in another. The power fails between the two, and the metadata is listed \
      at both places.
      """,
    advice: """
      Change an entry in place, in one update of the table through the log, instead of adding and \
      removing. The report gives the numbers of both entries and the byte of the second; `powercut \
      inspect IMAGE` shows both region tables.
      """)

  package static let g04 = Rule(
    "G04", .unusable, source: "[MS-VHDX] 2.2.3.2",
    promise: "regions start and end at whole MiB, behind the first",
    failure: "a region's place is impossible",
    explanation: """
      A region begins at a whole MiB, not in the first one, and is one or more whole MiB long. The \
      first MiB belongs to headers and region tables, and everything else in the file is placed by \
      the MiB, so a region that is not can lie on the headers or share a MiB with a block. \
      Programs that tolerate it do not all read the same there.
      """,
    example: """
      A writer packs its regions: 64 KiB of metadata at 1 MiB, and the block table right behind it \
      at byte 1114112. A strict program refuses the image, another one opens it and may see an \
      empty disk.
      """,
    advice: """
      Round place and length of every region up to MiB, at creation and when one grows; what is in \
      a region may be shorter. The report names the field's byte and its value.
      """)

  package static let g05 = Rule(
    "G05", .unusable, source: "[MS-VHDX] 2.2.3.2",
    promise: "regions are apart and inside of the file",
    failure: "regions overlap or lie outside of the file",
    explanation: """
      No two regions share a byte, and each ends inside the file, as things are once the log is \
      replayed. Regions that overlap destroy each other with the next update, and of one that \
      reaches beyond the end a part is lost, which in a block table means blocks that nobody \
      finds. An overlap with the log is H08, one with a block is B06.
      """,
    example: """
      A block table at 3 MiB is to grow from 1 MiB to 2, and a log entry changes the region table \
      so. The file's growth to 5 MiB is not stable yet, and the entry's LastFileOffset still says \
      4 MiB: after the power cut half of the region is missing.
      """,
    advice: """
      If the file is too short, look at its growth, which has to be stable, or covered by the log \
      entry's LastFileOffset, before the table names the place. If two regions overlap, look at \
      the allocator. The report has the ranges, and `powercut inspect IMAGE` the length of the \
      file.
      """)

  package static let g06 = Rule(
    "G06", .unusable, source: "[MS-VHDX] 2.2.3.2",
    promise: "block table and metadata are listed",
    failure: "a required region is missing",
    explanation: """
      Two regions are in every image: the metadata, which says how large disk and blocks are, and \
      the block table, which says where each block is. Without one of them nothing of the guest's \
      data can be found. They are known by their GUIDs, so one wrong byte in a GUID is as bad as a \
      missing entry, and a GUID that nobody knows may break G07 as well.
      """,
    example: """
      A writer stores GUIDs in the order in which they are printed instead of their mixed-endian \
      form. Its own reader makes the same mistake and opens the image; every other program finds \
      neither region.
      """,
    advice: """
      Compare the 16 bytes of each entry with the GUID that the report expected. `powercut inspect \
      IMAGE` lists what is in the table, with unknown regions by their GUIDs.
      """)

  package static let g07 = Rule(
    "G07", .unusable, source: "[MS-VHDX] 2.2.3.2",
    promise: "an unknown required region keeps the image from opening",
    failure: "an image opened with an unknown required region",
    explanation: """
      A region that is marked as required and that a program does not know may change the meaning \
      of all the rest, so the program must not open the image, not even for reading. In an image, \
      alone or as a crash state, such a region is reported because Powercut does not know it and \
      refuses the image. With made-up images the rule is broken by a simulated writer that opens \
      one of them.
      """,
    example: """
      A tool adds a required region that says how the blocks are encrypted. A program that does \
      not look at the flag shows ciphertext as the disk, and writes plain text into it.
      """,
    advice: """
      In a reader, look at bit 0 of every entry whose GUID is unknown before anything is written. \
      If the finding is about an image of yours, ask whether the region has to be required: an \
      optional one is left alone by those who do not know it.
      """)

  package static let g08 = Rule(
    "G08", .dataLost, source: "[MS-VHDX] 2.2",
    promise: "an unknown optional region stays as it is",
    failure: "an unknown region was changed",
    explanation: """
      A region that a program does not know, and that is not marked as required, belongs to \
      somebody else: it stays as it is, byte for byte, and its space is not given away. A program \
      that drops or overwrites it destroys what only its owner will miss, perhaps much later. This \
      rule has no judge yet: nothing reports it, and a clean result says nothing about it. A block \
      that is placed on such a region is found, as B06.
      """,
    example: """
      A backup tool keeps a map of changes in an optional region at 6 MiB. Another program \
      compacts the image, drops the region that it does not know, and the next incremental backup \
      misses a week of writes.
      """,
    advice: """
      Test it yourself: add an optional region with a GUID of your own to an image, let your \
      program write, grow and compact, and compare the region's bytes and its entry afterwards. \
      `powercut inspect IMAGE` lists it as unknown.
      """)

  package static let g09 = Rule(
    "G09", .format, source: "[MS-VHDX] 2.2.3",
    promise: "region tables change through the log only, and both copies are equal",
    failure: "the region tables differ or were written past the log",
    explanation: """
      The two copies of the region table are equal, and change only through the log. A table that \
      is written past the log can be torn with nothing to repair it from, or be undone by a \
      replay; and of two valid copies that differ the specification does not say which one counts. \
      The rule is broken by copies that differ, by a damaged copy beside a valid one, and, in a \
      log of writes, by a change of either table that no log entry carries.
      """,
    example: """
      A tool moves the block table and rewrites the copy at 192 KiB, flushes, and then the one at \
      256 KiB. The power fails in between: one program looks at the old place, another at the new \
      one.
      """,
    advice: """
      Put the changed sectors of both copies into one log entry, flush, and only then write them \
      in place. The report names the write that no entry carries, or the copy that is damaged; \
      `powercut inspect IMAGE` shows both tables.
      """)
}

/// V: the structures of a VDI image.
extension Rule {
  package static let ofVDI = [
    v01, v02, v03, v04, v05, v06, v07,
  ]

  package static let v01 = Rule(
    "V01", .unusable, source: "docs/vdi.md, The header",
    promise: "the header is whole, with a known signature, version and size",
    failure: "this is no VDI header that anybody knows",
    explanation: """
      A VDI image begins with its header, and there is one copy of it, without a checksum. Its \
      signature is 0xbeda107f at byte 64, its version 1.1, and its size, counted from byte 72, is \
      384 as QEMU writes it, 400 as VirtualBox does, or more. Without the first two no program \
      opens the image, whatever the rest of it holds. QEMU does not look at the size; a program \
      that does would take other bytes for the fields behind it.
      """,
    example: """
      QEMU rewrites the first sector, signature and all, each time that it allocates a block. One \
      of these writes is torn within the sector, or ends up somewhere else, and the image is no \
      image any more.
      """,
    advice: """
      Nothing else in the file repeats these bytes, so put them back from another image of the \
      same program; the block map behind them is whole if only the header was hit. The report \
      gives the field, its byte and both values.
      """)

  package static let v02 = Rule(
    "V02", .unusable, source: "docs/vdi.md, The header",
    promise: "the header's values are possible, and its structures apart and inside of the file",
    failure: "a value of the header is impossible",
    explanation: """
      The header says where the block map and the data begin, how large blocks and sectors are, \
      and how many blocks there are. Sectors have 512 bytes, blocks and offsets are whole sectors, \
      and a dynamic or static image has no parent. The disk must fit into its blocks, the map into \
      the file, and header, map and data may not lie on each other: QEMU opens an image whose data \
      begins on its map, and writes over the map. Images above another one, blocks of another size \
      than 1 MiB and bytes in front of each block are not read here; nothing is said against them.
      """,
    example: """
      A resize writes the new size of the disk and is cut off before it writes the number of \
      blocks. The last megabytes of the disk have no entry in the map, and the image is refused.
      """,
    advice: """
      The report gives the field, its byte, what would be possible and what is there. Compare \
      with an image of the same size that the same program has made; of the header, only the \
      number of allocated blocks and the UUIDs should differ.
      """)

  package static let v03 = Rule(
    "V03", .dataLost, source: "docs/vdi.md, The block map",
    promise: "an allocated block is one of the image's blocks and lies inside of the file",
    failure: "an allocated block has no place in the file",
    explanation: """
      An entry of the block map names a block by its number: one below the number of blocks that \
      the image has, and one whose bytes the file holds. Of what an entry points to behind the \
      file's end, nothing is there; QEMU reads it as zeroes and says nothing, other programs may \
      refuse it. Of the last block, only the part that belongs to the disk is needed.
      """,
    example: """
      Virtual block 5 is written for the first time. The block's bytes and the map's sector are \
      in flight together, the power fails, and only the map is on the disk: its entry names block \
      3, and the file ends where block 3 would begin.
      """,
    advice: """
      The bytes of a new block have to be stable before the map names it: look for the flush \
      between the two. If the file is a copy, see whether it was cut short. The report gives the \
      entry, the block that it names, and the file's length.
      """)

  package static let v04 = Rule(
    "V04", .dataWrong, source: "docs/vdi.md, The block map",
    promise: "no two entries of the block map name the same block",
    failure: "two virtual blocks share one block of the file",
    explanation: """
      Each virtual block has its bytes to itself. Where two entries name one block, what is \
      written to one place of the disk appears at the other, and whatever the first one held is \
      gone. VDI has nothing to repair this from: `qemu-img check` reports it as an error and has \
      no way to put it right. It is mostly the end of a story that began with a count that was \
      lost (V05).
      """,
    example: """
      The header counts three blocks, and the map names a fourth, whose count was lost in a power \
      cut. The next virtual block that is written gets that fourth block as well, and a file that \
      was synced long before now holds parts of another one.
      """,
    advice: """
      The report names both entries and the block. Copy what can be read out of the image with \
      `qemu-img convert` before anything writes to it, and decide by the contents which of the \
      two virtual blocks is the real owner. For the cause look for V05 in earlier crash states.
      """)

  package static let v05 = Rule(
    "V05", .dataWrong, source: "docs/vdi.md, The count",
    promise: "an allocated block is below the header's count, where the next one goes",
    failure: "the next block that is allocated is one that is in use",
    explanation: """
      The header's count of allocated blocks is also the number of the block that is given away \
      next. If the map names a block at or above it, that one will be given away a second time: \
      both virtual blocks then share it (V04), and the new one's bytes go over the old one's. It \
      shows after power cuts when nothing orders the header and the map. `qemu-img check` \
      compares only how many blocks there are, so it misses this where an entry is lost as well.
      """,
    example: """
      A writer enters block 3 in the map and counts it in the header, without a flush in between. \
      The map's sector persists, the header's does not. After the power cut everything can be \
      read; then the guest writes to a fresh place, which gets block 3 again.
      """,
    advice: """
      Let the header's new count be stable before the map names the block; a block that is \
      counted and not named is only lost space. To save an image, set the count to the highest \
      block that is named, plus one, before anything writes to it. The report gives both.
      """)

  package static let v06 = Rule(
    "V06", .format, source: "docs/vdi.md, The count",
    promise: "the header counts as many allocated blocks as the map names",
    failure: "the header's count of allocated blocks is wrong",
    explanation: """
      The header's count of allocated blocks is the number of entries of the map that name one. \
      Where it is too high, the blocks between are lost space, which is harmless, and what a \
      power cut between header and map may leave of a careful writer. Where it is too low, V05 \
      mostly says so, and that one is not harmless. `qemu-img check` calls either an error.
      """,
    example: """
      The count of a new block is flushed, and the power fails before the map's sector is \
      written. The header counts four blocks, the map names three: nothing is lost but the space \
      of one.
      """,
    advice: """
      If V05 is silent the image is safe to use, and `qemu-img convert` makes one that counts \
      rightly. A writer can avoid it by finding the count from the map when it opens an image. \
      The report gives both numbers.
      """)

  package static let v07 = Rule(
    "V07", .format, source: "docs/vdi.md, The block map",
    promise: "a static image has every one of its blocks",
    failure: "a static image lacks a block",
    explanation: """
      In a static image every entry of the map names a block from the start, so that writing \
      never allocates anything and the space is there. An entry without a block makes writes to \
      it allocate after all, behind the end of a file that was to keep its length. QEMU treats \
      both types alike and does not complain.
      """,
    example: """
      Creation of a static image writes the header and then the map. The power fails before the \
      map's second sector is written; its 128 entries are not those of blocks, though the header \
      says that all are allocated.
      """,
    advice: """
      If the image was just created, create it again. Otherwise convert it with `qemu-img convert \
      -O vdi -o static=on`, which allocates every block. The report names the entry.
      """)
}

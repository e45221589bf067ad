/// M: the metadata of a VHDX image.
extension Rule {
  package static let ofMetadata = [
    m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14,
  ]

  package static let m01 = Rule(
    "M01", .unusable, source: "[MS-VHDX] 2.6.1.1",
    promise: "the metadata table has its signature, at most 2047 entries and zero reserved bytes",
    failure: "the metadata table is malformed",
    explanation: """
      The metadata table says where the block size, the disk size and the other parameters are. \
      Before a reader can trust it, its 32-byte header must have the signature "metadata", a count \
      of at most 2047 entries and zeroes in the reserved bytes, and the file must not end before \
      the table does. Unlike the region table it has neither a checksum nor a second copy: a torn \
      write is noticed only where a field becomes impossible, and only the log can repair it.
      """,
    example: """
      An image is created: headers and region table are written and flushed, the metadata table \
      follows without a flush, and the power fails. The headers are valid, the region table points \
      to 3 MiB, and there are zeroes where "metadata" should be.
      """,
    advice: """
      Look for a write to the metadata region that is not the home write of a log entry (M13 names \
      it), and at creation for a missing flush before the file is renamed into place or reported \
      as ready. `powercut bisect LOG --rule M01` names the write that broke the table; of one \
      image, `powercut check IMAGE` gives the byte.
      """)

  package static let m02 = Rule(
    "M02", .unusable, source: "[MS-VHDX] 2.6.1.2",
    promise: "metadata items are apart, behind the table and inside of the region",
    failure: "a metadata item lies where it must not",
    explanation: """
      An item's offset counts from the start of the metadata region. Every item has to begin at 64 \
      KiB or later, which is after the table, end inside the region, and share no byte with \
      another item. Otherwise a parameter is read from the table or from past the region, or \
      changing one parameter changes another; metadata has no checksum, so the wrong value is used \
      without a warning.
      """,
    example: """
      The virtual disk size stands at offset 65536 with 8 bytes, and the logical sector size is \
      entered at 65540. Growing the disk to 8 GiB writes a 2 into the upper half of the size, and \
      the sector size is now 2.
      """,
    advice: """
      The usual mistake is an offset that counts from the start of the file, or an item that has \
      grown into the next one. The report names the items and the byte of the offset; `powercut \
      check IMAGE` lists them.
      """)

  package static let m03 = Rule(
    "M03", .unusable, source: "[MS-VHDX] 2.6.1.2",
    promise: "a metadata item has at most 1 MiB, and one of no bytes has no place",
    failure: "a metadata item's length is impossible",
    explanation: """
      An item has at most 1 MiB, and an item of length 0, which is present and empty, must have \
      offset 0. Readers size a buffer by this length, so an impossible one has to be refused \
      before anything is read. No checksum covers the entry: if it was written field by field, a \
      power cut can leave it half filled in.
      """,
    example: """
      A new item's entry is written in two steps, the offset first and the length with the item's \
      bytes. The power fails in between and leaves offset 65600 with length 0.
      """,
    advice: """
      Log the sector with the finished 32-byte entry once, never its fields one by one. The report \
      gives the byte of the length (20 into the entry) or, for an item without bytes, of the \
      offset (16 into it).
      """)

  package static let m04 = Rule(
    "M04", .unusable, source: "[MS-VHDX] 2.6.1.2",
    promise: "each metadata item is listed once, and at most 1024 are user items",
    failure: "a metadata item is listed twice, or there are too many",
    explanation: """
      An item is identified by its GUID together with the IsUser flag, and each such pair may be \
      listed once; a user item and a system item may share a GUID. With two entries for one item \
      every program picks its own: one updates the first, another reads the second. At most 1024 \
      of the up to 2047 entries may be user items.
      """,
    example: """
      A resize adds an entry for the new disk size, 20 GiB, and wants to remove the old one, 10 \
      GiB, later. The power fails before that: one program sees a disk of 20 GiB, another one of \
      10 GiB.
      """,
    advice: """
      Change the item that is there, or put adding and removing into one log entry. The report \
      gives the indices of both entries and the byte of the second; `powercut bisect LOG --rule \
      M04` names the write after which both were there.
      """)

  package static let m05 = Rule(
    "M05", .unusable, source: "[MS-VHDX] 2.6.1.2",
    promise: "reserved bits of a metadata item's flags are zero",
    failure: "reserved flags of a metadata item are set",
    explanation: """
      Only bits 0 to 2 of an item's flags mean anything (IsUser, IsVirtualDisk, IsRequired); the \
      other bits and the four bytes after the flags must be zero. If a later version of the format \
      uses them, such an image will claim what its writer never meant, and a strict reader, \
      Powercut's among them, refuses it today. As metadata has no checksum, set bits are also a \
      sign that something else was written over the entry.
      """,
    example: """
      The 32-byte entry is put together in a buffer that held another one. The flags are stored as \
      a single byte, 06, and the three bytes after it are still 41 42 43.
      """,
    advice: """
      Zero the entry before you fill it in, and store the flags as 32 bits. The report gives the \
      byte and both values; where only some cuts show it, `powercut bisect LOG --rule M05` names \
      the write.
      """)

  package static let m06 = Rule(
    "M06", .unusable, source: "[MS-VHDX] 2.6.1.2",
    promise: "an unknown required metadata item keeps the image from opening",
    failure: "a required metadata item is unknown",
    explanation: """
      IsRequired says that the disk cannot be understood without this item, so a program that does \
      not know the item must refuse the image. If it opens it all the same, it may read and write \
      the disk wrongly. Of an image, the rule names every required item that is not one of the six \
      of the specification (a required user item is never one of them); in made-up images it also \
      names a writer that opens one.
      """,
    example: """
      A program keeps the identifier of an encryption key in a required item of 16 bytes. Your \
      driver skips items that it does not know, opens the disk, and writes plain text between the \
      encrypted sectors.
      """,
    advice: """
      If your program wrote the item, leave IsRequired off unless the disk is useless without the \
      item. If your driver opened it, look at the whole table before the first write and refuse. \
      The report gives the item's GUID, its index and its flags.
      """)

  package static let m07 = Rule(
    "M07", .unusable, source: "[MS-VHDX] 2.6.2",
    promise: "the five required metadata items are there with the right size and flags",
    failure: "a required metadata item is missing or wrong",
    explanation: """
      File parameters, virtual disk size, virtual disk ID, logical and physical sector size must \
      be listed, each with its fixed length (8, 8, 16, 4 and 4 bytes) and its fixed flags. If one \
      is missing, no reader can map the disk to the file or show the guest the same disk as \
      before: the data is there, and out of reach. The flags of a parent locator are judged here, \
      too.
      """,
    example: """
      A resize removes the entry of the virtual disk size with one log entry and adds the new one \
      with the next. The power fails when only the first is stable: four of the five items are \
      left, and the image does not open.
      """,
    advice: """
      Replace an item with one log entry that carries every sector that changes. `powercut bisect \
      LOG --rule M07` names the write; the report names the item and the byte of its length or \
      flags.
      """)

  package static let m08 = Rule(
    "M08", .unusable, source: "[MS-VHDX] 2.6.2.1",
    promise: "the block size is a power of two from 1 to 256 MiB",
    failure: "the block size is impossible",
    explanation: """
      The block size turns a place on the virtual disk into an entry of the block table, so a \
      wrong one sends every read to a wrong block; it must be a power of two from 1 MiB to 256 \
      MiB. The rule also covers the flags beside it: of the file parameters only bit 0 (leave \
      blocks allocated) and bit 1 (has parent) may be set.
      """,
    example: """
      The option for the block size is in MiB and is stored as it was given: the field holds 32 \
      instead of 33554432.
      """,
    advice: """
      The block size never changes after creation. If it was right at an earlier cut, another \
      write hit the metadata region: `powercut bisect LOG --rule M08` names it. If it was never \
      right, look at the code that creates the image.
      """)

  package static let m09 = Rule(
    "M09", .unusable, source: "[MS-VHDX] 2.6.2.2",
    promise: "the virtual disk has whole sectors and at most 64 TiB",
    failure: "the virtual disk size is impossible",
    explanation: """
      A guest reads and writes whole logical sectors, so the last one must be complete, and \
      readers refuse a disk of more than 64 TiB. The size is 8 bytes without a checksum that every \
      resize changes. Only an impossible value shows here; a wrong one that is possible does not.
      """,
    example: """
      A disk of 4096-byte sectors is grown to 10 GiB and 512 bytes, because the resize rounds to \
      512. Its last sector would have an eighth of its bytes, and the image does not open any \
      more.
      """,
    advice: """
      Round by the disk's own logical sector size. The report gives the value and its byte; if it \
      was right before, `powercut bisect LOG --rule M09` names the write that changed it.
      """)

  package static let m10 = Rule(
    "M10", .unusable, source: "[MS-VHDX] 2.6.2.4/5",
    promise: "sector sizes are 512 or 4096",
    failure: "a sector size is impossible",
    explanation: """
      Logical and physical sector size must each be 512 or 4096. The logical size decides after \
      how many blocks the block table has an entry for a bitmap, so a wrong one shifts the table's \
      meaning from there on. The physical size tells the guest which writes need no read before \
      them and what it may expect not to be torn.
      """,
    example: """
      The program stores the shift instead of the size: 9 for 512. It goes on with the value in \
      its memory, and after the power cut nobody opens the image.
      """,
    advice: """
      Both are set at creation and never change. Look there first; if an earlier cut has the right \
      value, `powercut bisect LOG --rule M10` names the write that hit the metadata region.
      """)

  package static let m11 = Rule(
    "M11", .unusable, source: "[MS-VHDX] 2.6.2.6",
    promise: "there is a parent locator exactly where there is a parent",
    failure: "parent flag and parent locator do not match",
    explanation: """
      The HasParent flag of the file parameters and the parent locator belong together: both or \
      neither. Without the flag, blocks that are in the parent read as zeroes; without the \
      locator, nobody can find them. The locator must also be readable: its type, keys and values \
      in UTF-16 inside the item, no key twice, a parent_linkage and at least one path.
      """,
    example: """
      A tool has copied all of the parent's blocks into the child. It clears HasParent with one \
      log entry and removes the locator with the next; the power fails between the two.
      """,
    advice: """
      Change flag and locator with one log entry. Where the locator itself is at fault, the report \
      names its field and byte; `powercut inspect IMAGE` shows its keys and values where they can \
      be read.
      """)

  package static let m12 = Rule(
    "M12", .dataWrong, source: "[MS-VHDX] 2.6.2.6.3",
    promise: "the parent's DataWriteGuid is the one that the locator names",
    failure: "the parent is not the one that the image was made for",
    explanation: """
      A differencing disk holds only what differs from its parent, so it fits one state of the \
      parent: the one whose DataWriteGuid is the locator's parent_linkage (or parent_linkage2). \
      Over a parent that was written to since, it is a mixture of two disks. No command that \
      judges takes the parent's image today, so the two are not compared: a report names this rule \
      only where a writer has opened a made-up differencing image without looking for its parent \
      (`powercut fuzz --stack vhdx:exact --workload dirty-images`).
      """,
    example: """
      A child is made over a parent with DataWriteGuid A. Somebody then attaches the parent by \
      itself and writes one sector at 4 MiB, which makes it B. The child still names A, and reads \
      the new sector beside file system structures that know nothing of it.
      """,
    advice: """
      When you open a child, compare its parent_linkage with the DataWriteGuid of the parent's \
      current header, refuse if they differ, and open the parent read-only. `powercut inspect \
      IMAGE` shows the one for the child and the other for the parent.
      """)

  package static let m13 = Rule(
    "M13", .unusable, source: "[MS-VHDX] 2.3",
    promise: "metadata changes through the log only",
    failure: "metadata was written past the log",
    explanation: """
      Once an image exists, its metadata region may change only as the home write of a log entry. \
      The region has neither a checksum nor a second copy, so a direct write that is torn cannot \
      be repaired, and an entry of the log that still carries the old sector undoes it at the next \
      replay. This is judged from the order of the recorded writes: a write that changes a sector \
      of the region to what no log entry carries.
      """,
    example: """
      A resize writes the new disk size straight to its place and flushes. Entry 3 of the log, \
      which is still to be replayed, carries the same sector with the old size; the power fails, \
      replay shrinks the disk again, and what the guest wrote beyond it is out of reach.
      """,
    advice: """
      Route the change through the code that logs block table updates. The report names the write; \
      `powercut inspect LOG --entries` shows what was written and flushed around it.
      """)

  package static let m14 = Rule(
    "M14", .advice, source: "[MS-VHDX] 2.6.2.4",
    promise: "the virtual disk has an identity",
    failure: "the virtual disk has no identity",
    explanation: """
      The virtual disk ID is a GUID that tells this disk from every other; a hypervisor hands it to \
      the guest as the SCSI unit's identity (page 83h). Zeroes there are no identity: two such disks \
      in one guest look like two paths to one disk. Nothing is lost in the image itself. This is \
      advice: `powercut check IMAGE` mentions it, it fails nothing, and the crash states of a log \
      are not judged by it.
      """,
    example: """
      A converter fills in the items that it needs and leaves the virtual disk ID as the zeroes of a \
      new buffer. A guest with two converted disks runs multipathd, which takes them for one.
      """,
    advice: """
      Draw a random GUID when the image is created, and a new one for every copy that is a disk of \
      its own. `powercut inspect IMAGE` shows the one that it has.
      """)
}

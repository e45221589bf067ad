extension RuleText {
  /// The structures of a VHDX image.
  static let image: [Rule: RuleText] = [
    .h01: RuleText(
      promise: "the file starts with \"vhdxfile\"",
      failure: "the file identifier is wrong"),
    .h02: RuleText(
      promise: "the first 64 KiB are never written after creation",
      failure: "the file identifier was written"),
    .h03: RuleText(
      promise: "at least one header is valid",
      failure: "no header is valid"),
    .h04: RuleText(
      promise: "one header is current: their sequence numbers differ",
      failure: "no header is current"),
    .h05: RuleText(
      promise: "the current header has version 1",
      failure: "the version is unknown"),
    .h06: RuleText(
      promise: "the log version is 0, or there is no log",
      failure: "the log version is unknown"),
    .h07: RuleText(
      promise: "the log's place is in whole MiB, behind the first and inside of the file",
      failure: "the log's place is impossible"),
    .h08: RuleText(
      promise: "the log is apart from regions and blocks",
      failure: "the log lies on something else"),
    .h09: RuleText(
      promise: "reserved bytes of a header are zero",
      failure: "reserved bytes of a header are set"),
    .h10: RuleText(
      promise: "a header is written only into the slot that is not current",
      failure: "the current header was overwritten"),
    .h11: RuleText(
      promise: "each header has the next sequence number and is flushed before what depends on it",
      failure: "a header update is out of order"),
    .h12: RuleText(
      promise: "the two headers are never both unstable",
      failure: "both headers were unstable at once"),
    .h13: RuleText(
      promise: "the first change of a session is a header with a new FileWriteGuid",
      failure: "the file was changed before its header said so"),
    .h14: RuleText(
      promise: "DataWriteGuid is new before the first change that the guest can see",
      failure: "the disk was changed under an old DataWriteGuid"),
    .h15: RuleText(
      promise: "DataWriteGuid stays where the guest sees no change",
      failure: "DataWriteGuid changed without a visible change"),
    .h16: RuleText(
      promise: "LogGuid is new and not zero before log space is overwritten",
      failure: "the log was overwritten under an old LogGuid"),
    .h17: RuleText(
      promise: "a LogGuid is used by one session only",
      failure: "a LogGuid was used again"),
    .h18: RuleText(
      promise: "at idle both slots hold the same contents",
      failure: "the two headers hold different contents"),
    .g01: RuleText(
      promise: "a region table is valid in its signature and checksum",
      failure: "a region table is damaged"),
    .g02: RuleText(
      promise: "a region table has at most 2047 entries and zero reserved bytes",
      failure: "a region table is malformed"),
    .g03: RuleText(
      promise: "each region is listed once",
      failure: "a region is listed twice"),
    .g04: RuleText(
      promise: "regions start and end at whole MiB, behind the first",
      failure: "a region's place is impossible"),
    .g05: RuleText(
      promise: "regions are apart and inside of the file",
      failure: "regions overlap or lie outside of the file"),
    .g06: RuleText(
      promise: "block table and metadata are listed",
      failure: "a required region is missing"),
    .g07: RuleText(
      promise: "an unknown required region keeps the image from opening",
      failure: "an image opened with an unknown required region"),
    .g08: RuleText(
      promise: "an unknown optional region stays as it is",
      failure: "an unknown region was changed"),
    .g09: RuleText(
      promise: "region tables change through the log only, and both copies are equal",
      failure: "the region tables differ or were written past the log"),
    .m01: RuleText(
      promise: "the metadata table has its signature, at most 2047 entries and zero reserved bytes",
      failure: "the metadata table is malformed"),
    .m02: RuleText(
      promise: "metadata items are apart, behind the table and inside of the region",
      failure: "a metadata item lies where it must not"),
    .m03: RuleText(
      promise: "a metadata item has at most 1 MiB, and one of no bytes has no place",
      failure: "a metadata item's length is impossible"),
    .m04: RuleText(
      promise: "each metadata item is listed once, and at most 1024 are user items",
      failure: "a metadata item is listed twice, or there are too many"),
    .m05: RuleText(
      promise: "reserved bits of a metadata item's flags are zero",
      failure: "reserved flags of a metadata item are set"),
    .m06: RuleText(
      promise: "an unknown required metadata item keeps the image from opening",
      failure: "a required metadata item is unknown"),
    .m07: RuleText(
      promise: "the five required metadata items are there with the right size and flags",
      failure: "a required metadata item is missing or wrong"),
    .m08: RuleText(
      promise: "the block size is a power of two from 1 to 256 MiB",
      failure: "the block size is impossible"),
    .m09: RuleText(
      promise: "the virtual disk has whole sectors and at most 64 TiB",
      failure: "the virtual disk size is impossible"),
    .m10: RuleText(
      promise: "sector sizes are 512 or 4096",
      failure: "a sector size is impossible"),
    .m11: RuleText(
      promise: "there is a parent locator exactly where there is a parent",
      failure: "parent flag and parent locator do not match"),
    .m12: RuleText(
      promise: "the parent's DataWriteGuid is the one that the locator names",
      failure: "the parent is not the one that the image was made for"),
    .m13: RuleText(
      promise: "metadata changes through the log only",
      failure: "metadata was written past the log"),
    .b01: RuleText(
      promise: "the block table has room for all its entries",
      failure: "the block table is too small"),
    .b02: RuleText(
      promise: "a block table entry's reserved bits are zero",
      failure: "reserved bits of a block table entry are set"),
    .b03: RuleText(
      promise: "a payload block's state is known and fits the disk",
      failure: "a payload block's state is impossible"),
    .b04: RuleText(
      promise: "a bitmap block's state is known and fits the disk",
      failure: "a bitmap block's state is impossible"),
    .b05: RuleText(
      promise: "a present block lies behind the first MiB and inside of the file",
      failure: "a present block lies outside of the file"),
    .b06: RuleText(
      promise: "blocks are apart from each other and from everything else",
      failure: "a block lies on something else"),
    .b07: RuleText(
      promise: "a partially present block has its bitmap",
      failure: "a partially present block has no bitmap"),
    .b08: RuleText(
      promise: "a ZERO block reads as zeroes, a present one as its bytes",
      failure: "a block does not read as its state says"),
    .b09: RuleText(
      promise: "block table and bitmaps change through the log only",
      failure: "the block table was written past the log"),
    .b10: RuleText(
      promise: "payload is never logged",
      failure: "payload went through the log"),
    .b11: RuleText(
      promise:
        "a fixed disk has a place for each block, and a file that is not shorter than its blocks",
      failure: "a fixed disk loses room for its blocks"),
  ]
}

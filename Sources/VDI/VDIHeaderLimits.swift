import Bytes

/// What a header may say, and what is not read here. Nothing is wrong with such an image, so none of this
/// breaks a rule: an image that meets one of these limits is not judged any further.
extension VDIHeader {
  /// Images whose missing blocks are those of another image: 3 undo, 4 differencing.
  private static let typesWithImageBelow: ClosedRange<UInt32> = 3...4

  var hasImageBelow: Bool { Self.typesWithImageBelow.contains(imageType) }

  /// In the order of the header's bytes.
  var limits: [FormatError?] { [typeLimit, blockSizeLimit, blockExtraLimit] }

  private var typeLimit: FormatError? {
    guard hasImageBelow else { return nil }
    return Self.limit(
      "imageType", at: 76, "1 (dynamic) or 2 (static)",
      imageType == 3 ? "3 (undo)" : "4 (differencing)",
      "An image above another one is not read here: look at a copy that was made one with it.")
  }

  private var blockSizeLimit: FormatError? {
    if blockByteCount == Self.knownBlockByteCount || blockSizeDefect != nil { return nil }
    return Self.limit(
      "blockByteCount", at: 376, "\(Self.knownBlockByteCount)", "\(blockByteCount)",
      "Blocks of other sizes are not read here, nor by QEMU; VirtualBox may read them.")
  }

  private var blockExtraLimit: FormatError? {
    if blockExtraByteCount == 0 || blockExtraDefect != nil { return nil }
    return Self.limit(
      "blockExtraByteCount", at: 380, "0", "\(blockExtraByteCount)",
      "QEMU does not look at it, and reads every block from the wrong place.")
  }

  static func limit(
    _ field: String, at byteOffset: UInt64, _ expected: String, _ found: String, _ hint: String
  ) -> FormatError {
    FormatError(
      .outOfRange, field: "header.\(field)", at: byteOffset, expected: expected, found: found,
      hint: hint)
  }
}

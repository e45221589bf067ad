import Bytes

extension ParentLocator {
  /// What a pair's length fields can say of a key or a value.
  private static let maximumTextByteCount = Int(UInt16.max)

  /// A locator for a new image.
  ///
  /// - Parameters:
  ///   - dataWriteGUID: that of the parent, as it stands in its current header.
  ///   - paths: how to find the parent, under keys of ``pathKeys``; at least one, each key once.
  /// - Throws: ``FormatError`` where a path is empty or longer than the format can say. The place
  ///   that it names is within the item.
  ///
  /// Source: [MS-VHDX] 2.6.2.6.3.
  package init(dataWriteGUID: GUID, paths: [Pair]) throws(FormatError) {
    precondition(
      !paths.isEmpty && paths.allSatisfy { Self.pathKeys.contains($0.key) }
        && Set(paths.map(\.key)).count == paths.count, "a path under each of some known keys")
    // Lower case, as Hyper-V writes it: libvhdi reads no other.
    let linkage = "{\(dataWriteGUID)}".lowercased()
    pairs = [Pair(key: Self.linkageKey, value: linkage)] + paths
    for (index, pair) in pairs.enumerated() {
      let byteCount = pair.value.utf16.count * 2
      guard (1...Self.maximumTextByteCount).contains(byteCount) else {
        throw FormatError(
          .outOfRange, breaking: .m11, field: "parentLocator.valueByteCount",
          at: UInt64(Self.headerByteCount + index * Self.pairByteCount + 10),
          expected: "1 to \(Self.maximumTextByteCount) bytes of UTF-16 for \(pair.key)",
          found: "\(byteCount)", hint: "Move the parent to where its path is shorter.")
      }
    }
  }

  /// The whole item: header, pairs, and the texts in the order of the pairs.
  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    var texts = ByteWriter()
    writer.write(Self.vhdxType)
    writer.write(UInt16(0))
    writer.write(UInt16(pairs.count))
    let textByteOffset = Self.headerByteCount + pairs.count * Self.pairByteCount
    for pair in pairs {
      let byteOffset = textByteOffset + texts.bytes.count
      let keyByteCount = pair.key.utf16.count * 2
      writer.write(UInt32(byteOffset))
      writer.write(UInt32(byteOffset + keyByteCount))
      writer.write(UInt16(keyByteCount))
      writer.write(UInt16(pair.value.utf16.count * 2))
      for unit in pair.key.utf16 { texts.write(unit) }
      for unit in pair.value.utf16 { texts.write(unit) }
    }
    return writer.bytes + texts.bytes
  }
}

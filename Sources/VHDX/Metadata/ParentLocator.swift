import Bytes

/// How to find the disk below a differencing one.
///
///     byte  0 16  locatorType  B04AEFB7-D19E-4A81-B789-25B8E9445913
///     byte 16  2  reserved     zero
///     byte 18  2  pairCount
///     byte 20  …  pairs, 12 bytes each:
///          0  4  keyByteOffset    from the item's start
///          4  4  valueByteOffset  from the item's start
///          8  2  keyByteCount     not 0
///         10  2  valueByteCount   not 0
///
/// Keys and values are UTF-16LE without a terminating zero; no key comes twice.
///
/// Source: [MS-VHDX] 2.6.2.6; rule M11.
package struct ParentLocator: Equatable, Sendable {
  package static let vhdxType = GUID(low: 0x4a81_d19e_b04a_efb7, high: 0x1359_44e9_b825_89b7)
  package static let linkageKey = "parent_linkage"
  package static let pathKeys = ["relative_path", "volume_path", "absolute_win32_path"]
  static let headerByteCount = 20
  static let pairByteCount = 12

  package struct Pair: Equatable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// In the order of the file.
  package var pairs: [Pair]

  /// - Parameters:
  ///   - bytes: the whole item.
  ///   - byteOffset: where the item stands in the file.
  /// - Throws: ``FormatError`` at the first field that is missing or wrong.
  package init(parsing bytes: [UInt8], at byteOffset: UInt64) throws(FormatError) {
    let region = ByteRegion(bytes)
    var reader = ByteReader(region, breaking: .m11)
    let type = try reader.readGUID("parentLocator.type")
    guard type == Self.vhdxType else {
      throw Self.problem("type", byteOffset, "\(Self.vhdxType)", "\(type)")
    }
    let reserved: UInt16 = try reader.read("parentLocator.reserved")
    guard reserved == 0 else {
      throw Self.problem("reserved", byteOffset + 16, "0", reserved.hex)
    }
    let pairCount: UInt16 = try reader.read("parentLocator.pairCount")
    pairs = []
    var keys = Set<String>()
    for _ in 0..<pairCount {
      let place = byteOffset + UInt64(reader.byteOffset)
      let pair = try Pair(reading: &reader, of: region, at: byteOffset)
      guard keys.insert(pair.key).inserted else {
        throw Self.problem("key", place, "a key that no pair before has", "'\(pair.key)'")
      }
      pairs.append(pair)
    }
    guard keys.contains(Self.linkageKey), Self.pathKeys.contains(where: keys.contains) else {
      throw Self.problem(
        "pairs", byteOffset + UInt64(Self.headerByteCount),
        "\(Self.linkageKey) and one of \(Self.pathKeys.joined(separator: ", "))",
        pairs.map { "'\($0.key)'" }.joined(separator: ", "))
    }
  }

  package subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

  static func problem(
    _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String
  ) -> FormatError {
    FormatError(
      .wrongValue, breaking: .m11, field: "parentLocator.\(field)", at: byteOffset,
      expected: expected,
      found: found, hint: "Without its parent this disk cannot be read.")
  }
}

extension ParentLocator.Pair {
  fileprivate init(
    reading reader: inout ByteReader, of region: ByteRegion, at itemByteOffset: UInt64
  ) throws(FormatError) {
    let place = itemByteOffset + UInt64(reader.byteOffset)
    let keyByteOffset: UInt32 = try reader.read("parentLocator.keyByteOffset")
    let valueByteOffset: UInt32 = try reader.read("parentLocator.valueByteOffset")
    let keyByteCount: UInt16 = try reader.read("parentLocator.keyByteCount")
    let valueByteCount: UInt16 = try reader.read("parentLocator.valueByteCount")
    key = try Self.text(
      "key", in: region, byteOffset: keyByteOffset, byteCount: keyByteCount, at: place)
    value = try Self.text(
      "value", in: region, byteOffset: valueByteOffset, byteCount: valueByteCount, at: place + 4)
  }

  private static func text(
    _ field: String, in region: ByteRegion, byteOffset: UInt32, byteCount: UInt16, at place: UInt64
  ) throws(FormatError) -> String {
    guard byteCount > 0, byteCount % 2 == 0,
      UInt64(byteOffset) + UInt64(byteCount) <= UInt64(region.byteCount)
    else {
      throw ParentLocator.problem(
        field, place, "UTF-16 inside of the item's \(region.byteCount) bytes",
        "\(byteCount) bytes at \(byteOffset)")
    }
    let start = Int(byteOffset)
    let units = stride(from: start, to: start + Int(byteCount), by: 2).map {
      region.load(at: $0, as: UInt16.self)
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw ParentLocator.problem(field, place, "UTF-16", "a lone surrogate")
    }
    return text
  }
}

import Bytes

/// Where the contents of a 512-byte unit are to be found.
package enum UnitContents: Hashable, Sendable {
  case zero
  /// 512 bytes of the log file from this offset on.
  case log(byteOffset: Int)
  /// 512 bytes of the base from this offset on.
  case base(byteOffset: Int)
  /// 512 bytes that stand nowhere like this: a unit that a change of the length has cut.
  case bytes([UInt8])
}

/// The same, small and without an array: what was cut off is only counted.
struct UnitSource: Equatable {
  enum Origin: UInt8 {
    case zero
    case log
    case base
  }

  var origin: Origin
  /// Whose data it is, where the origin is the log.
  var entryIndex = 0
  /// In the log file, or in the base.
  var byteOffset: Int
  /// The bytes from here to the end of the unit read as zeroes.
  var keptByteCount: Int

  static let zero = UnitSource(origin: .zero, byteOffset: 0, keptByteCount: 0)

  /// What is left when the disk once ended within the unit.
  func cut(toByteCount byteCount: Int) -> UnitSource {
    if origin == .zero || byteCount == 0 { return .zero }
    var source = self
    source.keptByteCount = min(keptByteCount, byteCount)
    return source
  }

  /// `unitCount` units on.
  func advanced(byUnits unitCount: Int) -> UnitSource {
    var source = self
    if origin != .zero { source.byteOffset += unitCount * StateSum.unitByteCount }
    return source
  }
}

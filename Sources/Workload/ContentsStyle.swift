import Bytes
import Scheduling
import WriteLog

/// How the contents of a client's writes are made.
package enum ContentsStyle: Hashable, Sendable {
  /// Each unit tells which operation wrote it, and where: ``StampedUnit``.
  case stamped
  /// One byte, repeated: what a program can be told to write in one word, as `qemu-io` with `-P`.
  /// Operation n writes the byte 1 + (n - 1) mod 255, so of 255 operations none is like another, and none
  /// writes zeroes.
  case filled

  /// Operations with a greater number would write what an earlier one wrote; `nil` where none would.
  package var largestOperationNumber: UInt64? {
    switch self {
    case .stamped: nil
    case .filled: 255
    }
  }

  /// The contents of a write.
  ///
  /// - Precondition: the range is made of whole units, and the number of the operation is not zero.
  package func bytes(seed: Seed, operation: UInt64, range: ByteRange) -> [UInt8] {
    switch self {
    case .stamped: StampedUnit.bytes(seed: seed, operation: operation, range: range)
    case .filled:
      [UInt8](repeating: Self.fillByte(operation: operation), count: Int(range.byteCount))
    }
  }

  /// The hash of each unit that a write covers.
  ///
  /// - Precondition: as for ``bytes(seed:operation:range:)``.
  package func unitHashes(seed: Seed, operation: ClientOperation) -> [Digest128] {
    let range = operation.range
    switch self {
    case .stamped:
      return range.units.map { unit in
        Checksum.xxh3Wide(
          StampedUnit(
            seed: seed, operation: operation.identifier,
            byteOffset: unit * UInt64(StateSum.unitByteCount)
          ).bytes)
      }
    case .filled:
      let unit = [UInt8](
        repeating: Self.fillByte(operation: operation.identifier), count: StateSum.unitByteCount)
      return Array(repeating: Checksum.xxh3Wide(unit), count: range.units.count)
    }
  }

  /// The byte that a filled write consists of: 1 to 255.
  package static func fillByte(operation: UInt64) -> UInt8 {
    precondition(operation > 0, "operations are numbered from 1")
    return UInt8(1 + (operation - 1) % 255)
  }

  /// What a unit tells of who wrote it; `nil` where it tells nothing.
  package func claim(of unit: [UInt8]) -> UnitClaim? {
    switch self {
    case .stamped:
      return StampedUnit(claimedBy: unit).map {
        UnitClaim(operation: $0.operation, byteOffset: $0.byteOffset, isWhole: $0.isWhole(unit))
      }
    case .filled:
      // Two versions in one unit meet at a few places; anything else is not made of fills.
      let changeCount = zip(unit, unit.dropFirst()).count { $0 != $1 }
      guard let byte = unit.first(where: { $0 != 0 }), changeCount <= Self.mostChangesInMixture
      else { return nil }
      return UnitClaim(operation: UInt64(byte), isWhole: changeCount == 0)
    }
  }

  /// What a read returned: which operation of the run wrote each unit, if it is whole and in its place.
  ///
  /// - Parameters:
  ///   - bytes: as long as the range.
  ///   - range: whole units.
  package func contents(ofRead bytes: [UInt8], _ range: ByteRange, seed: Seed) -> ReadContents {
    let unit = StateSum.unitByteCount
    precondition(bytes.count == Int(range.byteCount), "a read returns what it was asked for")
    var contents = ReadContents()
    for (start, place) in zip(stride(from: 0, to: bytes.count, by: unit), range.units) {
      contents.append(source(of: Array(bytes[start..<start + unit]), unit: place, seed: seed))
    }
    return contents
  }

  private func source(of bytes: [UInt8], unit: UInt64, seed: Seed) -> ReadContents.Source {
    if bytes.allSatisfy({ $0 == 0 }) { return .zeroes }
    let unitByteCount = UInt64(StateSum.unitByteCount)
    let range = ByteRange(byteOffset: unit * unitByteCount, byteCount: unitByteCount)
    if let operation = claim(of: bytes)?.operation, operation > 0,
      self.bytes(seed: seed, operation: operation, range: range) == bytes
    {
      return .operation(operation)
    }
    return .other(Checksum.xxh3Wide(bytes))
  }

  /// A hole, or a piece in the middle.
  private static let mostChangesInMixture = 2
}

/// Which operation a unit seems to come from.
package struct UnitClaim: Hashable, Sendable {
  package var operation: UInt64
  /// For which place it was written; `nil` where that is not told.
  package var byteOffset: UInt64?
  /// Whether it is all of that operation's.
  package var isWhole: Bool

  package init(operation: UInt64, byteOffset: UInt64? = nil, isWhole: Bool) {
    self.operation = operation
    self.byteOffset = byteOffset
    self.isWhole = isWhole
  }
}

/// Writes little-endian fields one after the other.
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init(reservingByteCount byteCount: Int = 0) {
    bytes.reserveCapacity(byteCount)
  }

  package mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value.littleEndian
    unsafe Swift.withUnsafeBytes(of: &rest) { unsafe bytes.append(contentsOf: $0) }
  }

  package mutating func write(_ more: [UInt8]) {
    bytes.append(contentsOf: more)
  }

  /// Appends zeroes until there are `byteCount` bytes.
  package mutating func pad(toByteCount byteCount: Int) {
    precondition(byteCount >= bytes.count, "padding cannot take bytes away")
    bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
  }
}

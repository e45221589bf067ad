/// Writes little-endian fields one after the other.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init(reservingByteCount byteCount: Int = 0) {
    bytes.reserveCapacity(byteCount)
  }

  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value.littleEndian
    unsafe Swift.withUnsafeBytes(of: &rest) { unsafe bytes.append(contentsOf: $0) }
  }

  public mutating func write(_ more: [UInt8]) {
    bytes.append(contentsOf: more)
  }

  /// Appends zeroes until there are `byteCount` bytes.
  public mutating func pad(toByteCount byteCount: Int) {
    precondition(byteCount >= bytes.count, "padding cannot take bytes away")
    bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
  }
}

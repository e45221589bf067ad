import Bytes
import Glibc

extension ByteRegion {
  /// Whether a range holds the bytes that another region has from a place on. The C library's comparison, because it
  /// looks at 32 bytes at once.
  ///
  /// - Precondition: the other region has so many there.
  package func hasTheBytes(of other: ByteRegion, from start: Int, in range: Range<Int>) -> Bool {
    if range.isEmpty { return true }
    return unsafe withUnsafeBytes(in: range) { ours in
      unsafe other.withUnsafeBytes(in: start..<start + range.count) { theirs in
        guard let one = ours.baseAddress, let two = theirs.baseAddress else {
          return true
        }
        return unsafe memcmp(one, two, ours.count) == 0
      }
    }
  }
}

/// A run of a disk that is stored, or that is a hole and reads as zeroes.
package struct NBDExtent: Equatable, Sendable {
  package var byteCount: UInt32
  package var isHole: Bool

  package init(byteCount: UInt32, isHole: Bool) {
    self.byteCount = byteCount
    self.isHole = isHole
  }

  /// As the context ``contextName`` has it: bit 0 for a hole, bit 1 for zeroes.
  var status: UInt32 { isHole ? 3 : 0 }

  /// The one thing that is told of extents.
  static let contextName = "base:allocation"
  static let contextNumber: UInt32 = 1
}

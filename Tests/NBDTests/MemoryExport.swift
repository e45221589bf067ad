import Bytes
import NBD
import Synchronization

/// A disk in memory that counts what it is asked for.
final class MemoryExport: NBDExport {
  struct State {
    var bytes: [UInt8]
    var calls: [String] = []
  }

  let byteCount: UInt64
  let isReadOnly: Bool
  /// Answers everything with this error.
  let failure: NBDError?
  let minimumBlockByteCount: UInt32
  private let state: Mutex<State>

  init(
    byteCount: Int, isReadOnly: Bool = false, failure: NBDError? = nil,
    minimumBlockByteCount: UInt32 = 1
  ) {
    self.minimumBlockByteCount = minimumBlockByteCount
    self.byteCount = UInt64(byteCount)
    self.isReadOnly = isReadOnly
    self.failure = failure
    state = Mutex(State(bytes: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 / 512 + 1) }))
  }

  var calls: [String] { state.withLock { $0.calls } }
  var bytes: [UInt8] { state.withLock { $0.bytes } }

  func read(_ range: ByteRange) throws(NBDError) -> [UInt8] {
    try note("read \(range)")
    return state.withLock { Array($0.bytes[Int(range.byteOffset)..<Int(range.endByteOffset)]) }
  }

  /// Every sector of zeroes is a hole.
  func extents(of range: ByteRange) throws(NBDError) -> [NBDExtent] {
    let isHole = bytes[Int(range.byteOffset)..<Int(range.endByteOffset)].allSatisfy { $0 == 0 }
    return [NBDExtent(byteCount: UInt32(range.byteCount), isHole: isHole)]
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    try note("write \(byteOffset) \(bytes.count)\(isFUA ? " fua" : "")")
    state.withLock {
      $0.bytes.replaceSubrange(Int(byteOffset)..<Int(byteOffset) + bytes.count, with: bytes)
    }
  }

  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    try note("zeroes \(range)\(isFUA ? " fua" : "")\(keepsSpace ? " keep" : "")")
    zero(range)
  }

  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError) {
    try note("trim \(range)")
    zero(range)
  }

  func flush(from origin: NBDOrigin) throws(NBDError) { try note("flush") }

  private func zero(_ range: ByteRange) {
    state.withLock {
      for place in Int(range.byteOffset)..<Int(range.endByteOffset) { $0.bytes[place] = 0 }
    }
  }

  private func note(_ call: String) throws(NBDError) {
    state.withLock { $0.calls.append(call) }
    if let failure { throw failure }
  }
}

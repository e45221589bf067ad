import Bytes
import VHDX

/// The parts of an image file that a trace is judged by, as written so far: the base, and over it
/// sectors that point into the write log, so that nothing is copied while whole sectors are written.
///
/// Who uses it decides which writes to hand over; payload is not, and reads as the base has it.
final class TracedFile: ImageFile {
  static let sectorByteCount = UInt64(LogRing.sectorByteCount)

  private enum Sector {
    /// All of it stands in the write log from this byte on.
    case logged(payloadByteOffset: Int)
    case bytes([UInt8])
    case zero
  }

  private let base: any ImageFile
  private let log: ByteRegion
  /// What of the base was never cut off.
  private var baseByteCount: UInt64
  private(set) var byteCount: UInt64
  private var sectors: [UInt64: Sector] = [:]

  init(base: any ImageFile, log: ByteRegion) {
    self.base = base
    self.log = log
    baseByteCount = base.byteCount
    byteCount = base.byteCount
  }

  /// The 4096 bytes of a sector; zeroes beyond the end.
  func sector(_ sectorIndex: UInt64) -> [UInt8] {
    switch sectors[sectorIndex] {
    case .logged(let place): return log.bytes(in: place..<place + Int(Self.sectorByteCount))
    case .bytes(let bytes): return bytes
    case .zero: return [UInt8](repeating: 0, count: Int(Self.sectorByteCount))
    case nil: return baseSector(sectorIndex)
    }
  }

  /// Whether a sector was zeroed and not written since, which is known without reading it.
  func isZeroed(_ sectorIndex: UInt64) -> Bool {
    if case .zero? = sectors[sectorIndex] { return true }
    return false
  }

  func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    var result: [UInt8] = []
    result.reserveCapacity(Int(range.byteCount))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let start = byteOffset % Self.sectorByteCount
      let partByteCount = min(Self.sectorByteCount - start, range.endByteOffset - byteOffset)
      let bytes = sector(byteOffset / Self.sectorByteCount)
      result += bytes[Int(start)..<Int(start + partByteCount)]
      byteOffset += partByteCount
    }
    return result
  }

  /// Changes a part of one sector.
  ///
  /// - Parameters:
  ///   - range: inside of one sector.
  ///   - payloadByteOffset: where its bytes stand in the write log; `nil` for zeroes.
  func change(_ range: ByteRange, payloadByteOffset: Int?) {
    let sectorIndex = range.byteOffset / Self.sectorByteCount
    if range.byteCount == Self.sectorByteCount {
      sectors[sectorIndex] = payloadByteOffset.map { .logged(payloadByteOffset: $0) } ?? .zero
      return
    }
    var bytes = sector(sectorIndex)
    let start = Int(range.byteOffset % Self.sectorByteCount)
    let end = start + Int(range.byteCount)
    if let payloadByteOffset {
      bytes.replaceSubrange(
        start..<end,
        with: log.bytes(in: payloadByteOffset..<payloadByteOffset + Int(range.byteCount)))
    } else {
      bytes.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
    }
    sectors[sectorIndex] = .bytes(bytes)
  }

  func grow(toByteCount newByteCount: UInt64) {
    byteCount = max(byteCount, newByteCount)
  }

  /// Cuts off or grows; what was cut off reads as zeroes afterwards.
  func resize(toByteCount newByteCount: UInt64) {
    if newByteCount < byteCount {
      let firstIndex = newByteCount / Self.sectorByteCount
      let rest = newByteCount % Self.sectorByteCount
      if rest > 0 {
        change(
          ByteRange(byteOffset: newByteCount, byteCount: Self.sectorByteCount - rest),
          payloadByteOffset: nil)
      }
      let firstCutIndex = firstIndex + (rest > 0 ? 1 : 0)
      sectors = sectors.filter { $0.key < firstCutIndex }
      baseByteCount = min(baseByteCount, newByteCount)
    }
    byteCount = newByteCount
  }

  private func baseSector(_ sectorIndex: UInt64) -> [UInt8] {
    let (start, overflow) = sectorIndex.multipliedReportingOverflow(by: Self.sectorByteCount)
    guard !overflow, start < baseByteCount else {
      return [UInt8](repeating: 0, count: Int(Self.sectorByteCount))
    }
    let found = min(Self.sectorByteCount, baseByteCount - start)
    let bytes = base.read(ByteRange(byteOffset: start, byteCount: found))
    return bytes + [UInt8](repeating: 0, count: Int(Self.sectorByteCount - found))
  }
}

import Bytes
import CrashStates

extension OverlayImage {
  /// The digest of the whole file: that of the crash state below, with what was changed taken out and
  /// put in again.
  ///
  /// - Parameter image: the overlay's base.
  package func digest(over image: StateImage) -> Digest128 {
    var sum = image.history.sum(of: image.state)
    var written: Set<UInt64> = []
    for range in changes.changedUnits(before: image.byteCount) {
      image.history.forEachUnitHash(of: range, in: image.state) { unit, hash in
        sum -= StateSum.contribution(ofHash: hash, unitIndex: unit)
      }
    }
    for change in changes {
      if case .write(let byteOffset, let bytes) = change {
        let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
        written.formUnion(range.units)
      }
    }
    for unit in written {
      let hash = Checksum.xxh3Wide(self.unit(at: unit))
      sum += StateSum.contribution(ofHash: hash, unitIndex: unit)
    }
    return sum.digest(diskByteCount: byteCount)
  }

  /// 512 bytes; zeroes beyond the end.
  package func unit(at unitIndex: UInt64) -> [UInt8] {
    let unit = UInt64(StateSum.unitByteCount)
    let start = min(unitIndex * unit, byteCount)
    let bytes = read(ByteRange(byteOffset: start, byteCount: min(unit, byteCount - start)))
    return bytes + [UInt8](repeating: 0, count: Int(unit) - bytes.count)
  }
}

extension [ImageChange] {
  /// The units of a file of `byteCount` bytes, and after it, that any of these changes touches, each
  /// once. Whole units: log sectors and whole MiB are.
  package func changedUnits(before byteCount: UInt64) -> [Range<UInt64>] {
    compactMap { change -> Range<UInt64>? in
      guard let range = change.range else { return nil }
      let end = Swift.min(range.endByteOffset, Swift.max(byteCount, range.byteOffset))
      return ByteRange(byteOffset: range.byteOffset, byteCount: end - range.byteOffset).units
    }.merged
  }
}

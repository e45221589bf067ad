import Bytes
import Workload

/// Shorter ranges nearer to the start, simpler operations.
extension ShrinkTrials {
  mutating func simplifyOperations() {
    for position in best.operations.indices {
      var isSimpler = true
      while isSimpler && !isOver {
        let operation = best.operations[position]
        isSimpler = simplerForms(of: operation).contains { form in
          takes(best.mapping { $0.identifier == operation.identifier ? form : $0 })
        }
      }
    }
  }

  /// The simplest first; each is strictly simpler, so that this ends.
  private func simplerForms(of operation: ClientOperation) -> [ClientOperation] {
    var forms: [ClientOperation] = []
    func add(_ change: (inout ClientOperation) -> Void) {
      var form = operation
      change(&form)
      forms.append(form)
    }
    if operation.isFUA { add { $0.isFUA = false } }
    switch operation.action {
    case .read, .flush, .close: break
    case .resize:
      for byteCount in shorterByteCounts(than: operation.range.byteCount) {
        add { $0.range = ByteRange(byteOffset: 0, byteCount: byteCount) }
      }
    case .discard, .writeZeroes: add { $0.action = .write }
    case .write: break
    }
    guard operation.action.hasRange, operation.action != .resize else { return forms }
    for range in shorterRanges(of: operation.range) + nearerRanges(of: operation.range) {
      add { $0.range = range }
    }
    return forms
  }

  private func shorterByteCounts(than byteCount: UInt64) -> [UInt64] {
    let sector = sectorByteCount
    return [0, sector, byteCount / 2 / sector * sector].filter { $0 < byteCount }
  }

  private var sectorByteCount: UInt64 { UInt64(best.configuration.clientSectorByteCount) }

  private func shorterRanges(of range: ByteRange) -> [ByteRange] {
    let sector = sectorByteCount
    let sectorCount = range.byteCount / sector
    if sectorCount <= 1 { return [] }
    func part(_ firstSector: UInt64, _ count: UInt64) -> ByteRange {
      ByteRange(byteOffset: range.byteOffset + firstSector * sector, byteCount: count * sector)
    }
    let half = sectorCount / 2
    return [
      part(0, 1), part(sectorCount - 1, 1), part(0, half), part(half, sectorCount - half),
      part(0, sectorCount - 1), part(1, sectorCount - 1),
    ]
  }

  /// In the same place of an earlier block, or earlier in its block.
  private func nearerRanges(of range: ByteRange) -> [ByteRange] {
    let block = UInt64(best.configuration.image.blockByteCount)
    let inBlock = range.byteOffset % block
    let sector = sectorByteCount
    let half = range.byteOffset / 2 / sector * sector
    var offsets = [0, inBlock, range.byteOffset - inBlock, half]
    if range.byteOffset >= block { offsets.append(range.byteOffset - block) }
    return offsets.filter { $0 < range.byteOffset }
      .map { ByteRange(byteOffset: $0, byteCount: range.byteCount) }
  }
}

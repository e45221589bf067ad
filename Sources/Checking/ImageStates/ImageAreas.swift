import Bytes
import CrashStates
import VHDX

/// Which parts of the file hold structures, by the image before the log's first entry or after its last.
struct ImageAreas {
  /// File identifier, region tables, metadata, and regions of others.
  private(set) var structures: [ByteRange] = []
  /// What a log and its replay change: headers, log, block table.
  private(set) var recoverable: [ByteRange] = []

  private static let everything = ByteRange(byteOffset: 0, byteCount: .max)
  private static let headers = ByteRange(
    byteOffset: HeaderSlot.first.byteOffset,
    byteCount: RegionTableSlot.first.byteOffset - HeaderSlot.first.byteOffset)

  init(_ history: DiskHistory) {
    for cut in [0, history.entryCount] {
      add(StateImage(history, CrashState(cut: cut)))
    }
    if structures.isEmpty {
      structures = [Self.everything]
      recoverable = [Self.everything]
    }
  }

  /// Whether these are the places where such an image has its structures.
  func cover(log: ByteRange?, _ regions: ImageRegions) -> Bool {
    let needed = [(regions.metadata.range, structures), (regions.blockTable.range, recoverable)]
    let logs = log.map { [($0, recoverable)] } ?? []
    return (needed + logs).allSatisfy { range, area in
      area.contains { $0.byteOffset <= range.byteOffset && range.endByteOffset <= $0.endByteOffset }
    }
  }

  private mutating func add(_ image: StateImage) {
    guard
      let header = try? HeaderPair(reading: image).current(.qemu, fileByteCount: image.byteCount),
      let table = try? RegionTablePair(reading: image).current(.firstValid),
      let regions = try? ImageRegions(
        table: table, log: header.header.logRange, fileByteCount: image.byteCount)
    else { return }
    let start = RegionTableSlot.first.byteOffset
    structures += [
      ByteRange(byteOffset: 0, byteCount: HeaderSlot.first.byteOffset),
      ByteRange(byteOffset: start, byteCount: (1 << 20) - start),
      regions.metadata.range,
    ]
    structures += regions.unknown.map(\.range)
    recoverable += [Self.headers, regions.blockTable.range]
    if let log = header.header.logRange { recoverable.append(log) }
  }
}

import Bytes
import Checking
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

  /// Whether the image has its log where these areas say.
  func coverLog(of image: any ImageFile) -> Bool {
    let current = try? HeaderPair(reading: image).current(.qemu, fileByteCount: image.byteCount)
    guard let log = current?.header.logRange else { return true }
    return Self.covers(recoverable, log)
  }

  /// Whether the image has its regions where these areas say.
  func cover(_ regions: ImageRegions) -> Bool {
    Self.covers(structures, regions.metadata.range)
      && Self.covers(recoverable, regions.blockTable.range)
  }

  private static func covers(_ area: [ByteRange], _ range: ByteRange) -> Bool {
    area.contains { $0.byteOffset <= range.byteOffset && range.endByteOffset <= $0.endByteOffset }
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

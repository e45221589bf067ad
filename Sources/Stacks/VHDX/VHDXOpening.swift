import BlockDevice
import Bytes
import VHDX

/// Opens an image: recovers it where its log is not empty, and reads what a writer goes by.
///
/// Only the structures are read, no payload. What recovery does goes through the device below in
/// order, flushes among it.
///
/// Source: [MS-VHDX] 2.3.3.
struct VHDXOpening {
  /// Tables up to this length are kept in memory: 8 million blocks.
  static let maximumTableByteCount: UInt64 = 64 << 20

  let file: ImageBelow
  let recovery: RecoveryProfile
  let guids: GUIDSource

  func run() async throws(DeviceError) -> OpenedImage {
    try await recover()
    let snapshot = ImageSnapshot(file)
    for slot in HeaderSlot.allCases { try await snapshot.load(slot.range) }
    for slot in RegionTableSlot.allCases {
      try await snapshot.load(
        ByteRange(byteOffset: slot.byteOffset, byteCount: UInt64(RegionTable.byteCount)))
    }
    let (current, regions) = try parsing { () throws(FormatError) in
      let current = try HeaderPair(reading: snapshot).current(
        headerReading, fileByteCount: snapshot.byteCount)
      let regions = try ImageRegions(
        table: RegionTablePair(reading: snapshot).current(
          recovery.readsHeadersAsQEMU ? .firstOnly : .refuseDiffering),
        log: current.header.logRange, fileByteCount: snapshot.byteCount)
      return (current, regions)
    }
    let parameters = try await readParameters(regions.metadata.range, snapshot)
    let map = try await readTable(regions, parameters, snapshot)
    return OpenedImage(current: current, regions: regions, parameters: parameters, map: map)
  }

  private var headerReading: HeaderReadingOptions {
    recovery.readsHeadersAsQEMU ? .qemu : .strict
  }

  /// Whatever is wrong with the image is the opening's error.
  private func parsing<Value>(
    _ body: () throws(FormatError) -> Value
  ) throws(DeviceError) -> Value {
    do {
      return try body()
    } catch {
      throw .unusableImage("\(error)")
    }
  }

  // MARK: Recovery

  private func recover() async throws(DeviceError) {
    let snapshot = ImageSnapshot(file)
    for slot in HeaderSlot.allCases { try await snapshot.load(slot.range) }
    let current = try? HeaderPair(reading: snapshot).current(
      headerReading, fileByteCount: snapshot.byteCount)
    if let header = current?.header, !header.logGUID.isZero, let log = header.logRange {
      try await snapshot.load(log)
    }
    let overlay = OverlayImage(snapshot)
    let options = RecoveryOptions(
      maximumFileByteCount: VHDXDisk.maximumFileByteCount,
      fileWriteGUID: guids.draw(.recoveryFileWrite),
      dataWriteGUID: guids.draw(.recoveryDataWrite))
    let outcome = Recovery(profile: recovery, options: options).run(on: overlay)
    for change in overlay.changes { try await carryOut(change) }
    switch outcome {
    case .notNeeded, .recovered, .openedWithoutReplay: return
    case .refused(let refusal): throw .unusableImage("\(refusal)")
    case .neverEnds: throw .unusableImage("opening the image would never end")
    }
  }

  private func carryOut(_ change: ImageChange) async throws(DeviceError) {
    switch change {
    case .flush: try await file.flush()
    case .resize(let byteCount): try await file.resize(toByteCount: byteCount)
    case .zero(let range):
      try await grow(for: range)
      try await file.writeZeroes(range)
    case .write(let byteOffset, let bytes):
      let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
      let sectors = range.widened(toMultiplesOf: UInt64(file.device.sectorByteCount))
      try await grow(for: sectors)
      var whole = bytes
      if sectors != range {
        whole = try await file.read(sectors)
        let start = Int(range.byteOffset - sectors.byteOffset)
        whole.replaceSubrange(start..<start + bytes.count, with: bytes)
      }
      try await file.write(whole, at: sectors.byteOffset)
    }
  }

  private func grow(for range: ByteRange) async throws(DeviceError) {
    if range.endByteOffset > file.byteCount {
      try await file.resize(toByteCount: range.endByteOffset)
    }
  }

  // MARK: Structures

  private func readParameters(
    _ region: ByteRange, _ snapshot: ImageSnapshot
  ) async throws(DeviceError) -> DiskParameters {
    try await snapshot.load(
      ByteRange(byteOffset: region.byteOffset, byteCount: UInt64(MetadataTable.byteCount)))
    let table = try parsing { () throws(FormatError) in
      try MetadataTable(reading: snapshot, region: region)
    }
    for entry in table.entries where entry.byteCount > 0 {
      try await snapshot.load(
        ByteRange(
          byteOffset: region.byteOffset + UInt64(entry.byteOffset),
          byteCount: UInt64(entry.byteCount)))
    }
    let parameters = try parsing { () throws(FormatError) in
      try ImageMetadata(reading: snapshot, region: region).parameters
    }
    guard !parameters.hasParent else {
      throw .unsupported("the image is a differencing one, which needs its parent")
    }
    return parameters
  }

  private func readTable(
    _ regions: ImageRegions, _ parameters: DiskParameters, _ snapshot: ImageSnapshot
  ) async throws(DeviceError) -> BlockMap {
    let geometry = BlockGeometry(parameters)
    let region = regions.blockTable.range
    let used = ByteRange(
      byteOffset: region.byteOffset,
      byteCount: geometry.entryCount * UInt64(BlockTableEntry.byteCount)
    ).widened(toMultiplesOf: UInt64(BlockMap.sectorByteCount))
    guard used.byteCount <= Self.maximumTableByteCount else {
      throw .unsupported(
        "the block allocation table has \(used.byteCount) bytes, more than "
          + "\(Self.maximumTableByteCount)")
    }
    let table = try parsing { () throws(FormatError) in
      try BlockTable(reading: snapshot, region: region, geometry: geometry)
    }
    try await snapshot.load(used)
    try parsing { () throws(FormatError) in
      try table.check(occupied: regions.ranges, fileByteCount: snapshot.byteCount)
    }
    return BlockMap(
      geometry: geometry, tableByteOffset: region.byteOffset, tableBytes: snapshot.read(used))
  }
}

/// Those parts of an image that were read from its device; the rest reads as zeroes.
private final class ImageSnapshot: ImageFile {
  private let file: ImageBelow
  private var contents: SparseBytes

  var byteCount: UInt64 { contents.byteCount }

  init(_ file: ImageBelow) {
    self.file = file
    contents = SparseBytes(byteCount: file.byteCount)
  }

  func read(_ range: ByteRange) -> [UInt8] { contents.read(range) }

  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    contents.knownZeroByteCount(at: byteOffset)
  }

  /// Reads what the file has of a range.
  func load(_ range: ByteRange) async throws(DeviceError) {
    let sector = UInt64(file.device.sectorByteCount)
    let wide = range.widened(toMultiplesOf: sector)
    let end = min(wide.endByteOffset, byteCount / sector * sector)
    guard wide.byteOffset < end else { return }
    contents.write(
      try await file.read(
        ByteRange(byteOffset: wide.byteOffset, byteCount: end - wide.byteOffset)),
      at: wide.byteOffset)
  }
}

extension ByteRange {
  /// The smallest range of whole units that has all of this one.
  fileprivate func widened(toMultiplesOf unit: UInt64) -> ByteRange {
    let start = byteOffset / unit * unit
    let end = (endByteOffset / unit + (endByteOffset % unit == 0 ? 0 : 1)) * unit
    return ByteRange(byteOffset: start, byteCount: end - start)
  }
}

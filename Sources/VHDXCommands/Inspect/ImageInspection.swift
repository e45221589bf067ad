import Bytes
import Checking
import VHDX
import VHDXJudges

/// Everything that can be read of an image. What cannot says why, and the rest is read all the same.
///
/// Where the log must be replayed and can be, regions, metadata and blocks are read as they stand
/// after that, which is done in memory.
struct ImageInspection {
  let identifier: Result<FileIdentifier, FormatError>
  let headers: HeaderPair
  let current: Result<CurrentHeader, FormatError>
  let log: ImageLogInspection?
  let recovery: RecoveryOutcome
  let regionTables: RegionTablePair
  let regions: Result<ImageRegions, FormatError>
  let metadataTable: Result<MetadataTable, FormatError>
  let metadata: Result<ImageMetadata, FormatError>
  let blockTable: Result<BlockTable, FormatError>
  let blocks: BlockSummary?
  /// What is broken, as ``VHDXFindings`` has it.
  let problems: [RecoverRefusal]
  /// Why the image does not open; `nil` where it does.
  let refusal: RecoverRefusal?
  /// The file as it stands.
  let file: any ImageFile
  /// What regions, metadata and blocks were read from.
  let view: any ImageFile

  init(_ file: any ImageFile) {
    self.file = file
    identifier = Result { () throws(FormatError) in try FileIdentifier(reading: file) }
    let headers = HeaderPair(reading: file)
    self.headers = headers
    let current = Result { () throws(FormatError) in
      try headers.current(fileByteCount: file.byteCount)
    }
    self.current = current
    let header = try? current.get()
    log = header.flatMap { ImageLogInspection(file, header: $0.header) }
    let overlay = OverlayImage(file)
    recovery = Recovery().run(on: overlay, searched: log?.report)
    let view: any ImageFile = recovery.opens ? overlay : file
    self.view = view
    let tables = RegionTablePair(reading: view)
    regionTables = tables
    let parts = ImageParts(view, tables: tables, log: header?.header.logRange)
    regions = parts.regions
    metadataTable = parts.metadataTable
    metadata = parts.metadata
    blockTable = parts.blockTable
    blocks = parts.blocks
    let findings = VHDXFindings(file)
    let place = RecoverRefusal.Place(current: header, active: log?.report?.active, file: file)
    refusal = findings.refusal.map { RecoverRefusal($0, place) }
    var details: [RecoverRefusal] = []
    if case .failure(let error) = identifier { details.append(RecoverRefusal(error)) }
    if case .refused(let refusal) = recovery { details.append(RecoverRefusal(refusal, place)) }
    problems = findings.problems(detailed: details + parts.problems.map { RecoverRefusal($0) })
  }

  /// Whether the parts are shown as the log's replay leaves them.
  var isReplayed: Bool {
    if case .recovered = recovery { true } else { false }
  }
}

/// Regions and what is in them, each as far as it can be read.
private struct ImageParts {
  var regions: Result<ImageRegions, FormatError>
  var metadataTable: Result<MetadataTable, FormatError>
  var metadata: Result<ImageMetadata, FormatError>
  var blockTable: Result<BlockTable, FormatError>
  var blocks: BlockSummary?
  /// In the order of the parts; one that only follows from another is not in here.
  var problems: [FormatError] = []

  init(_ file: any ImageFile, tables: RegionTablePair, log: ByteRange?) {
    do throws(FormatError) {
      _ = try tables.current()
    } catch {
      problems.append(error)
    }
    guard let table = try? tables.current(.firstValid) else {
      let error = problems[0]
      regions = .failure(error)
      metadataTable = .failure(error)
      metadata = .failure(error)
      blockTable = .failure(error)
      return
    }
    regions = Result { () throws(FormatError) in
      try ImageRegions(table: table, log: log, fileByteCount: file.byteCount)
    }
    var found: [FormatError] = []
    if case .failure(let error) = regions { found.append(error) }
    let metadataRange = Result { () throws(FormatError) in
      try Self.range(of: RegionEntry.metadataGUID, "metadata", in: table, file)
    }
    metadataTable = metadataRange.flatMap { range in
      Result { () throws(FormatError) in try MetadataTable(reading: file, region: range) }
    }
    metadata = metadataRange.flatMap { range in
      Result { () throws(FormatError) in try ImageMetadata(reading: file, region: range) }
    }
    if case .failure(let error) = metadata { found.append(error) }
    blockTable = metadata.flatMap { metadata in
      Result { () throws(FormatError) in
        try BlockTable(
          reading: file,
          region: Self.range(
            of: RegionEntry.blockTableGUID, "block allocation table", in: table, file),
          geometry: BlockGeometry(metadata.parameters))
      }
    }
    if case .failure(let error) = blockTable { found.append(error) }
    problems += found
    readBlocks(file, table: table, log: log)
    var unique: [FormatError] = []
    for error in problems where !unique.contains(error) { unique.append(error) }
    problems = unique
  }

  private mutating func readBlocks(
    _ file: any ImageFile, table: RegionTable, log: ByteRange?
  ) {
    guard let blockTable = try? blockTable.get() else { return }
    let occupied = table.entries.map(\.range) + (log.map { [$0] } ?? [])
    blocks = BlockSummary(blockTable, occupied: occupied, fileByteCount: file.byteCount)
    do throws(FormatError) {
      try blockTable.check(occupied: occupied, fileByteCount: file.byteCount)
    } catch {
      problems.append(error)
    }
  }

  /// A region's place, also where other regions are damaged.
  private static func range(
    of guid: GUID, _ name: String, in table: RegionTable, _ file: any ImageFile
  ) throws(FormatError) -> ByteRange {
    let place = RegionTableSlot.first.byteOffset + 16
    guard let entry = table.entry(guid) else {
      throw FormatError(
        .wrongValue, field: "regionTable.entries", at: place,
        expected: "the \(name) region, \(guid)", found: "\(table.entries.count) others",
        hint: "Without this region nothing can be read.")
    }
    guard entry.range.endByteOffset <= file.byteCount else {
      throw FormatError(
        .truncated, field: name, at: entry.byteOffset, expected: "\(entry.byteCount) bytes",
        found: "a file of \(file.byteCount) bytes", hint: "The image was cut short.")
    }
    return entry.range
  }
}

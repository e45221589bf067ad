import Bytes
import Campaign
import Reporting
import VHDX

/// What `inspect --format json` says of an image: the facts of ``ImageDescription`` for a program.
///
/// Each key is always there, `null` where there is nothing to say or where it cannot be read; keys
/// are sorted; 64-bit values are hexadecimal strings. `blockEntries` and `logEntries` are `null`
/// unless the lists were asked for.
struct ImageInspectionDocument: Encodable {
  static let schemaVersion = 1

  private let schemaVersion = Self.schemaVersion
  private let version = ToolVersion.text
  private let command = "inspect"
  private let kind = "vhdx"
  private let subject: String
  private let fileByteCount: String
  private let creator: Nullable<String>
  private let headers: [ImageDocument.Header]
  private let currentHeader: Nullable<String>
  private let log: Nullable<Log>
  /// Whether regions, metadata and blocks are as they stand once the log is replayed.
  private let isReplayed: Bool
  private let regionTables: [Table]
  private let areRegionTablesEqual: Bool
  private let metadataItems: Nullable<[Item]>
  private let disk: Nullable<Disk>
  private let blocks: Nullable<Blocks>
  private let problems: [RecoverDocument.Refusal]
  private let opens: Bool
  /// Why it does not open, one of the problems; `null` where it does.
  private let refusal: Nullable<RecoverDocument.Refusal>
  private let blockEntries: Nullable<Bool>
  private let logEntries: Nullable<Bool>
  /// As in ``LogDocument``.
  private var outcome: String

  init(_ image: ImageInspection, path: String) {
    subject = path
    fileByteCount = image.file.byteCount.hex
    creator = Nullable((try? image.identifier.get())?.creator)
    headers = ImageDocument.headers(image.headers)
    currentHeader = Nullable((try? image.current.get())?.slot.name)
    log = Nullable(image.log.map { Log($0, image.recovery) })
    isReplayed = image.isReplayed
    let tables = image.regionTables
    regionTables = [Table(.first, tables.first), Table(.second, tables.second)]
    let first = try? tables.first.get()
    areRegionTablesEqual = first != nil && first == (try? tables.second.get())
    metadataItems = Nullable((try? image.metadataTable.get())?.entries.map { Item($0) })
    disk = Nullable((try? image.metadata.get()).map { Disk($0) })
    blocks = Nullable(image.blocks.map { Blocks($0) })
    problems = image.problems.map { RecoverDocument.Refusal($0) }
    opens = image.refusal == nil
    refusal = Nullable(image.refusal.map { RecoverDocument.Refusal($0) })
    blockEntries = Nullable(nil)
    logEntries = Nullable(nil)
    outcome = (problems.isEmpty ? Outcome.Kind.passed : .failed).rawValue
  }

  mutating func interrupt() { outcome = Outcome.Kind.interrupted.rawValue }

  /// The text in front of the value of `blockEntries`, between the two lists, and after the second.
  func parts() throws -> [String] {
    try JSONText.pieces(self, around: ["blockEntries", "logEntries"])
  }

  private struct Log: Encodable {
    let logGUID: String
    let byteOffset: String
    let byteCount: String
    /// `empty`, `replayable` or `refused`.
    let state: String
    let runs: [ImageDocument.Run]
    let foreignEntryCount: Int

    init(_ log: ImageLogInspection, _ recovery: RecoveryOutcome) {
      logGUID = "\(log.logGUID)"
      byteOffset = log.ring.range.byteOffset.hex
      byteCount = log.ring.range.byteCount.hex
      state =
        switch recovery {
        case .notNeeded: "empty"
        case .recovered: "replayable"
        case .refused, .openedWithoutReplay, .neverEnds: "refused"
        }
      runs = log.report?.runs.map { ImageDocument.Run($0) } ?? []
      foreignEntryCount = log.foreignEntryCount
    }
  }

  private struct Table: Encodable {
    let slot: String
    let byteOffset: String
    let problem: Nullable<ImageDocument.Problem>
    let entries: Nullable<[Region]>

    init(_ slot: RegionTableSlot, _ outcome: Result<RegionTable, FormatError>) {
      self.slot = slot == .first ? "first" : "second"
      byteOffset = slot.byteOffset.hex
      switch outcome {
      case .success(let table):
        problem = Nullable(nil)
        entries = Nullable(table.entries.map { Region($0) })
      case .failure(let error):
        problem = Nullable(ImageDocument.Problem(error))
        entries = Nullable(nil)
      }
    }
  }

  private struct Region: Encodable {
    let guid: String
    let name: Nullable<String>
    let byteOffset: String
    let byteCount: String
    let isRequired: Bool

    init(_ entry: RegionEntry) {
      guid = "\(entry.guid)"
      name = Nullable(ImageNames.region(entry.guid))
      byteOffset = entry.byteOffset.hex
      byteCount = UInt64(entry.byteCount).hex
      isRequired = entry.isRequired
    }
  }

  private struct Item: Encodable {
    let itemID: String
    let name: Nullable<String>
    /// From the start of the metadata region.
    let byteOffset: String
    let byteCount: String
    let isUser: Bool
    let isVirtualDisk: Bool
    let isRequired: Bool

    init(_ entry: MetadataEntry) {
      itemID = "\(entry.itemID)"
      name = Nullable(ImageNames.item(entry))
      byteOffset = UInt64(entry.byteOffset).hex
      byteCount = UInt64(entry.byteCount).hex
      isUser = entry.isUser
      isVirtualDisk = entry.flags.contains(.virtualDisk)
      isRequired = entry.isRequired
    }
  }

  private struct Disk: Encodable {
    /// `dynamic`, `fixed` or `differencing`.
    let kind: String
    let virtualDiskByteCount: String
    let blockByteCount: String
    let logicalSectorByteCount: UInt32
    let physicalSectorByteCount: UInt32
    let virtualDiskID: String
    let leavesBlocksAllocated: Bool
    let hasParent: Bool
    let parentLocator: Nullable<[Pair]>

    struct Pair: Encodable {
      let key: String
      let value: String
    }

    init(_ metadata: ImageMetadata) {
      let parameters = metadata.parameters
      kind = ImageNames.kind(of: parameters)
      virtualDiskByteCount = parameters.virtualDiskByteCount.hex
      blockByteCount = UInt64(parameters.blockByteCount).hex
      logicalSectorByteCount = parameters.logicalSectorByteCount
      physicalSectorByteCount = parameters.physicalSectorByteCount
      virtualDiskID = "\(parameters.virtualDiskID)"
      leavesBlocksAllocated = parameters.leavesBlocksAllocated
      hasParent = parameters.hasParent
      parentLocator = Nullable(
        metadata.parentLocator?.pairs.map { Pair(key: $0.key, value: $0.value) })
    }
  }

  private struct Blocks: Encodable {
    let payloadCounts: [State]
    let bitmapCounts: [State]
    let allocatedByteCount: String
    let unusedByteCount: Nullable<String>
    let largestGaps: [Gap]

    struct State: Encodable {
      let state: String
      let entryCount: String
    }

    struct Gap: Encodable {
      let byteOffset: String
      let byteCount: String
    }

    init(_ summary: BlockSummary) {
      payloadCounts = zip(ImageNames.payloadStates, summary.payloadCounts).map {
        State(state: $0, entryCount: $1.hex)
      }
      bitmapCounts = zip(ImageNames.bitmapStates, summary.bitmapCounts).map {
        State(state: $0, entryCount: $1.hex)
      }
      allocatedByteCount = summary.allocatedByteCount.hex
      unusedByteCount = Nullable(summary.unusedByteCount?.hex)
      largestGaps = summary.gaps.map {
        Gap(byteOffset: $0.byteOffset.hex, byteCount: $0.byteCount.hex)
      }
    }
  }
}

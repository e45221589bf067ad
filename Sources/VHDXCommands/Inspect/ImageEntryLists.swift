import Bytes
import Reporting
import VHDX

/// The two long lists of an image, an entry at a time: used entries of the block table, and entries
/// of the active run.
struct ImageEntryLists {
  private let image: ImageInspection

  init(_ image: ImageInspection) {
    self.image = image
  }

  /// An entry of the block table.
  struct Block {
    var entryIndex: UInt64
    var entry: BlockTableEntry
    var table: BlockTable
  }

  /// An entry of the active run.
  struct LogEntry {
    var entry: FoundLogEntry
    /// Whether it stands at the tail or after it.
    var isReplayed: Bool
    var ring: LogRing
  }

  func forEachBlock(_ body: (Block) throws -> Void) throws {
    guard let table = try? image.blockTable.get() else { return }
    try table.forEachUsedEntry { (entryIndex, entry) throws in
      try body(Block(entryIndex: entryIndex, entry: entry, table: table))
    }
  }

  func forEachLogEntry(_ body: (LogEntry) throws -> Void) throws {
    guard let log = image.log, let run = log.report?.active else { return }
    let tailEntryIndex = run.tailEntryIndex ?? 0
    for (index, entry) in run.entries.enumerated() {
      try body(
        LogEntry(
          entry: entry, isReplayed: index >= tailEntryIndex, ring: log.ring))
    }
  }
}

extension ImageEntryLists.Block {
  var state: String {
    let names = isPayload ? ImageNames.payloadStates : ImageNames.bitmapStates
    return names[Int(entry.stateBits)]
  }

  /// Of the block, or of the chunk for a bitmap.
  var index: UInt64 {
    switch table.geometry.role(ofEntry: entryIndex) {
    case .payload(let blockIndex): blockIndex
    case .bitmap(let chunkIndex): chunkIndex
    }
  }

  var isPayload: Bool {
    if case .payload = table.geometry.role(ofEntry: entryIndex) { true } else { false }
  }

  /// The entry in one line.
  var text: String {
    let name = isPayload ? "block" : "bitmap"
    let place = entry.byteOffset == 0 ? "" : "  byte \(entry.byteOffset)"
    return "\(name) \(index)  entry \(entryIndex)  \(state)\(place)"
  }
}

extension ImageEntryLists.LogEntry {
  /// The entry, and a line for each thing that it changes.
  var text: String {
    let header = entry.header
    var lines = [
      "log entry \(header.sequenceNumber)  byte \(ring.fileByteOffset(entry.ringByteOffset))  "
        + "\(entry.byteCount) bytes  tail \(header.tailByteOffset)  "
        + "flushed \(header.flushedByteCount)  last \(header.lastByteCount)"
        + (isReplayed ? "" : "  in front of the tail: not replayed")
    ]
    ring.forEachDescriptor(of: entry) { descriptor in
      lines.append(
        "  \(descriptor.isData ? "data" : "zero")  byte \(descriptor.fileByteOffset)  "
          + "\(descriptor.targetByteCount) bytes")
    }
    return lines.joined(separator: "\n")
  }
}

/// The elements of the two lists as JSON, each on one line.
enum ImageEntryDocument {
  struct Block: Encodable {
    let entryIndex: String
    let entryByteOffset: String
    /// `payload` or `bitmap`.
    let kind: String
    /// Of the block, or of the chunk for a bitmap.
    let index: String
    let state: String
    let fileByteOffset: String

    init(_ block: ImageEntryLists.Block) {
      entryIndex = block.entryIndex.hex
      entryByteOffset = block.table.byteOffset(ofEntry: block.entryIndex).hex
      kind = block.isPayload ? "payload" : "bitmap"
      index = block.index.hex
      state = block.state
      fileByteOffset = block.entry.byteOffset.hex
    }
  }

  struct LogEntry: Encodable {
    let ringByteOffset: String
    let fileByteOffset: String
    let byteCount: String
    let sequenceNumber: String
    let tailByteOffset: String
    let flushedByteCount: String
    let lastByteCount: String
    let isReplayed: Bool
    let descriptors: [Descriptor]

    init(_ element: ImageEntryLists.LogEntry) {
      let entry = element.entry
      let ring = element.ring
      ringByteOffset = entry.ringByteOffset.hex
      fileByteOffset = ring.fileByteOffset(entry.ringByteOffset).hex
      byteCount = entry.byteCount.hex
      sequenceNumber = entry.header.sequenceNumber.hex
      tailByteOffset = entry.header.tailByteOffset.hex
      flushedByteCount = entry.header.flushedByteCount.hex
      lastByteCount = entry.header.lastByteCount.hex
      isReplayed = element.isReplayed
      var found: [Descriptor] = []
      ring.forEachDescriptor(of: entry) { found.append(Descriptor($0)) }
      descriptors = found
    }
  }

  struct Descriptor: Encodable {
    /// `data` or `zero`.
    let kind: String
    let fileByteOffset: String
    let byteCount: String

    init(_ descriptor: LogDescriptor) {
      kind = descriptor.isData ? "data" : "zero"
      fileByteOffset = descriptor.fileByteOffset.hex
      byteCount = descriptor.targetByteCount.hex
    }
  }

  static func line(_ element: some Encodable) throws -> String { try JSONText.line(element) }
}

import Bytes
import Reporting
import VHDX

/// The facts of an image, a line each.
struct ImageDescription {
  private let image: ImageInspection
  private let path: String

  init(_ image: ImageInspection, path: String) {
    self.image = image
    self.path = path
  }

  var text: String {
    var lines = ["\(path): VHDX image, \(image.file.byteCount) bytes"]
    lines.append("  opens      " + (image.refusal.map { "no: \($0.text)" } ?? "yes"))
    lines.append(creatorLine)
    lines += headerLines + logLines
    if image.isReplayed {
      lines.append("  note       what follows is as it stands once the log is replayed")
    }
    lines += regionLines + metadataLines + blockLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var creatorLine: String {
    switch image.identifier {
    case .success(let identifier): "  creator    '\(identifier.creator.escapedForTerminal)'"
    case .failure(let error): "  creator    not readable: \(error.finding)"
    }
  }

  private var headerLines: [String] {
    var lines: [String] = []
    for slot in HeaderSlot.allCases {
      let title = "  header \(slot.rawValue + 1)   "
      switch image.headers[slot].outcome {
      case .failure(let error): lines.append(title + "not valid: \(error.finding)")
      case .success(let header):
        lines.append(title + "number \(header.sequenceNumber)\(currentText(slot))")
        lines.append("             FileWriteGuid \(header.fileWriteGUID)")
        lines.append("             DataWriteGuid \(header.dataWriteGUID)")
        lines.append(
          "             LogGuid \(header.logGUID), log of \(header.logByteCount) bytes at "
            + "\(header.logByteOffset)")
      }
    }
    if case .failure(let error) = image.current {
      lines.append("  current    none: \(error.finding)")
    }
    return lines
  }

  private func currentText(_ slot: HeaderSlot) -> String {
    guard (try? image.current.get())?.slot == slot else { return "" }
    return image.headers[slot.other].header == nil
      ? ", current: the only valid one" : ", current: the larger number"
  }

  private var logLines: [String] {
    guard let log = image.log else { return ["  log        not readable without a header"] }
    var lines: [String] = []
    if let report = log.report {
      lines.append("  log        \(log.logGUID), \(recoveryText)")
      for run in report.runs {
        lines.append("  run        \(run.text); \(run.standingText(among: report.runs))")
        lines.append("             ends: \(run.endingText)")
      }
      lines += report.unlistedLines
    } else {
      lines.append("  log        empty")
    }
    if log.foreignEntryCount > 0 {
      lines.append(
        "  old        " + counted(log.foreignEntryCount, "entry", "entries")
          + " of other logs in the ring")
    }
    return lines
  }

  private var recoveryText: String {
    switch image.recovery {
    case .recovered(let summary):
      "not empty: opening replays \(summary.replayedEntryCount) of its entries"
    case .refused: "not empty, and cannot be replayed"
    case .notNeeded, .openedWithoutReplay, .neverEnds: "not empty"
    }
  }

  private var regionLines: [String] {
    var lines: [String] = []
    for (slot, outcome) in [
      (RegionTableSlot.first, image.regionTables.first), (.second, image.regionTables.second),
    ] {
      let title = "  regions \(slot.rawValue + 1)  "
      switch outcome {
      case .failure(let error): lines.append(title + "not valid: \(error.finding)")
      case .success(let table):
        if slot == .second, table == (try? image.regionTables.first.get()) {
          lines.append(title + "the same")
          continue
        }
        lines.append(title + counted(table.entries.count, "entry", "entries"))
        lines += table.entries.map { entry in
          "             \(ImageNames.region(entry.guid) ?? "unknown \(entry.guid)"): "
            + "\(entry.byteCount) bytes at \(entry.byteOffset)\(entry.isRequired ? ", required" : "")"
        }
      }
    }
    return lines
  }

  private var metadataLines: [String] {
    var lines: [String] = []
    switch image.metadataTable {
    case .failure(let error): return ["  metadata   not readable: \(error.finding)"]
    case .success(let table):
      lines.append("  metadata   " + counted(table.entries.count, "item", "items"))
      lines += table.entries.map { entry in
        "             \(ImageNames.item(entry) ?? "unknown \(entry.itemID)"): "
          + "\(entry.byteCount) bytes at \(entry.byteOffset)" + flagsText(entry.flags)
      }
    }
    switch image.metadata {
    case .failure(let error): lines.append("  disk       not readable: \(error.finding)")
    case .success(let metadata):
      let parameters = metadata.parameters
      lines.append(
        "  disk       \(parameters.virtualDiskByteCount) bytes, \(ImageNames.kind(of: parameters)), "
          + "blocks of \(parameters.blockByteCount)")
      lines.append(
        "  sectors    \(parameters.logicalSectorByteCount) bytes, physical "
          + "\(parameters.physicalSectorByteCount)")
      lines.append("  disk ID    \(parameters.virtualDiskID)")
      for pair in metadata.parentLocator?.pairs ?? [] {
        lines.append(
          "  parent     \(pair.key.escapedForTerminal) = '\(pair.value.escapedForTerminal)'")
      }
    }
    return lines
  }

  private func flagsText(_ flags: MetadataEntry.Flags) -> String {
    [
      (MetadataEntry.Flags.user, ", user"), (.virtualDisk, ", of the disk"),
      (.required, ", required"),
    ].filter { flags.contains($0.0) }.map(\.1).joined()
  }

  private var blockLines: [String] {
    guard let blocks = image.blocks else {
      guard case .failure(let error) = image.blockTable else { return [] }
      return ["  blocks     not readable: \(error.finding)"]
    }
    var lines = [
      "  blocks     \(countsText(blocks.payloadCounts, ImageNames.payloadStates))"
    ]
    if blocks.bitmapCounts.contains(where: { $0 > 0 }) {
      lines.append("  bitmaps    \(countsText(blocks.bitmapCounts, ImageNames.bitmapStates))")
    }
    lines.append("  space      \(blocks.allocatedByteCount) bytes in blocks\(unusedText(blocks))")
    lines += blocks.gaps.map { "  gap        \($0.byteCount) bytes at \($0.byteOffset)" }
    return lines
  }

  private func countsText(_ counts: [UInt64], _ names: [String]) -> String {
    let words = zip(counts, names).filter { $0.0 > 0 }.map { "\($0) \($1)" }
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }

  private func unusedText(_ blocks: BlockSummary) -> String {
    blocks.unusedByteCount.map { ", \($0) bytes of the file unused" } ?? ""
  }
}

import Bytes
import Rules

/// Why the specification wants an image refused.
package struct OracleRefusal: Error, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// No header to go by (2.2.2).
    case header
    /// A LogGuid, and no complete run of entries (2.3.3).
    case noActiveSequence
    /// A file that is shorter than the newest entry promises (2.3.3).
    case truncated
  }

  package var kind: Kind
  /// Of the catalogue.
  package var rule: Rule
  package var description: String

  init(_ kind: Kind, _ rule: Rule, _ description: String) {
    (self.kind, self.rule, self.description) = (kind, rule, description)
  }
}

/// What opening must make of an image, worked out from the specification alone. It shares nothing with
/// the recovery that it judges but the arithmetic of a CRC, and is as plain as it can be.
///
/// Source: [MS-VHDX] 2.3.3 (v20240423).
package struct OracleReplay {
  package enum Verdict {
    case notNeeded
    /// The entries from the tail to the head were replayed.
    case replayed([OracleEntry])
    case refused(OracleRefusal)
    /// More than can be held, which no rule decides.
    case beyondLimits(String)
  }

  /// How much is replayed at most.
  package struct Limits {
    package var fileByteCount: UInt64
    package var dataByteCount: UInt64
    package var descriptorCount: UInt64

    package init(fileByteCount: UInt64, dataByteCount: UInt64, descriptorCount: UInt64) {
      self.fileByteCount = fileByteCount
      self.dataByteCount = dataByteCount
      self.descriptorCount = descriptorCount
    }
  }

  package private(set) var verdict = Verdict.notNeeded
  /// `nil` where no header counts.
  package private(set) var header: OracleHeader?
  /// `nil` where the log has no place.
  package private(set) var log: OracleLog?
  /// What the search tried, and which of it is active.
  package private(set) var runs: [OracleLog.Run] = []
  package private(set) var active: Int?
  /// The file's length afterwards.
  package private(set) var byteCount: UInt64
  /// The sectors that hold data of the log in the end, by their place in the file.
  package private(set) var sectors: [UInt64: [UInt8]] = [:]
  /// What was zeroed. A sector that holds data was written later.
  package private(set) var zeroed: [ByteRange] = []

  package init(_ image: OracleImage, limits: Limits) {
    byteCount = image.byteCount
    do throws(OracleRefusal) {
      let header = try OracleHeader.current(of: image)
      self.header = header
      guard let range = header.logRange else { return }
      let log = OracleLog(image, range: range, logGUID: header.logGUID)
      self.log = log
      guard header.isDirty else { return }
      (runs, active) = log.search()
      guard let active, let tailIndex = runs[active].tailIndex else {
        throw OracleRefusal(.noActiveSequence, .r02, "no run of entries is complete")
      }
      let head = runs[active].head
      if image.byteCount < head.flushedByteCount {
        throw OracleRefusal(
          .truncated, .r03,
          "the newest entry promises \(head.flushedByteCount) bytes, the file has "
            + "\(image.byteCount)")
      }
      let entries = Array(runs[active].entries[tailIndex...])
      if let what = excess(entries, log, limits) {
        verdict = .beyondLimits(what)
      } else {
        replay(entries, log)
        verdict = .replayed(entries)
      }
    } catch {
      verdict = .refused(error)
    }
  }

  private func excess(_ entries: [OracleEntry], _ log: OracleLog, _ limits: Limits) -> String? {
    // The specification does not say which header follows the last number; replay needs some more.
    if let number = header?.sequenceNumber, number > .max - 1024 { return "header \(number)" }
    var (dataByteCount, descriptorCount, end) = (UInt64(0), UInt64(0), UInt64(0))
    for entry in entries {
      descriptorCount += entry.descriptorCount
      if descriptorCount > limits.descriptorCount { return "\(descriptorCount) descriptors" }
      for update in log.updates(of: entry) where update.byteCount > 0 {
        if update.isData { dataByteCount += update.byteCount }
        end = max(end, update.fileByteOffset + update.byteCount)
      }
    }
    if dataByteCount > limits.dataByteCount { return "\(dataByteCount) bytes of data" }
    end = max(end, entries.last?.lastByteCount ?? 0)
    return end > limits.fileByteCount ? "a file of \(end) bytes" : nil
  }

  private mutating func replay(_ entries: [OracleEntry], _ log: OracleLog) {
    for entry in entries {
      for update in log.updates(of: entry) where update.byteCount > 0 {
        let end = update.fileByteOffset + update.byteCount
        byteCount = max(byteCount, end)
        if update.isData {
          sectors[update.fileByteOffset] = log.contents(of: update)
        } else {
          let range = update.fileByteOffset..<end
          sectors = sectors.filter { !range.contains($0.key) }
          zeroed.append(
            ByteRange(byteOffset: update.fileByteOffset, byteCount: update.byteCount))
        }
      }
    }
    byteCount = max(byteCount, entries.last?.lastByteCount ?? 0)
  }

  /// The 4096 bytes that replay leaves at a whole sector; `nil` where it changes nothing there.
  package func sector(at fileByteOffset: UInt64) -> [UInt8]? {
    if let bytes = sectors[fileByteOffset] { return bytes }
    let isZeroed = zeroed.contains {
      $0.byteOffset <= fileByteOffset && fileByteOffset < $0.endByteOffset
    }
    return isZeroed ? [UInt8](repeating: 0, count: Int(OracleLog.sectorByteCount)) : nil
  }
}

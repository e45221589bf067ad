import Bytes
import Host
import NBD
import Recorder

/// A disk's file for NBD clients, who are recorded. Each connection is a task of the recording.
final class DiskRecordingExport: NBDExport {
  let recording: DiskRecording
  let byteCount: UInt64
  let isReadOnly = false
  let minimumBlockByteCount = DiskRecording.sectorByteCount

  init(_ recording: DiskRecording) {
    self.recording = recording
    byteCount = recording.byteCount
  }

  func takeArrivalNumber() -> UInt64 { recording.takeNumber() }

  func read(_ range: ByteRange) throws(NBDError) -> [UInt8] {
    try translating { try recording.read(range) }
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    try translating {
      try recording.write(
        bytes, at: byteOffset, isDurable: isFUA, submitted: origin.arrivalNumber,
        task: origin.connectionNumber)
    }
  }

  func writeAtOnce(
    _ bytes: [UInt8], at byteOffset: UInt64, from origin: NBDOrigin
  ) throws(NBDError) -> Bool {
    try translating {
      try recording.writeAtOnce(
        bytes, at: byteOffset, submitted: origin.arrivalNumber, task: origin.connectionNumber)
    }
  }

  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    try translating {
      try recording.zero(
        range, isDiscard: false, keepsSpace: keepsSpace, isDurable: isFUA,
        submitted: origin.arrivalNumber, task: origin.connectionNumber)
    }
  }

  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError) {
    try translating {
      try recording.zero(
        range, isDiscard: true, keepsSpace: false, isDurable: isFUA,
        submitted: origin.arrivalNumber, task: origin.connectionNumber)
    }
  }

  func flush(from origin: NBDOrigin) throws(NBDError) {
    try translating { try recording.flush(task: origin.connectionNumber) }
  }

  /// A hole in the file is told to the end of its last whole sector.
  func extents(of range: ByteRange) throws(NBDError) -> [NBDExtent] {
    var extents: [NBDExtent] = []
    var place = range.byteOffset
    let sector = UInt64(minimumBlockByteCount)
    while place < range.endByteOffset, extents.count < 1024 {
      let found = recording.extent(at: place)
      let isHole = found?.isHole ?? false
      let foundEnd = found.map { UInt64($0.endByteOffset) } ?? range.endByteOffset
      // A boundary within a sector makes all of the sector data.
      let whole = isHole ? foundEnd / sector * sector : (foundEnd + sector - 1) / sector * sector
      let end = min(whole, range.endByteOffset)
      guard end > place else {
        extents.append(NBDExtent(byteCount: UInt32(sector), isHole: false))
        place += sector
        continue
      }
      extents.append(NBDExtent(byteCount: UInt32(end - place), isHole: isHole))
      place = end
    }
    return extents
  }

  func prepareAnswers() throws(NBDError) { try translating { try recording.settle() } }

  private func translating<Outcome>(
    _ operation: () throws -> Outcome
  ) throws(NBDError) -> Outcome {
    do {
      return try operation()
    } catch let error as HostError {
      throw NBDError(rawValue: UInt32(bitPattern: error.errorNumber)) ?? .inputOutput
    } catch {
      throw .inputOutput
    }
  }
}

extension RecordingManifest {
  /// What is said of a disk that NBD clients wrote.
  init(served summary: DiskRecordingSummary) {
    self.init(stack: "raw:exact", bugs: [], seed: nil, initialByteCount: summary.byteCount)
    isFile = false
    isComplete = summary.isComplete
    path = summary.path
    problems = Self.problems(summary)
  }

  /// What the recording lacks, a sentence each.
  static func problems(_ summary: DiskRecordingSummary) -> [String] {
    guard summary.failedCount > 0 else { return [] }
    return [
      """
      '\(summary.path)' refused \(summary.failedCount) operations, and what they changed before that is \
      not in the log. Free some space where it is, and look into the kernel's log.
      """
    ]
  }
}

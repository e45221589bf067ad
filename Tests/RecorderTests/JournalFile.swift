import Host

@testable import Recorder

/// A journal as programs leave it, byte by byte from the layout in CJournal.h.
struct JournalFile {
  private static let chunkByteCount = 262_144
  private static let magic: UInt64 = 0x366c_6e6a_7475_6370

  let folder: TemporaryFolder
  let journal: Journal
  /// Opened once: a program that another test starts meanwhile can keep its lock for a moment.
  private let file: WritableFile

  init() throws {
    folder = try TemporaryFolder()
    journal = try Journal(folder.path("journal"), watching: folder.path)
    file = try WritableFile(folder.path("journal"))
  }

  func putNextChunk(_ number: UInt64) throws { try put(little(number), at: 16) }

  /// Chunk 1 with one record, each number of which can be wrong.
  func putChunk(
    kind: UInt32 = 10, flags: UInt32 = 0, recordByteCount: UInt64 = 192, submitted: UInt64 = 1,
    completed: UInt64 = 2, order: UInt64 = 2,
    byteOffset: UInt64 = 0, payload: [UInt8] = Array("/a/b\0".utf8),
    payloadByteCount: UInt64? = nil, chunkByteCount: UInt64 = 262_144, nextChunk: UInt64 = 2
  ) throws {
    try put(little(order), at: 8)
    try putNextChunk(nextChunk)
    // Kind, flags, length, submitted, completed, result, offset, range, payload; then the payload itself.
    let numbers =
      little(kind) + little(flags) + little(recordByteCount) + little(submitted)
      + little(completed) + little(Int64(7)) + little(byteOffset) + little(UInt64(0))
    let fields = numbers + little(payloadByteCount ?? UInt64(payload.count))
    let record = fields + [UInt8](repeating: 0, count: 128 - fields.count) + payload
    try put([0], at: 2 * Self.chunkByteCount - 1)
    try put(little(Self.magic) + little(chunkByteCount), at: Self.chunkByteCount)
    try put(record, at: Self.chunkByteCount + 64)
  }

  /// Writes anything over a part of the journal.
  func put(_ bytes: [UInt8], at byteOffset: Int) throws {
    try file.write(bytes, at: UInt64(byteOffset))
  }

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * Value($0))) }
  }
}

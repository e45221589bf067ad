import Bytes
import CJournal
import Host

/// A call that never returned, because its program was killed in it: the file shows what it has done.
struct UnfinishedCall {
  private let record: JournalRecord

  init(_ record: JournalRecord) {
    self.record = record
  }

  /// How many bytes of a write are in the file, from its first one on; 0 for a call without data that
  /// was carried out. `nil` where the file shows nothing of the call.
  ///
  /// - Throws: ``HostError`` where the file cannot be read.
  func doneByteCount(in path: String) throws(HostError) -> UInt64? {
    if record.isKind(PCJ_WRITE) {
      // Where an appending call writes is known once it has returned.
      if record.hasFlag(PCJ_APPENDS) { return nil }
      let count = try equalByteCount(MappedFile.map(path))
      return count == 0 ? nil : UInt64(count)
    }
    if record.isKind(PCJ_RESIZE) {
      let byteCount = try MappedFile.map(path).byteCount
      return UInt64(byteCount) == record.fields.byte_offset ? 0 : nil
    }
    return nil
  }

  private func equalByteCount(_ file: ByteRegion) -> Int {
    let data = record.payload()
    guard let start = Int(exactly: record.byteOffset), start < file.byteCount else { return 0 }
    let there = file.bytes(in: start..<min(file.byteCount, start + data.count))
    return zip(data, there).prefix { $0 == $1 }.count
  }
}

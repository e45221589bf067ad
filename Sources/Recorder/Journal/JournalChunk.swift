import CJournal
import Host

/// A part of the journal that one thread of a program fills, mapped.
///
/// Its blocks are given back when nobody needs its records any more.
@safe final class JournalChunk {
  let byteOffset: UInt64
  let byteCount: Int
  private let memory: UnsafeMutableRawPointer
  private let descriptor: Int32
  private let faultNote: Int
  private var nextByteOffset = MemoryLayout<pcj_chunk>.size
  /// Whether its thread has said that nothing more comes.
  private(set) var isEnded = false

  /// - Parameters:
  ///   - descriptor: the journal, open as long as the chunk is used.
  ///   - journal: its path.
  @unsafe init(
    memory: UnsafeMutableRawPointer, byteOffset: UInt64, byteCount: Int, descriptor: Int32,
    journal: String
  ) {
    unsafe self.memory = memory
    self.byteOffset = byteOffset
    self.byteCount = byteCount
    self.descriptor = descriptor
    faultNote = MappingFaults.note(
      journal, fromByte: byteOffset, at: UInt(bitPattern: memory), byteCount: byteCount)
  }

  deinit {
    MappingFaults.forget(faultNote)
    unsafe pcj_unmap(memory, UInt64(byteCount))
    if isEnded { pcj_forget(descriptor, byteOffset, UInt64(byteCount)) }
  }

  /// The next published record; `nil` where there is none yet.
  ///
  /// - Throws: ``RecorderError`` where the program has written over it.
  func next() throws(RecorderError) -> JournalRecord? {
    let headerByteCount = MemoryLayout<pcj_record>.size
    guard !isEnded, nextByteOffset + headerByteCount <= byteCount else {
      isEnded = true
      return nil
    }
    let record = unsafe fields(at: nextByteOffset)
    let kind = unsafe pcj_load32(&record.pointee.kind)
    if kind == 0 { return nil }
    if kind == PCJ_END.rawValue {
      isEnded = true
      return nil
    }
    let length = unsafe record.pointee.byte_count
    let payload = unsafe record.pointee.payload_byte_count
    guard kind < PCJ_END.rawValue, length >= UInt64(headerByteCount),
      length % UInt64(PCJ_RECORD_ALIGNMENT) == 0, length <= UInt64(byteCount - nextByteOffset),
      payload <= length - UInt64(headerByteCount)
    else {
      throw RecorderError(
        "read", "journal",
        found: "the record at byte \(byteOffset + UInt64(nextByteOffset)) is damaged",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    let place = nextByteOffset
    nextByteOffset += Int(length)
    return JournalRecord(chunk: self, byteOffset: place)
  }

  @unsafe func fields(at place: Int) -> UnsafeMutablePointer<pcj_record> {
    unsafe memory.advanced(by: place).assumingMemoryBound(to: pcj_record.self)
  }

  func bytes(at place: Int, byteCount: Int) -> [UInt8] {
    precondition(
      place >= 0 && byteCount >= 0 && byteCount <= self.byteCount - place, "bytes of the chunk")
    return unsafe [UInt8](
      UnsafeRawBufferPointer(start: memory.advanced(by: place), count: byteCount))
  }
}

import CJournal
import Glibc
import Host

/// The recorder's end of the journal.
///
/// Programs write and this reads, without a lock: see CJournal.h for the layout and for who stores what
/// in which order. The thread that makes a journal has to stay until it is closed.
@safe final class Journal {
  private static let chunkByteCount = UInt64(PCJ_CHUNK_BYTES)
  /// 256 GiB, between two looks at it.
  private static let greatestNewChunkCount: UInt64 = 1 << 20

  let path: String
  private let control: UnsafeMutablePointer<pcj_control>
  private var lock = pcj_alive_copy()
  private let descriptor: Int32
  private let faultNote: Int
  /// Chunks whose reservation is known and that were not seen yet, ascending.
  private var unopened: [UInt64] = []
  private var knownChunkCount: UInt64 = 1
  private var chunks: [JournalChunk] = []

  /// - Throws: ``RecorderError`` where there is such a file already, or none can be made.
  init(_ path: String, watching folder: String) throws(RecorderError) {
    guard let control = unsafe pcj_create(path, folder, &lock) else {
      throw RecorderError(
        "make the journal", path, found: String(errorNumber: errno),
        hint: "Name an --output folder on a disk with free space.")
    }
    self.path = path
    unsafe self.control = control
    faultNote = unsafe MappingFaults.note(
      path, at: UInt(bitPattern: control), byteCount: MemoryLayout<pcj_control>.size)
    descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RecorderError(
        "open", path, found: String(errorNumber: errno), hint: "Raise the limit of open files.")
    }
  }

  /// Makes operations wait until they are let go. To be called before a program is started.
  func takeControl(processor: UInt32) {
    unsafe pcj_take_control(control, processor)
  }

  /// Has what is written to two open files told; -1 is none. To be called before a program is started.
  func listen(marks: Int32, said: Int32) {
    unsafe pcj_listen(control, marks, said)
  }

  /// Has programs ask before they change a piece of a file; its place among those that are lent.
  ///
  /// - Precondition: there are no more than `PCJ_LENT_FILES`.
  func lend(file: UInt32, pieceByteCount: UInt64, byteCount: UInt64) -> UInt32 {
    let place = unsafe pcj_lend(
      control, file, UInt32(pieceByteCount.trailingZeroBitCount), byteCount)
    precondition(place >= 0, "few enough files are lent")
    return UInt32(place)
  }

  /// Nobody asks for a piece of a lent file any more.
  func setKept(_ piece: Int, ofLent place: UInt32) {
    unsafe pcj_set_kept(control, place, UInt64(piece))
  }

  /// A number of the one order, for an event that is no program's.
  func takeNumber() -> UInt64 { unsafe pcj_take_number(control) }

  /// Calls on watched files fail from then on, in programs that still run.
  func close() {
    chunks = []
    unsafe pcj_close(control, &lock)
    MappingFaults.forget(faultNote)
    _ = Glibc.close(descriptor)
  }

  /// How many programs have loaded the library.
  var processCount: Int { unsafe Int(pcj_load32(&control.pointee.process_count)) }

  /// Why the journal could not grow; `nil` while it could.
  var failure: String? {
    let number = unsafe pcj_load32(&control.pointee.failure)
    return number == 0 ? nil : String(errorNumber: Int32(truncatingIfNeeded: number))
  }

  /// The last number of the one order that was given out.
  var lastNumber: UInt64 { unsafe pcj_load64(&control.pointee.order) }

  /// To be read before ``newRecords()``, so that ``wait(since:)`` returns at once for what comes later.
  var bell: UInt32 { unsafe pcj_load32(&control.pointee.bell) }

  /// Sleeps until a program asks something, or the time is over.
  func wait(since bell: UInt32, milliseconds: UInt32) {
    unsafe pcj_wait(&control.pointee.bell, bell, milliseconds)
  }

  /// What was published since the last call: in order for each thread, in none over all of them.
  ///
  /// - Throws: ``RecorderError`` where the journal is damaged or cannot be mapped.
  func newRecords() throws(RecorderError) -> [JournalRecord] {
    try openChunks()
    var records: [JournalRecord] = []
    for chunk in chunks {
      while let record = try chunk.next() { records.append(record) }
    }
    chunks.removeAll { $0.isEnded }
    return records
  }

  private func openChunks() throws(RecorderError) {
    let count = unsafe pcj_load64(&control.pointee.next_chunk)
    guard count >= knownChunkCount, count <= UInt64(Int64.max) / Self.chunkByteCount else {
      throw RecorderError(
        "read", path, found: "the control page is damaged",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    // Behind the end of the file there is nothing to look at yet.
    let fileByteCount = UInt64(max(0, lseek(descriptor, 0, SEEK_END)))
    let presentCount = max(knownChunkCount, min(count, fileByteCount / Self.chunkByteCount))
    guard presentCount - knownChunkCount < Self.greatestNewChunkCount else {
      throw RecorderError(
        "read", path, found: "it has grown by \(presentCount - knownChunkCount) chunks at once",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    unopened += knownChunkCount..<presentCount
    knownChunkCount = presentCount
    if unopened.isEmpty { return }
    var waiting: [UInt64] = []
    var taken: Range<UInt64> = 0..<0
    for index in unopened where !taken.contains(index) {
      if let chunk = try openChunk(index, fileByteCount: fileByteCount) {
        chunks.append(chunk)
        taken = index..<index + UInt64(chunk.byteCount) / Self.chunkByteCount
      } else {
        waiting.append(index)
      }
    }
    unopened = waiting
  }

  private func openChunk(
    _ index: UInt64, fileByteCount: UInt64
  ) throws(RecorderError) -> JournalChunk? {
    let byteOffset = index * Self.chunkByteCount
    guard fileByteCount >= byteOffset + Self.chunkByteCount else { return nil }
    var header = pcj_chunk()
    let headerByteCount = MemoryLayout<pcj_chunk>.size
    guard unsafe pread(descriptor, &header, headerByteCount, off_t(byteOffset)) == headerByteCount,
      header.magic == UInt64(PCJ_MAGIC)
    else { return nil }
    let byteCount = header.byte_count
    guard byteCount > 0, byteCount % Self.chunkByteCount == 0,
      byteCount <= fileByteCount - byteOffset
    else {
      throw RecorderError(
        "read", path, found: "the chunk at byte \(byteOffset) is damaged",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    guard let memory = unsafe pcj_map(descriptor, byteOffset, byteCount) else {
      throw RecorderError(
        "map", path, found: String(errorNumber: errno), hint: "Free some memory.")
    }
    return unsafe JournalChunk(
      memory: memory, byteOffset: byteOffset, byteCount: Int(byteCount), descriptor: descriptor,
      journal: path)
  }
}

extension String {
  /// The system's sentence for an `errno`.
  init(errorNumber: Int32) {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(errorNumber, &text, text.count) == 0 else {
      self = "error \(errorNumber)"
      return
    }
    self = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

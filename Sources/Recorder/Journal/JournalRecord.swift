import Bytes
import CJournal

/// One thing that a program did, as its library has written it down.
struct JournalRecord {
  private let chunk: JournalChunk
  private let place: Int
  /// As they were when the record was published; what a completion adds is asked for anew.
  let fields: pcj_record

  init(chunk: JournalChunk, byteOffset place: Int) {
    self.chunk = chunk
    self.place = place
    unsafe fields = chunk.fields(at: place).pointee
  }

  var kind: UInt32 { fields.kind }
  var submitted: UInt64 { fields.submitted }

  func isKind(_ kind: pcj_kind) -> Bool { fields.kind == kind.rawValue }
  func hasFlag(_ flag: pcj_flag) -> Bool { fields.flags & flag.rawValue != 0 }

  /// When the call returned; `nil` as long as it has not.
  var completed: UInt64? {
    let number = unsafe pcj_load64(&chunk.fields(at: place).pointee.completed)
    return number == 0 ? nil : number
  }

  /// What the call returned, or the negative errno. Of use once it has ``completed``.
  var result: Int64 { unsafe chunk.fields(at: place).pointee.result }

  /// Where in the file; of a call that appends it is known once that has ``completed``.
  var byteOffset: UInt64 { unsafe chunk.fields(at: place).pointee.byte_offset }

  /// Which file it is about, of a kind that says so; of a call that makes one it is known once that has
  /// ``completed``. `nil` where nothing is said.
  var key: FileKey? {
    let key = unsafe FileKey(chunk.fields(at: place).pointee)
    return key.inode == 0 ? nil : key
  }

  /// Whether its thread sleeps until it is let go. What was only told has been completed in one go with
  /// its publication, or is about to be.
  var waitsForItsTurn: Bool {
    switch pcj_kind(kind) {
    case PCJ_PROBLEM, PCJ_TOUCH, PCJ_KEEP, PCJ_MARK, PCJ_CODE, PCJ_END: false
    case PCJ_CREATE, PCJ_MAKE_FOLDER: !hasFlag(PCJ_TOLD)
    default: true
    }
  }

  /// The data, or its start.
  func payload(byteCount: Int? = nil) -> [UInt8] {
    let all = Int(fields.payload_byte_count)
    return chunk.bytes(
      at: place + MemoryLayout<pcj_record>.size, byteCount: min(byteCount ?? all, all))
  }

  /// The paths in the payload; behind the one of a symbolic link, what it says.
  var paths: [FilePath] {
    payload().split(separator: 0, omittingEmptySubsequences: false).map { FilePath($0) }
      .filter { !$0.bytes.isEmpty }
  }

  /// How many of ``paths`` are names below the watched folder.
  var pathCount: Int { isKind(PCJ_SYMLINK) ? 1 : 2 }

  /// Permissions, of a kind that says some. Of use once it has ``completed``.
  var mode: UInt32 { unsafe chunk.fields(at: place).pointee.mode & 0o7777 }

  /// Lets the thread go that waits for an answer.
  func answer(_ value: UInt32) {
    unsafe pcj_answer(&chunk.fields(at: place).pointee.answer, value)
  }
}

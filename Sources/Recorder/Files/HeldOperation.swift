import Bytes
import CJournal

/// An operation of a program that waits until it is let go.
package struct HeldOperation: Sendable {
  package enum Kind: String, Sendable {
    case write
    case resize
    case allocate
    case zero
    case punch
    case sync
    /// Of every file.
    case syncAll = "sync-all"
    case syncFolder = "sync-folder"
    case names
  }

  /// What becomes of it.
  package enum Turn: Hashable, Sendable {
    case go
    /// It succeeds without being made: a flush, whose disk nobody takes the power from.
    case done
    /// It fails with an errno, and is not made.
    case fail(Int32)
    /// A write of at most so many bytes, from 1 to 2^30 - 1.
    case short(byteCount: UInt32)

    var answer: UInt32 {
      switch self {
      case .go: UInt32(PCJ_GO)
      case .done: UInt32(PCJ_DONE)
      case .fail(let errorNumber): UInt32(PCJ_FAIL) | UInt32(errorNumber)
      case .short(let byteCount): UInt32(PCJ_SHORT) | byteCount
      }
    }
  }

  /// When it was submitted, in the one order.
  package var number: UInt64
  /// The thread, from 1, over all processes.
  package var task: UInt32
  package var kind: Kind
  /// The recorder's number of the file; 0 where it is about none.
  package var file: UInt32
  /// The file's path; `nil` where it is about none.
  package var path: String?
  /// What it changes, in bytes of the file; of a write that appends or goes on where the last one ended,
  /// where that would be now. `nil` for what is about a whole file or a name.
  package var range: ByteRange?

  init(
    number: UInt64, task: UInt32, kind: Kind, file: UInt32, path: String?, range: ByteRange?
  ) {
    self.number = number
    self.task = task
    self.kind = kind
    self.file = file
    self.path = path
    self.range = range
  }

  init(_ record: JournalRecord, path: String?) {
    let kind = Self.kinds[record.kind] ?? .names
    let byteCount: UInt64? =
      switch kind {
      case .write: record.fields.payload_byte_count
      case .allocate, .zero, .punch: record.fields.range_byte_count
      default: nil
      }
    self.init(
      number: record.submitted, task: record.fields.task, kind: kind, file: record.fields.file,
      path: path,
      range: byteCount.flatMap { ByteRange(checking: record.fields.byte_offset, byteCount: $0) })
  }

  private static let kinds: [UInt32: Kind] = [
    PCJ_WRITE.rawValue: .write, PCJ_RESIZE.rawValue: .resize, PCJ_ALLOCATE.rawValue: .allocate,
    PCJ_ZERO.rawValue: .zero, PCJ_PUNCH.rawValue: .punch, PCJ_SYNC.rawValue: .sync,
    PCJ_SYNC_ALL.rawValue: .syncAll, PCJ_SYNC_FOLDER.rawValue: .syncFolder,
  ]
}

import Bytes
import WriteLog

/// Something that a client did to a disk.
struct DiskOperation {
  enum Kind {
    case write([UInt8])
    case zeroes
    case discard
  }

  var kind: Kind
  var range: ByteRange
  var isDurable: Bool
  var submitted: UInt64
  /// 0 until it is done.
  var completed: UInt64 = 0
  var task: UInt32

  init(kind: Kind, range: ByteRange, isDurable: Bool, submitted: UInt64, task: UInt32) {
    self.kind = kind
    self.range = range
    self.isDurable = isDurable
    self.submitted = submitted
    self.task = task
  }

  /// What it costs in memory to keep it.
  var heldByteCount: Int {
    // An operation without data is not free either.
    if case .write(let bytes) = kind { bytes.count + 256 } else { 256 }
  }

  var timing: EntryTiming {
    EntryTiming(submissionIndex: submitted, completionIndex: completed, task: task)
  }
}

import CrashStates
import WriteLog

/// Whether a log of the kernel's dm-log-writes has all that its device has.
///
/// The target lists a plain write only once a flush after it has completed, and all the rest when it is
/// removed, followed by a mark. Without that mark the device may be ahead of the log.
enum KernelLogEnd {
  /// The text of the mark that the target writes when it is removed.
  static let markText = "dm-log-writes-end"

  /// Why the last state of the log and the live device cannot be compared; `nil` where they can.
  static func obstacle(_ evidence: Evidence, origin: LogOrigin?) -> String? {
    guard origin == .linux, !isComplete(evidence.index) else { return nil }
    return
      "the target of dm-log-writes was not removed: without the mark '\(markText)' at the end of the "
      + "log the device may be ahead of it. Remove the target (dmsetup remove), then copy both"
  }

  /// Whether no change stands after the last such mark.
  private static func isComplete(_ index: WriteLogIndex) -> Bool {
    for place in (0..<index.entryCount).reversed() {
      let entry = index[place]
      switch entry.kind {
      case .mark: if index.text(of: entry) == markText { return true }
      case .flush: continue
      case .write, .discard: return false
      }
    }
    return false
  }
}

import Host
import WriteLog

/// Writes `joint.txt`: the one order over the logs of all files, and what was done to names between their
/// entries, a ``JointLine`` each.
final class JointOrder {
  static let fileName = "joint.txt"
  private let file: LogFile
  private var byteCount: UInt64 = 0
  private var lineCount = 0
  private let calls: CallFile

  /// - Parameter mode: who may read what names there are in the folder.
  init(_ path: String, calls: CallFile, mode: CopyMode) throws(RecorderError) {
    file = try LogFile(path, mode: mode)
    self.calls = calls
  }

  /// - Parameter call: who did it, where that is known.
  func add(_ line: JointLine, by call: CallTable.Call? = nil) throws(RecorderError) {
    if let call { try calls.add(call, line: lineCount) }
    lineCount += 1
    let bytes = Array((line.line + "\n").utf8)
    try file.write(bytes, at: byteCount)
    byteCount += UInt64(bytes.count)
  }

  func flush() throws(RecorderError) {
    try file.flush()
    try calls.flush()
  }
}

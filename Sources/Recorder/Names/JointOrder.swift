import Host
import WriteLog

/// Writes `joint.txt`: the one order over the logs of all files, and what was done to names between their
/// entries, a ``JointLine`` each.
final class JointOrder {
  static let fileName = "joint.txt"
  private let file: LogFile
  private var byteCount: UInt64 = 0

  /// - Parameter mode: who may read what names there are in the folder.
  init(_ path: String, mode: CopyMode) throws(RecorderError) {
    file = try LogFile(path, mode: mode)
  }

  func add(_ line: JointLine) throws(RecorderError) {
    let bytes = Array((line.line + "\n").utf8)
    try file.write(bytes, at: byteCount)
    byteCount += UInt64(bytes.count)
  }

  func flush() throws(RecorderError) { try file.flush() }
}

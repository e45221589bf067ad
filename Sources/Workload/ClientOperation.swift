import Bytes
import WriteLog

/// One operation of the client, as a workload lists it.
package struct ClientOperation: Hashable, Sendable, CustomStringConvertible {
  package typealias Action = ClientMark.Action

  /// Unique in the workload, ascending with session, task and place.
  package var identifier: UInt64
  package var task: Int
  package var action: Action
  /// What it covers; for a resize from 0 to the new length, empty for flush and close.
  package var range: ByteRange
  package var isFUA: Bool

  package init(
    identifier: UInt64, task: Int, action: Action,
    range: ByteRange = ByteRange(byteOffset: 0, byteCount: 0), isFUA: Bool = false
  ) {
    self.identifier = identifier
    self.task = task
    self.action = action
    self.range = range
    self.isFUA = isFUA
  }

  /// `write #17 [8192, 12288) fua`.
  package var description: String {
    var words = ["\(action.rawValue) #\(identifier)"]
    if action.hasRange { words.append("\(range)") }
    if action == .resize { words.append("to \(range.byteCount)") }
    if isFUA { words.append("fua") }
    return words.joined(separator: " ")
  }
}

import Bytes
import WriteLog

/// One operation of the client, as a workload lists it.
public struct ClientOperation: Hashable, Sendable, CustomStringConvertible {
  public typealias Action = ClientMark.Action

  /// Unique in the workload, ascending with session, task and place.
  public var identifier: UInt64
  public var task: Int
  public var action: Action
  /// What it covers; for a resize from 0 to the new length, empty for flush and close.
  public var range: ByteRange
  public var isFUA: Bool

  public init(
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
  public var description: String {
    var words = ["\(action.rawValue) #\(identifier)"]
    if action.hasRange { words.append("\(range)") }
    if action == .resize { words.append("to \(range.byteCount)") }
    if isFUA { words.append("fua") }
    return words.joined(separator: " ")
  }
}

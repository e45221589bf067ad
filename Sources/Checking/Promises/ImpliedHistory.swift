import Bytes
import CrashStates
import Workload
import WriteLog

extension ClientHistory {
  /// The promises that a log makes by itself, where nothing else tells what the client was promised:
  /// each entry is an operation that was acknowledged when it was logged, a FLUSH entry a flush.
  ///
  /// An operation began when it was submitted, as far as the log tells: one that was in flight may show
  /// before its entry stands there.
  ///
  /// That is what a file system on the device has to rely on. It cannot show an operation that the log
  /// left out, nor one that it wrote down in the wrong order.
  ///
  /// - Parameter origin: who wrote the log.
  init(impliedBy index: WriteLogIndex, origin: LogOrigin) {
    self.init()
    let begins = ImpliedBegins(index, origin)
    for place in 0..<index.entryCount {
      for early in begins.early(atEntry: place) {
        if let operation = Self.operation(impliedBy: early, index) {
          begin(operation, entryCount: place)
        }
      }
      if index[place].flags.contains(.flush) { implyFlush(place) }
      guard let operation = Self.operation(impliedBy: place, index) else { continue }
      if !begins.isEarly(place) { begin(operation, entryCount: place) }
      end(operation.identifier, entryCount: place + 1)
    }
  }

  private mutating func implyFlush(_ place: Int) {
    let flush = ClientOperation(
      identifier: UInt64(2 * place), task: 0, action: .flush,
      range: ByteRange(byteOffset: 0, byteCount: 0), isFUA: false)
    begin(flush, entryCount: place + 1)
    end(flush.identifier, entryCount: place + 1)
  }

  /// What an entry does besides a flush; `nil` where that is nothing.
  private static func operation(
    impliedBy place: Int, _ index: WriteLogIndex
  ) -> ClientOperation? {
    let entry = index[place]
    var range = entry.deviceRange
    let action: ClientOperation.Action
    switch entry.kind {
    case .flush: return nil
    case .write: action = .write
    case .discard: action = .discard
    case .mark:
      let mark = try? ClientMark(
        parsing: index.text(of: entry), at: UInt64(entry.headerByteOffset))
      guard case .size(let byteCount) = mark else { return nil }
      range = ByteRange(byteOffset: 0, byteCount: byteCount)
      action = .resize
    }
    return ClientOperation(
      identifier: UInt64(2 * place + 1), task: 0, action: action, range: range,
      isFUA: entry.flags.contains(.fua))
  }
}

import Bytes
import Workload
import WriteLog

extension ClientHistory {
  /// The promises that a log makes by itself, where nothing else tells what the client was promised:
  /// each entry is an operation that was acknowledged when it was logged, a FLUSH entry a flush.
  ///
  /// That is what a file system on the device has to rely on. It cannot show an operation that the log
  /// left out, nor one that it wrote down in the wrong order.
  init(impliedBy index: WriteLogIndex) {
    self.init()
    for place in 0..<index.entryCount {
      let entry = index[place]
      if entry.flags.contains(.flush) { imply(.flush, entry, number: 2 * place) }
      switch entry.kind {
      case .write: imply(.write, entry, number: 2 * place + 1)
      case .discard: imply(.discard, entry, number: 2 * place + 1)
      case .mark: implyResize(entry, index)
      case .flush: break
      }
    }
  }

  private mutating func imply(
    _ action: ClientOperation.Action, _ entry: LogEntry, range: ByteRange? = nil, number: Int
  ) {
    let operation = ClientOperation(
      identifier: UInt64(number), task: 0, action: action,
      range: action == .flush ? ByteRange(byteOffset: 0, byteCount: 0) : range ?? entry.deviceRange,
      isFUA: action != .flush && entry.flags.contains(.fua))
    begin(operation, entryCount: entry.index + 1)
    end(operation.identifier, entryCount: entry.index + 1)
  }

  private mutating func implyResize(_ entry: LogEntry, _ index: WriteLogIndex) {
    let mark = try? ClientMark(
      parsing: index.text(of: entry), at: UInt64(entry.headerByteOffset))
    guard case .size(let byteCount) = mark else { return }
    imply(
      .resize, entry, range: ByteRange(byteOffset: 0, byteCount: byteCount),
      number: 2 * entry.index + 1)
  }
}

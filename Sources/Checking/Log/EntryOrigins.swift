import Workload
import WriteLog

/// Which client operation each entry of the chain comes from.
///
/// The entry's extension tells; in a simulated log without extensions the trace of the log device
/// does.
struct EntryOrigins {
  private let operations: [UInt64?]
  /// Whether the log tells origins at all.
  let areKnown: Bool
  /// Whether any entry names an operation: those of a recorded program name none.
  var nameOperations: Bool { operations.contains { $0 != nil } }

  init(index: WriteLogIndex, headers: [WrittenHeader]?) {
    var traced: [Int: UInt64] = [:]
    for header in headers ?? [] { traced[header.headerByteOffset] = header.operation }
    var operations: [UInt64?] = []
    var hasExtension = false
    for place in 0..<index.entryCount {
      let entry = index[place]
      if let found = entry.extension {
        hasExtension = true
        operations.append(found.clientOperation)
      } else {
        operations.append(traced[entry.headerByteOffset])
      }
    }
    self.operations = operations
    areKnown = hasExtension || headers != nil
  }

  /// Why rules that need the origins are not judged.
  static let whatIsMissing = "the log carries no extension of Powercut's recorder"

  subscript(entryIndex: Int) -> UInt64? { operations[entryIndex] }
}

import Bytes
import Workload

/// What is left of a minimized case without its numbers: which operations by which tasks, how their
/// ranges lie to each other, how often tasks switched, how much failed and how much was lost.
///
/// Two seeds that lead to the same shape have most likely found the same bug.
package struct CaseShape: Hashable, Sendable, CustomStringConvertible {
  /// `vhdx: t0 write 0-1, t1 flush; 2 switches`.
  package let description: String
  /// Which operations there are, each once, sorted.
  package private(set) var operationKinds: [String] = []
  /// What the case takes beside its operations: several tasks, another session, faults, losses; sorted.
  package private(set) var conditions: [String] = []

  /// - Parameter text: for what has no operations.
  init(text: String) {
    description = text
  }

  init(_ minimized: ShrinkCase, lostWriteCount: Int) {
    let operations = minimized.operations
    let bounds = operations.filter(\.action.hasRange).flatMap {
      [$0.range.byteOffset, $0.range.endByteOffset]
    }
    let ranks = Set(bounds).sorted()
    func rank(_ byteOffset: UInt64) -> Int { ranks.firstIndex(of: byteOffset) ?? 0 }
    let sessions = minimized.sessions.map { session in
      session.map { operation in
        var words = ["t\(operation.task)", operation.action.rawValue]
        if operation.action.hasRange {
          let range = operation.range
          words.append("\(rank(range.byteOffset))-\(rank(range.endByteOffset))")
        }
        if operation.isFUA { words.append("fua") }
        return words.joined(separator: " ")
      }.joined(separator: ", ")
    }
    let stack = minimized.configuration.stack
    let faults = minimized.configuration.faults
    let numbers = [
      (minimized.turns.switchCount, "switches"), (faults.errors.count, "errors"),
      (minimized.configuration.failingLogOperations.count, "log errors"),
      (faults.shortWrites.count, "short"),
      (faults.capacityByteCount == nil ? 0 : 1, "full"), (lostWriteCount, "lost"),
    ]
    description =
      "\(stack.program?.name ?? stack.image.rawValue): "
      + sessions.joined(separator: "; reopen; ")
      + numbers.filter { $0.0 > 0 }.map { "; \($0.0) \($0.1)" }.joined()
    operationKinds = Set(operations.map(\.kind)).sorted()
    var conditions = numbers.dropFirst().filter { $0.0 > 0 }.map(\.1)
    if Set(operations.map(\.task)).count > 1 { conditions.append("tasks") }
    if sessions.count > 1 { conditions.append("reopen") }
    self.conditions = conditions.sorted()
  }

  /// Eight hexadecimal digits, for the name of a folder.
  package var name: String {
    String(Checksum.xxh3(Array(description.utf8)).hexDigits.prefix(8))
  }
}

extension ClientOperation {
  /// `write fua`: what is asked for, wherever it is.
  fileprivate var kind: String { action.rawValue + (isFUA ? " fua" : "") }
}

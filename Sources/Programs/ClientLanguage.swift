import Workload

/// How a client's operations are said to a program that takes them as lines, and how its answers are read.
///
/// One for each run: it remembers what it has asked and not heard of.
protocol ClientLanguage {
  /// The line that asks for an operation.
  func line(for operation: ClientOperation) -> String
  /// Whether the program takes no other line until the operation has ended.
  func blocks(_ operation: ClientOperation) -> Bool
  /// Whether two operations cannot be told apart in the answers.
  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool

  /// Whether the program would take a line now.
  var isReady: Bool { get }

  mutating func asked(_ operation: ClientOperation)
  /// The answers in what the program has written since the last call.
  mutating func answers(in text: String) -> [ClientAnswer]
}

/// What became of a client's operation.
struct ClientAnswer: Hashable {
  var operation: UInt64
  /// `nil`: it succeeded.
  var errorName: String?
}

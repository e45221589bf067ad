import Host
import Workload

/// Who asks a program for a client's operations and hears what became of them.
///
/// One for each run. It sends only where it is called to, at moments when the program rests, so that a run
/// repeats.
protocol ProgramClient {
  /// The program, started.
  var dialogue: Dialogue { get }
  /// Whether the program would take another operation now.
  var isReady: Bool { get }
  /// Whether the program has taken all that was sent.
  var isInputTaken: Bool { get }
  /// Whether a flush that fails is told.
  var tellsFailedFlushes: Bool { get }
  /// What went wrong with a close, but for the program's exit status; `nil`: nothing.
  var closeErrorName: String? { get }
  /// The last line that the program has written; empty where it has written none.
  var lastWords: String { get }

  /// Whether two operations cannot be told apart in the answers.
  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool

  /// - Throws: ``ProgramFailure`` where it cannot be asked for.
  mutating func ask(_ operation: ClientOperation) throws
  /// Takes in what the program has sent so far.
  mutating func listen()
  /// Sends what follows from that without a choice; the program rests.
  ///
  /// - Returns: whether anything was sent, so that the program may go on.
  /// - Throws: ``ProgramFailure`` where the program says what it must not say.
  mutating func reply() throws -> Bool
  /// The answers in what was taken in since the last call.
  mutating func answers() -> [ClientAnswer]
  /// Does what brings a program further that rests and has no operation on its way.
  ///
  /// - Returns: whether there was anything to do.
  mutating func urge() throws -> Bool
}

/// What became of a client's operation.
struct ClientAnswer: Hashable {
  var operation: UInt64
  /// `nil`: it succeeded.
  var errorName: String?
  /// What a read returned that succeeded; `nil` where the program does not show it.
  var bytes: [UInt8]?
}

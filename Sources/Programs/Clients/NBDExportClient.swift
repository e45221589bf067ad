import Glibc
import Host
import NBD
import Workload

/// Sends requests to a program that exports the image.
///
/// It connects when the program rests, once, or once for each task of the client. A close is a flush,
/// because the protocol promises nothing for a good-bye alone, then the good-bye; a program that does not
/// end then is sent SIGTERM. What the export cannot do is answered with ENOTSUP without being asked for, so
/// that it is no promise.
///
/// Source: doc/proto.md of the NBD project, "Ordering of messages and writes", "Terminating the
/// transmission phase".
struct NBDExportClient: ProgramClient {
  let dialogue: Dialogue
  private let socketPath: String
  /// The image's virtual length.
  private let byteCount: UInt64
  private let connectionCount: Int
  private let contents: (ClientOperation) -> [UInt8]

  private var connections: [NBDConnectionToProgram] = []
  /// What the export cannot do.
  private var refused: [ClientAnswer] = []
  private var isClosing = false
  /// The flush in front of the good-bye, until it is answered; on the first connection.
  private var lastFlush: UInt64?
  private var isToldToEnd = false
  private(set) var closeErrorName: String?
  private(set) var lastWords = ""

  /// - Parameters:
  ///   - byteCount: how long the export has to be.
  ///   - connectionCount: of several, each is for one task.
  ///   - contents: what a write writes.
  init(
    _ dialogue: Dialogue, socketPath: String, byteCount: UInt64, connectionCount: Int,
    contents: @escaping (ClientOperation) -> [UInt8]
  ) {
    self.dialogue = dialogue
    self.socketPath = socketPath
    self.byteCount = byteCount
    self.connectionCount = connectionCount
    self.contents = contents
  }

  var isReady: Bool {
    !isClosing && connections.count == connectionCount
      && connections.allSatisfy { $0.export != nil }
  }

  var isInputTaken: Bool { connections.allSatisfy(\.isInputTaken) }
  var tellsFailedFlushes: Bool { true }

  /// Each request has a number of its own.
  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool { false }

  // MARK: Asking

  mutating func ask(_ operation: ClientOperation) throws {
    if operation.action == .close { return try close() }
    let place = operation.task % connectionCount
    guard let export = connections[place].export,
      let request = request(for: operation, to: export)
    else {
      refused.append(ClientAnswer(operation: operation.identifier, errorName: "ENOTSUP"))
      return
    }
    try connections[place].submit(request, for: operation)
  }

  /// `nil` where the export cannot do it.
  private func request(
    for operation: ClientOperation, to export: NBDExportDescription
  ) -> NBDClientRequest? {
    guard export.canFUA || !operation.isFUA else { return nil }
    let (range, isFUA) = (operation.range, operation.isFUA)
    switch operation.action {
    case .read: return .read(range)
    case .write: return .write(contents(operation), at: range.byteOffset, isFUA: isFUA)
    case .writeZeroes: return export.canWriteZeroes ? .writeZeroes(range, isFUA: isFUA) : nil
    case .discard: return export.canTrim ? .trim(range, isFUA: isFUA) : nil
    case .flush: return export.canFlush ? .flush : nil
    case .resize, .close: return nil
    }
  }

  private mutating func close() throws {
    isClosing = true
    guard connections[0].export?.canFlush == true else {
      return sayGoodbye(errorName: "ENOTSUP")
    }
    lastFlush = try connections[0].submit(.flush)
  }

  private mutating func sayGoodbye(errorName: String?) {
    closeErrorName = errorName
    for place in connections.indices { connections[place].disconnect() }
  }

  // MARK: Hearing

  mutating func listen() {
    if let line = dialogue.newText().split(separator: "\n").last { lastWords = String(line) }
    for place in connections.indices { connections[place].listen() }
  }

  mutating func reply() throws -> Bool {
    for place in connections.indices {
      try connections[place].advance()
      try check(connections[place])
    }
    if let handle = lastFlush, let answer = connections[0].takeAnswer(to: handle) {
      lastFlush = nil
      sayGoodbye(errorName: Self.errorName(answer.errorNumber))
    }
    // Not on several at once: how much of it a program finds when it looks would depend on the clock.
    return connections.indices.contains { connections[$0].send() }
  }

  private func check(_ connection: NBDConnectionToProgram) throws {
    if connection.isClosed, connection.isWaiting, !dialogue.hasEnded {
      throw ProgramFailure(
        reason: "the program has closed the connection without an answer. \(lastWords)")
    }
    guard let export = connection.export else { return }
    guard !export.isReadOnly else {
      throw ProgramFailure(reason: "the export can be read only: it must be writable")
    }
    guard export.byteCount == byteCount else {
      throw ProgramFailure(
        reason: "an export of \(byteCount) bytes was expected, found one of \(export.byteCount)")
    }
    guard connectionCount == 1 || export.isForMultipleConnections else {
      throw ProgramFailure(
        reason: "the export does not offer what several connections need (CAN_MULTI_CONN)")
    }
  }

  mutating func answers() -> [ClientAnswer] {
    defer { refused = [] }
    return refused
      + connections.indices.flatMap { connections[$0].takeAnswers() }.map {
        ClientAnswer(
          operation: $0.operation, errorName: Self.errorName($0.answer.errorNumber),
          bytes: $0.answer.bytes)
      }
  }

  /// The protocol's numbers are those of Linux.
  private static func errorName(_ number: UInt32) -> String? {
    switch number {
    case 0: nil
    case UInt32(EPERM): "EPERM"
    case UInt32(ENOMEM): "ENOMEM"
    case UInt32(EINVAL): "EINVAL"
    case UInt32(ENOSPC): "ENOSPC"
    case UInt32(ENOTSUP): "ENOTSUP"
    default: "EIO"
    }
  }

  // MARK: Beginning and end

  mutating func urge() throws -> Bool {
    if connections.count < connectionCount {
      guard let connection = try LocalConnection(to: socketPath) else { return false }
      connections.append(NBDConnectionToProgram(connection))
      return true
    }
    guard isClosing, !isToldToEnd else { return false }
    isToldToEnd = true
    _ = kill(dialogue.processID, SIGTERM)
    return true
  }
}

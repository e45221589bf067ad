import Glibc
import Host
import NBD
import Workload

/// Sends requests over one connection to a program that exports the image.
///
/// It connects when the program rests for the first time. A close is a flush, because the protocol promises
/// nothing for a good-bye alone, then the good-bye; a program that does not end then is sent SIGTERM. What
/// the export cannot do is answered with ENOTSUP without being asked for, so that it is no promise.
///
/// Source: doc/proto.md of the NBD project, "Ordering of messages and writes", "Terminating the
/// transmission phase".
struct NBDExportClient: ProgramClient {
  let dialogue: Dialogue
  private let socketPath: String
  /// The image's virtual length.
  private let byteCount: UInt64
  private let contents: (ClientOperation) -> [UInt8]

  private var connection: LocalConnection?
  private var session = NBDClientSession()
  /// What the socket had no room for yet.
  private var unsent: [UInt8] = []
  /// By handle, which operations have no answer yet.
  private var outstanding: [UInt64: UInt64] = [:]
  /// What the export cannot do.
  private var refused: [ClientAnswer] = []
  private var isChecked = false
  private var isClosing = false
  /// The flush in front of the good-bye, until it is answered.
  private var lastFlush: UInt64?
  private(set) var closeErrorName: String?
  private var isToldToEnd = false
  private(set) var lastWords = ""

  /// - Parameters:
  ///   - byteCount: how long the export has to be.
  ///   - contents: what a write writes.
  init(
    _ dialogue: Dialogue, socketPath: String, byteCount: UInt64,
    contents: @escaping (ClientOperation) -> [UInt8]
  ) {
    self.dialogue = dialogue
    self.socketPath = socketPath
    self.byteCount = byteCount
    self.contents = contents
  }

  var isReady: Bool { session.export != nil && !isClosing }
  var isInputTaken: Bool { unsent.isEmpty && connection?.isInputTaken ?? true }
  var tellsFailedFlushes: Bool { true }

  /// Each request has a number of its own.
  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool { false }

  // MARK: Asking

  mutating func ask(_ operation: ClientOperation) throws {
    if operation.action == .close {
      isClosing = true
      lastFlush = try session.export?.canFlush == true ? submit(.flush, operation) : nil
      if lastFlush == nil { sayGoodbye(errorName: "ENOTSUP") }
    } else if let request = request(for: operation) {
      outstanding[try submit(request, operation)] = operation.identifier
    } else {
      refused.append(ClientAnswer(operation: operation.identifier, errorName: "ENOTSUP"))
    }
    _ = send()
  }

  private mutating func submit(
    _ request: NBDClientRequest, _ operation: ClientOperation
  ) throws -> UInt64 {
    do {
      return try session.submit(request)
    } catch {
      throw ControlledProgram.Failure(reason: "\(operation) cannot be asked for: \(error)")
    }
  }

  private mutating func sayGoodbye(errorName: String?) {
    closeErrorName = errorName
    session.disconnect()
  }

  /// `nil` where the export cannot do it.
  private func request(for operation: ClientOperation) -> NBDClientRequest? {
    guard let export = session.export, export.canFUA || !operation.isFUA else { return nil }
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

  /// - Returns: whether anything went.
  private mutating func send() -> Bool {
    unsent += session.takeOutput()
    guard let connection, !unsent.isEmpty else { return false }
    let count = connection.send(unsent[...])
    unsent.removeFirst(count)
    return count > 0
  }

  // MARK: Hearing

  mutating func listen() {
    if let line = dialogue.newText().split(separator: "\n").last { lastWords = String(line) }
    if let connection { session.receive(connection.newBytes()) }
  }

  mutating func reply() throws -> Bool {
    do {
      try session.advance()
    } catch {
      throw ControlledProgram.Failure(reason: "\(error)")
    }
    try check()
    if let place = session.answers.firstIndex(where: { $0.handle == lastFlush }) {
      lastFlush = nil
      sayGoodbye(errorName: Self.errorName(session.answers.remove(at: place).errorNumber))
    }
    return send()
  }

  private mutating func check() throws {
    if let connection, connection.isClosed, !dialogue.hasEnded,
      session.export == nil || lastFlush != nil
        || outstanding.count > session.answers.count
    {
      throw ControlledProgram.Failure(
        reason: "the program has closed the connection without an answer. \(lastWords)")
    }
    guard !isChecked, let export = session.export else { return }
    isChecked = true
    guard !export.isReadOnly else {
      throw ControlledProgram.Failure(reason: "the export can be read only: it must be writable")
    }
    guard export.byteCount == byteCount else {
      throw ControlledProgram.Failure(
        reason: "an export of \(byteCount) bytes was expected, found one of \(export.byteCount)")
    }
  }

  mutating func answers() -> [ClientAnswer] {
    defer {
      session.answers = []
      refused = []
    }
    return refused
      + session.answers.compactMap { answer in
        outstanding.removeValue(forKey: answer.handle).map {
          ClientAnswer(operation: $0, errorName: Self.errorName(answer.errorNumber))
        }
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
    if connection == nil {
      connection = try LocalConnection(to: socketPath)
      return connection != nil
    }
    guard isClosing, !isToldToEnd else { return false }
    isToldToEnd = true
    _ = kill(dialogue.processID, SIGTERM)
    return true
  }
}

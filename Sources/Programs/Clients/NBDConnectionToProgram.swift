import Host
import NBD
import Workload

/// One connection to a program that exports the image: what is on its way there and back.
struct NBDConnectionToProgram {
  private let connection: LocalConnection
  private var session = NBDClientSession()
  /// What the socket had no room for yet.
  private var unsent: [UInt8] = []
  /// By handle, which operations have no answer yet.
  private var outstanding: [UInt64: UInt64] = [:]

  init(_ connection: LocalConnection) {
    self.connection = connection
  }

  /// `nil` until the program has told.
  var export: NBDExportDescription? { session.export }
  var isClosed: Bool { connection.isClosed }
  var isInputTaken: Bool { unsent.isEmpty && connection.isInputTaken }

  /// Whether the program owes something that has not come.
  var isWaiting: Bool { session.export == nil || session.unansweredCount > 0 }

  // MARK: There

  /// - Returns: the handle.
  /// - Throws: ``ProgramFailure`` where there is no such request.
  @discardableResult
  mutating func submit(
    _ request: NBDClientRequest, for operation: ClientOperation? = nil
  ) throws -> UInt64 {
    do {
      let handle = try session.submit(request)
      outstanding[handle] = operation?.identifier
      _ = send()
      return handle
    } catch {
      let what = operation.map { "\($0)" } ?? "a flush"
      throw ProgramFailure(reason: "\(what) cannot be asked for: \(error)")
    }
  }

  mutating func disconnect() { session.disconnect() }

  /// - Returns: whether anything went.
  mutating func send() -> Bool {
    unsent += session.takeOutput()
    if unsent.isEmpty { return false }
    let count = connection.send(unsent[...])
    unsent.removeFirst(count)
    return count > 0
  }

  // MARK: And back

  mutating func listen() { session.receive(connection.newBytes()) }

  /// - Throws: ``ProgramFailure`` where the program refuses, or speaks another protocol.
  mutating func advance() throws {
    do {
      try session.advance()
    } catch {
      throw ProgramFailure(reason: "\(error)")
    }
  }

  /// The answer to a request of no operation; `nil` where it has not come.
  mutating func takeAnswer(to handle: UInt64) -> NBDAnswer? {
    guard let place = session.answers.firstIndex(where: { $0.handle == handle }) else { return nil }
    return session.answers.remove(at: place)
  }

  /// What has come for operations.
  mutating func takeAnswers() -> [(operation: UInt64, answer: NBDAnswer)] {
    defer { session.answers = [] }
    return session.answers.compactMap { answer in
      outstanding.removeValue(forKey: answer.handle).map { ($0, answer) }
    }
  }
}

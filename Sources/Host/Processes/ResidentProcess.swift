import Glibc

/// A program that is started once and then asked: a line to its standard input, a line from its standard output, again
/// and again.
///
/// Whoever starts one has to call ``end()``, also after an error.
package final class ResidentProcess {
  package enum Answer: Equatable {
    /// Without its end.
    case line(String)
    /// It ended, or closed its output.
    case ended(ChildProcess.Status)
    /// It said nothing in time, and was killed.
    case timedOut
    /// Nobody wants the answer any more; it was killed.
    case unwanted
  }

  private static let longestLineByteCount = 1 << 16
  private static let lookMilliseconds: Int32 = 20

  private let process: StartedProcess
  private var input: Int32
  private var output: Int32
  private var unread: [UInt8] = []

  /// - Parameters:
  ///   - argv: the program (looked up in PATH if it has no slash) and its arguments.
  ///   - environment: variables to set beside the inherited ones.
  ///   - errorPath: of a file, to whose end its standard error goes.
  /// - Throws: ``HostError`` where it cannot be started.
  package init(
    argv: [String], environment: [String: String], errorPath: String
  ) throws(HostError) {
    _ = SystemCall.ignoreBrokenPipes
    var toProgram: [Int32] = [-1, -1]
    var fromProgram: [Int32] = [-1, -1]
    let errors = unsafe open(errorPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let isMade =
      errors >= 0 && GNUFunctions.pipe(&toProgram) == 0 && GNUFunctions.pipe(&fromProgram) == 0
    let errorNumber = errno
    var theirs = [toProgram[0], fromProgram[1], errors]
    (input, output) = (toProgram[1], fromProgram[0])
    defer { for end in theirs where end >= 0 { _ = close(end) } }
    do throws(HostError) {
      guard isMade else {
        throw HostError("make a pipe to", argv.first ?? "", errorNumber: errorNumber)
      }
      process = try StartedProcess(
        argv: argv, environment: environment,
        streams: [(theirs[0], 0), (theirs[1], 1), (theirs[2], 2)])
    } catch {
      theirs += [input, output]
      throw error
    }
    _ = fcntl(output, F_SETFL, fcntl(output, F_GETFL) | O_NONBLOCK)
  }

  deinit {
    _ = close(input)
    _ = close(output)
  }

  /// Asks, and waits for the answer.
  ///
  /// - Parameters:
  ///   - line: without its end, and shorter than a pipe.
  ///   - timeLimit: of the time that the program has on the machine (``Patience``).
  ///   - isWanted: asked some fifty times a second.
  package func ask(
    _ line: String, timeLimitNanoseconds: UInt64, isWanted: () -> Bool
  ) -> Answer {
    // What it has said without being asked is no answer.
    unread = []
    while readMore() > 0 { unread = [] }
    let bytes = Array((line + "\n").utf8)
    _ = SystemCall.retrying { unsafe write(input, bytes, bytes.count) }
    var patience = Patience(nanoseconds: timeLimitNanoseconds)
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...end) }
        return .line(String(decoding: unread[..<end], as: UTF8.self))
      }
      let hadEnded = process.hasEnded
      let count = readMore()
      if count == 0 || hadEnded && count < 0 || unread.count > Self.longestLineByteCount {
        return .ended(process.end())
      }
      if count > 0 { continue }
      let isOver = patience.isOver(
        of: [process.processID], canRun: ThreadStates.canRun(in: process.processID))
      if isOver || !isWanted() {
        _ = process.end()
        return isOver ? .timedOut : .unwanted
      }
      var look = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&look, 1, Self.lookMilliseconds)
    }
  }

  /// - Returns: how many bytes came; 0 at the end, -1 where there is nothing yet.
  private func readMore() -> Int {
    var buffer = [UInt8](repeating: 0, count: 1 << 12)
    let count = SystemCall.retrying { unsafe read(output, &buffer, buffer.count) }
    if count > 0 { unread += buffer.prefix(count) }
    return count
  }

  /// Kills what is left of it and says how it ended.
  @discardableResult
  package func end() -> ChildProcess.Status { process.end() }
}

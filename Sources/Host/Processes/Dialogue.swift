import Glibc

/// A program that is talked to: lines go to its standard input, and what it writes, to standard output
/// and standard error alike, is read as it comes.
///
/// Whoever starts one has to call ``end()``, also after an error.
package final class Dialogue {
  private let process: StartedProcess
  /// What it reads from.
  private var input: Int32
  /// What it writes to.
  private var output: Int32
  private let program: String

  /// - Parameters:
  ///   - argv: the program (looked up in PATH if it has no slash) and its arguments.
  ///   - environment: variables to set beside the inherited ones.
  ///   - hasFixedAddresses: whether its memory lies where it lies in every run, as far as the kernel
  ///     allows to ask for it.
  /// - Throws: ``HostError`` where the program cannot be started.
  package init(
    argv: [String], environment: [String: String] = [:], hasFixedAddresses: Bool = false
  ) throws(HostError) {
    _ = SystemCall.ignoreBrokenPipes
    program = argv.first ?? ""
    var toProgram: [Int32] = [-1, -1]
    var fromProgram: [Int32] = [-1, -1]
    guard GNUFunctions.pipe(&toProgram) == 0 else {
      throw HostError("make a pipe to", program, errorNumber: errno)
    }
    guard GNUFunctions.pipe(&fromProgram) == 0 else {
      let errorNumber = errno
      for end in toProgram { _ = close(end) }
      throw HostError("make a pipe to", program, errorNumber: errorNumber)
    }
    let streams = [(toProgram[0], Int32(0)), (fromProgram[1], 1), (fromProgram[1], 2)]
    defer { for end in [toProgram[0], fromProgram[1]] { _ = close(end) } }
    do {
      process = try StartedProcess(
        argv: argv, environment: environment,
        streams: streams.map { (descriptor: $0.0, standard: $0.1) },
        hasFixedAddresses: hasFixedAddresses)
    } catch {
      for end in [toProgram[1], fromProgram[0]] { _ = close(end) }
      throw error
    }
    (input, output) = (toProgram[1], fromProgram[0])
    _ = fcntl(output, F_SETFL, fcntl(output, F_GETFL) | O_NONBLOCK)
  }

  deinit {
    closeInput()
    _ = close(output)
  }

  package var processID: pid_t { process.processID }

  /// Whether the program itself has ended; what it started may still run.
  package var hasEnded: Bool { process.hasEnded }

  /// Sends a line, short enough for a pipe. One that nobody reads any more is dropped.
  package func type(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = SystemCall.retrying { unsafe write(input, bytes, bytes.count) }
  }

  /// Says that nothing more will be sent.
  package func closeInput() {
    if input >= 0 { _ = close(input) }
    input = -1
  }

  /// Whether the program has taken all that was sent.
  package var isInputTaken: Bool {
    var byteCount: Int32 = 0
    guard input >= 0, unsafe ioctl(input, UInt(FIONREAD), &byteCount) == 0 else { return true }
    return byteCount == 0
  }

  /// What it has written since the last call.
  package func newText() -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = SystemCall.retrying { unsafe read(output, &buffer, buffer.count) }
      if count <= 0 { return String(decoding: text, as: UTF8.self) }
      text.append(contentsOf: buffer.prefix(count))
    }
  }

  /// Kills what is left of it and says how it ended.
  package func end() -> ChildProcess.Status { process.end() }
}

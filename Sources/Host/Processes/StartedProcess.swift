import Glibc

/// A program that runs beside us in a process group of its own.
///
/// Whoever starts one has to call ``end()``, also after an error.
package final class StartedProcess {
  /// Also the number of its group.
  package let processID: pid_t
  private let child: RunningChild
  private var status: ChildProcess.Status?
  /// Who had the terminal before the program got it; `nil` where there is none, or it was not ours.
  private var terminalGroup: pid_t?

  /// Starts a program, which is looked up in PATH if its name has no slash.
  ///
  /// - Parameters:
  ///   - environment: variables to set beside the inherited ones.
  ///   - output: a descriptor that becomes its standard output; `nil`: it has ours.
  ///   - getsTerminal: whether it may read from the terminal, which only one can.
  /// - Throws: ``HostError`` where the program cannot be started.
  package convenience init(
    argv: [String], environment: [String: String], output: Int32? = nil, getsTerminal: Bool = true
  ) throws(HostError) {
    try self.init(
      argv: argv, environment: environment,
      streams: output.map { [(descriptor: $0, standard: Int32(1))] } ?? [])
    if getsTerminal { lendTerminal() }
  }

  /// Starts a program that nobody talks to: it has nothing to read, and its memory lies where it lies in every run,
  /// as far as the kernel allows to ask for it.
  ///
  /// - Parameters:
  ///   - output: a descriptor that becomes its standard output.
  ///   - errorPath: of a file, to whose end its standard error goes.
  /// - Throws: ``HostError`` where a file cannot be opened or the program cannot be started.
  package convenience init(
    alone argv: [String], environment: [String: String], output: Int32, errorPath: String
  ) throws(HostError) {
    let input = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    let errors = unsafe open(errorPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let errorNumber = errno
    defer { for descriptor in [input, errors] where descriptor >= 0 { _ = close(descriptor) } }
    guard input >= 0, errors >= 0 else {
      throw HostError("open", errorPath, errorNumber: errorNumber)
    }
    try self.init(
      argv: argv, environment: environment, streams: [(input, 0), (output, 1), (errors, 2)],
      hasFixedAddresses: true)
  }

  /// - Parameters:
  ///   - streams: descriptors of ours that become standard streams of the program.
  ///   - hasFixedAddresses: whether its memory lies where it lies in every run, as far as the kernel
  ///     allows to ask for it.
  init(
    argv: [String], environment: [String: String], streams: [(descriptor: Int32, standard: Int32)],
    hasFixedAddresses: Bool = false
  ) throws(HostError) {
    guard let program = argv.first, !program.isEmpty else {
      throw HostError("start", "", found: "no program is named", hint: "Name a program.")
    }
    let previous = hasFixedAddresses ? Addresses.fix() : nil
    defer { if let previous { Addresses.restore(previous) } }
    processID = try ChildProcess.start(argv, environment, nil, streams)
    child = RunningChild(processID: processID, patience: nil)
  }

  /// A group in the background is stopped when it reads from the terminal.
  private func lendTerminal() {
    guard isatty(0) == 1, tcgetpgrp(0) == getpgrp() else { return }
    // Taking it back is itself done from the background.
    _ = signal(SIGTTOU, SIG_IGN)
    guard tcsetpgrp(0, processID) == 0 else { return }
    terminalGroup = getpgrp()
    // It may have read, and been stopped for it, before it got the terminal.
    _ = kill(-processID, SIGCONT)
  }

  /// Whether the program itself has ended; what it started may still run.
  package var hasEnded: Bool { status != nil || child.hasEnded }

  /// Asks the whole group to stop, as Ctrl-C does.
  package func interrupt() {
    if status == nil { _ = kill(-processID, SIGINT) }
  }

  /// Kills what is left of the group, waits until none of it runs, and says how the program ended.
  package func end() -> ChildProcess.Status {
    if let status { return status }
    if !child.hasEnded { _ = kill(-processID, SIGKILL) }
    let found = child.finish()
    status = found
    if let terminalGroup { _ = tcsetpgrp(0, terminalGroup) }
    // The killed ones belong to others, so that their end cannot be waited for.
    var attempts = 0
    while kill(-processID, 0) == 0, attempts < 200 {
      usleep(5_000)
      attempts += 1
    }
    return found
  }
}

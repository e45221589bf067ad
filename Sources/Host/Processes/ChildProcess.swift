@unsafe @preconcurrency import Glibc

/// Runs other programs: from a list of words, never through a shell.
package enum ChildProcess {
  /// How a program ended.
  package enum Status: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It ran longer than allowed and was killed.
    case timedOut

    /// As reports say it.
    package var words: String {
      switch self {
      case .exited(let number): "exit status \(number)"
      case .signalled(let number): "killed by signal \(number)"
      case .timedOut: "out of time"
      }
    }
  }

  /// How a program ended and what it wrote.
  package struct Outcome: Sendable {
    package var status: Status
    /// What it wrote to standard output.
    package var output: [UInt8]
    /// What it wrote to standard error.
    package var errors: [UInt8]

    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Starts a program, feeds it, collects what it writes and waits until it has ended.
  ///
  /// It runs in a process group of its own. What it has started and left running in that group is
  /// killed when it ends, and the whole group is killed at the time limit.
  ///
  /// - Parameters:
  ///   - argv: the program (looked up in PATH if it has no slash) and its arguments.
  ///   - input: its standard input; `nil` is an empty one.
  ///   - environment: variables to set beside the inherited ones.
  ///   - workingDirectory: the folder it starts in; `nil` is ours.
  ///   - timeLimit: of the time that it has on the machine (``Patience``); `nil` is none.
  ///   - keptByteCount: how much of the end of each output is kept, for a program that may write for
  ///     ever; `nil` is all.
  ///   - isWanted: asked some fifty times a second while it runs; once it is `false` the group is
  ///     killed.
  /// - Throws: ``HostError`` where the program cannot be started.
  package static func run(
    argv: [String], input: [UInt8]? = nil, environment: [String: String] = [:],
    workingDirectory: String? = nil, timeLimit: Duration? = nil, keptByteCount: Int? = nil,
    isWanted: @escaping () -> Bool = { true }
  ) throws(HostError) -> Outcome {
    guard let program = argv.first, !program.isEmpty else {
      throw HostError("start", "", found: "no program is named", hint: "Name a program.")
    }
    _ = SystemCall.ignoreBrokenPipes
    let pipes = try ChildPipes(
      program: program, hasInput: input != nil, keptByteCount: keptByteCount ?? .max)
    ChildWatch.begin()
    let processID = try start(
      argv, environment, workingDirectory, pipes.childEnds, isWatched: false)
    pipes.closeChildEnds()
    let child = RunningChild(
      processID: processID, patience: timeLimit.map { Patience(nanoseconds: nanoseconds($0)) },
      isWatched: false, isWanted: isWanted)
    pipes.exchange(input: input ?? [], with: child)
    return Outcome(status: child.finish(), output: pipes.output, errors: pipes.errors)
  }

  private static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    return seconds < 0
      ? 0
      : UInt64(min(seconds, 1_000_000_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }

  /// Starts a program that does not outlive us: to be waited for by ``RunningChild/finish()``.
  ///
  /// - Parameters:
  ///   - streams: descriptors of ours that become its standard streams; the others are ours.
  ///   - isWatched: whether ``ChildWatch`` is told at once.
  static func start(
    _ argv: [String], _ environment: [String: String], _ workingDirectory: String?,
    _ streams: [(descriptor: Int32, standard: Int32)], isWatched: Bool = true
  ) throws(HostError) -> pid_t {
    var environment = environment
    environment[ChildWatch.variable] = ChildWatch.session
    let processID = try spawn(argv, environment, workingDirectory, streams)
    Leftovers.insert(group: processID, isWatched: isWatched)
    return processID
  }

  static func spawn(
    _ argv: [String], _ environment: [String: String], _ workingDirectory: String?,
    _ streams: [(descriptor: Int32, standard: Int32)]
  ) throws(HostError) -> pid_t {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe setUp(&attributes)

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, standard) in streams {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, standard)
    }
    if let workingDirectory {
      let errorNumber = unsafe GNUFunctions.addWorkingDirectory(workingDirectory, to: &actions)
      guard errorNumber == 0 else {
        throw HostError("start in", workingDirectory, errorNumber: errorNumber)
      }
    }

    var processID: pid_t = 0
    let program = ProgramPaths.path(of: argv[0])
    let errorNumber = unsafe withCStrings(argv) { arguments in
      unsafe withCStrings(merged(environment)) { variables in
        unsafe posix_spawnp(&processID, program, &actions, &attributes, arguments, variables)
      }
    }
    guard errorNumber == 0 else { throw startError(argv[0], workingDirectory, errorNumber) }
    return processID
  }

  private static func startError(
    _ program: String, _ workingDirectory: String?, _ errorNumber: Int32
  ) -> HostError {
    var error = HostError("start", program, errorNumber: errorNumber)
    if let workingDirectory, !Folders.isFolder(workingDirectory) {
      error.hint = "There is no folder '\(workingDirectory)' to start it in."
    } else if errorNumber == ENOENT {
      error.hint = "Install the program, or check its path."
    }
    return error
  }

  /// A group of its own, no signal blocked, and the default reaction to those we ignore or catch.
  @unsafe private static func setUp(_ attributes: inout posix_spawnattr_t) {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGBUS, SIGXFSZ] {
      unsafe sigaddset(&signals, number)
    }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  /// `NAME=value` for each inherited variable that is not replaced, then for each new one.
  private static func merged(_ additions: [String: String]) -> [String] {
    var variables: [String] = []
    var inherited = unsafe environ
    while let text = unsafe inherited.pointee {
      let variable = unsafe String(cString: text)
      let name = String(variable.prefix { $0 != "=" })
      if additions[name] == nil { variables.append(variable) }
      unsafe inherited += 1
    }
    return variables + additions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// Lends `words` as the null-terminated list of C strings that `exec` takes.
  @unsafe private static func withCStrings<Outcome>(
    _ words: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Outcome
  ) -> Outcome {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
    unsafe pointers.append(nil)
    return unsafe body(&pointers)
  }
}

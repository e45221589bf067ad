import Campaign
import Checking
import Host
import Recorder
import Stacks

/// The words that QEMU's tools are started with, and what exports an image in the place of qemu-nbd.
struct QEMUTools {
  let stack: ProgramStack
  /// The program to run, or the command line of a server.
  let executable: String

  init(_ stack: ProgramStack, executable: String?) {
    self.stack = stack
    self.executable = executable ?? stack.executableName
  }

  /// Makes a new image, the same one for the same configuration and seed.
  ///
  /// - Throws: ``HostError`` or ``ControlledProgram/Failure`` where that is not possible.
  func create(
    _ path: String, _ configuration: RunConfiguration, libraryPath: String, seed: UInt64
  ) throws {
    guard let format else {
      try SparseImageFile(path, byteCount: configuration.deviceByteCount).finishForShortUse()
      return
    }
    var environment = Recorder.repeating(seed)
    environment["LD_PRELOAD"] = libraryPath
    let argv =
      [sibling, "create", "-q", "-f", format] + options(configuration)
      + [path, "\(configuration.deviceByteCount)"]
    let outcome = try ChildProcess.run(
      argv: argv, environment: environment, timeLimit: .seconds(60))
    guard outcome.status == .exited(0) else {
      throw ControlledProgram.Failure(
        reason: "`\(argv.joined(separator: " "))` failed: \(outcome.errorText)")
    }
  }

  /// What exports an image over a unix socket.
  ///
  /// - Throws: ``ServerCommand/Problem`` where the command line is none.
  func argv(image path: String, socket: String) throws -> [String] {
    if ServerCommand.isCommand(executable) {
      return try ServerCommand(parsing: executable).argv(image: path, socket: socket)
    }
    // Any number of clients: it then says that they may have several connections.
    let sharing = stack.hasConnectionPerTask ? ["--shared", "0"] : []
    return [
      executable, "--socket", socket, "--format", format ?? "raw", "--cache", "writeback",
      "--discard", "unmap",
    ] + sharing + [path]
  }

  /// What opens an image for a client that types.
  func argv(image path: String, loggerLog: String?) -> [String] {
    var graph = ["driver=file", "filename=\(path)"]
    if let format { graph = Self.below("file", graph) + ["driver=\(format)"] }
    if let loggerLog {
      graph =
        ["driver=blklogwrites", "log.driver=file", "log.filename=\(loggerLog)"]
        + Self.below("file", Self.below("file", graph) + ["driver=raw"])
    }
    return [executable, "-t", "writeback", "--image-opts", graph.joined(separator: ",")]
  }

  /// What reads images that nobody else can read; `nil` where we can.
  func reader() -> OpaqueReader? {
    guard stack.image == .opaque, let format,
      let reader = try? QEMUImageReader(format: format, program: sibling)
    else { return nil }
    return { reader.read($0) }
  }

  /// `nil`: the file is the disk.
  private var format: String? {
    switch stack.image {
    case .raw: nil
    case .vhdx: "vhdx"
    case .opaque: "qcow2"
    }
  }

  private static func below(_ child: String, _ options: [String]) -> [String] {
    options.map { "\(child).\($0)" }
  }

  /// The qemu-img beside the program that was named.
  private var sibling: String {
    guard !ServerCommand.isCommand(executable), executable.contains("/") else { return "qemu-img" }
    let path = (try? Paths.folder(of: executable)).map { "\($0)/qemu-img" } ?? "qemu-img"
    return Folders.exists(path) ? path : "qemu-img"
  }

  private func options(_ configuration: RunConfiguration) -> [String] {
    guard stack.image == .vhdx else { return [] }
    let image = configuration.image
    let kind = image.isFixed ? "fixed" : "dynamic"
    return [
      "-o",
      "subformat=\(kind),block_size=\(image.blockByteCount),log_size=\(image.logByteCount)",
    ]
  }
}

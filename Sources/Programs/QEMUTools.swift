import Campaign
import Checking
import Host
import Recorder
import Stacks

/// The words that QEMU's tools are started with.
struct QEMUTools {
  let stack: ProgramStack
  /// The qemu-io to run.
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
    guard let format = Self.formats[stack] else {
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

  /// What opens an image for a client.
  func argv(image path: String, loggerLog: String?) -> [String] {
    var graph = ["driver=file", "filename=\(path)"]
    if let format = Self.formats[stack] { graph = Self.below("file", graph) + ["driver=\(format)"] }
    if let loggerLog {
      graph =
        ["driver=blklogwrites", "log.driver=file", "log.filename=\(loggerLog)"]
        + Self.below("file", Self.below("file", graph) + ["driver=raw"])
    }
    return [executable, "-t", "writeback", "--image-opts", graph.joined(separator: ",")]
  }

  /// What reads images that nobody else can read; `nil` where we can.
  func reader() -> OpaqueReader? {
    guard stack.image == .opaque, let format = Self.formats[stack],
      let reader = try? QEMUImageReader(format: format, program: sibling)
    else { return nil }
    return { reader.read($0) }
  }

  private static let formats: [ProgramStack: String] = [.qemuIOVHDX: "vhdx", .qemuIOQCOW2: "qcow2"]

  private static func below(_ child: String, _ options: [String]) -> [String] {
    options.map { "\(child).\($0)" }
  }

  /// The qemu-img beside the qemu-io that was named.
  private var sibling: String {
    guard executable.contains("/") else { return "qemu-img" }
    let path = (try? Paths.folder(of: executable)).map { "\($0)/qemu-img" } ?? "qemu-img"
    return Folders.exists(path) ? path : "qemu-img"
  }

  private func options(_ configuration: RunConfiguration) -> [String] {
    guard stack == .qemuIOVHDX else { return [] }
    let image = configuration.image
    let kind = image.isFixed ? "fixed" : "dynamic"
    return [
      "-o",
      "subformat=\(kind),block_size=\(image.blockByteCount),log_size=\(image.logByteCount)",
    ]
  }
}

import Campaign
import Checking
import Host
import Recorder
import Stacks

/// What QEMU's tools do for the images of a stack's runs, whatever program it is that is run.
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
  /// - Throws: ``HostError`` or ``ProgramFailure`` where that is not possible.
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
      throw ProgramFailure(
        reason: "`\(argv.joined(separator: " "))` failed: \(outcome.errorText)")
    }
  }

  /// What reads images that nobody else can read; `nil` where we can.
  func reader() -> OpaqueReader? {
    guard stack.image.isOpaque, let format,
      let reader = try? QEMUImageReader(format: format, program: sibling)
    else { return nil }
    return { reader.read($0) }
  }

  /// What they call it; `nil`: the file is the disk.
  private var format: String? {
    switch stack.image {
    case .raw, .files: nil
    default: stack.image.rawValue
    }
  }

  /// The qemu-img beside the program that was named.
  private var sibling: String {
    guard !ProgramCommand.isServer(executable), executable.contains("/") else { return "qemu-img" }
    let path = (try? Paths.folder(of: executable)).map { "\($0)/qemu-img" } ?? "qemu-img"
    return Folders.exists(path) ? path : "qemu-img"
  }

  private func options(_ configuration: RunConfiguration) -> [String] {
    guard stack.image.isOfKnownFormat else { return [] }
    let image = configuration.image
    let kind = image.isFixed ? "fixed" : "dynamic"
    return [
      "-o",
      "subformat=\(kind),block_size=\(image.blockByteCount),log_size=\(image.logByteCount)",
    ]
  }
}

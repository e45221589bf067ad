import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Host
import NBD
import Recorder
import ToolSupport

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Export a disk over NBD and record its clients, or export a crash state.",
    discussion: """
      With --image and --record: clients read and write the image, and the recording of what they did \
      is what check, replay, inspect and bisect take. docs/nbd.md says what is in it.

      With a log: the disk as a power cut left it, without a copy. What clients write is kept in memory \
      and is gone afterwards. The export cannot grow: a program that has to make the image longer needs a \
      file ('powercut replay').

      Without --run it serves until it is interrupted, which is its end (exit status 130), and prints the \
      address first.
      """)

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String?

  @Option(
    name: .customLong("image"),
    help: ArgumentHelp("The file to export instead, for writing.", valueName: "file"))
  var imagePath: String?

  @Option(
    help: ArgumentHelp(
      "Where the recording of what clients do to --image goes: a new folder.", valueName: "folder"))
  var record: String?

  @OptionGroup var crash: CrashStateOptions

  @Option(help: "The socket's path; its owner alone can connect. (default: in a folder of its own)")
  var socket: String?

  @Option(help: "Serve on this port of 127.0.0.1 instead; 0 takes a free one.")
  var port: Int?

  @Flag(help: "Refuse writes.")
  var readOnly = false

  @Option(
    name: .customLong("run"),
    help: """
      Start this command, {uri} is the address; serve until it ends, and end with its exit status, or with \
      128 and the number of the signal that killed it. Split into words, never given to a shell.
      """)
  var command: String?

  @OptionGroup var image: ImageOptions
  @OptionGroup var log: LogOptions

  func validate() throws {
    if (imagePath == nil) != (record == nil) {
      throw ValidationError("--image and --record belong together")
    }
    if (path == nil) == (imagePath == nil) {
      throw ValidationError("name a log, or --image and --record")
    }
    if imagePath != nil, readOnly { throw ValidationError("--record and --read-only: use one") }
    if imagePath != nil, crash.at != nil || crash.state != nil {
      throw ValidationError("--at and --state choose a crash state of a log: name one")
    }
    if socket != nil, port != nil { throw ValidationError("--socket and --port: use one") }
    if let port, !(0...65535).contains(port) {
      throw ValidationError("--port must be from 0 to 65535")
    }
    if let socket, socket.utf8.count > 107 {
      throw ValidationError("--socket: the path of a socket has at most 107 bytes")
    }
  }

  func run() throws {
    try Tool.run {
      let command = try command.map { try ServedCommand($0) }
      if let imagePath, let record {
        try OptionUse.servingImage.check()
        return try serveRecording(of: imagePath, into: record, command)
      }
      return try serve(CrashStateExport(file(path ?? ""), isReadOnly: readOnly), command)
    }
  }

  /// Serves until the command has ended, or without one until there is an interrupt.
  private func serve(_ export: any NBDExport, _ command: ServedCommand?) throws -> Int32 {
    let folder = try TemporaryFolder()
    let socketPath = try socket ?? "\(Paths.absolute(folder.path))/nbd.sock"
    let server = try start(export, socketPath)
    defer {
      server.stop()
      if port == nil {
        Folders.remove(socketPath)
        Leftovers.remove(path: socketPath)
      }
    }
    let uri = server.port.map { "nbd://127.0.0.1:\($0)" } ?? "nbd+unix:///?socket=\(socketPath)"
    if let command { return try command.exitStatus(uri: uri) }
    try StandardStreams.writeResult("\(uri)\n")
    Interrupts.wait()
    return Tool.interruptedStatus()
  }

  private func serveRecording(
    of imagePath: String, into folder: String, _ command: ServedCommand?
  ) throws -> Int32 {
    let recording = try DiskRecording(of: imagePath, output: folder) { summary in
      try RecordingManifest(served: summary).text()
    }
    // Whatever becomes of the client, what it did until then is a recording.
    let served = Result { try serve(DiskRecordingExport(recording), command) }
    let summary = try recording.finish()
    try StandardStreams.writeResult(
      """
      \(folder): \(summary.entryCount) entries, \(summary.writeCount) writes, \(summary.flushCount) \
      flushes of \(summary.path)

      """)
    let problems = RecordingManifest.problems(summary)
    for problem in problems {
      try StandardStreams.writeProgress("powercut: not recorded: \(problem)\n")
    }
    let status = try served.get()
    return problems.isEmpty ? status : Tool.failureStatus
  }

  private func start(_ export: any NBDExport, _ socketPath: String) throws -> NBDServer {
    if let port { return try NBDServer(export, at: .loopback(port: port)) }
    if LocalConnection.isAbandoned(socketPath) { Folders.remove(socketPath) }
    if Folders.exists(socketPath) {
      throw ToolError("--socket \(socketPath): there is something already. Remove it first.")
    }
    do {
      let server = try FileModes.forOwnerOnly {
        try NBDServer(export, at: .unixSocket(path: socketPath))
      }
      Leftovers.insert(path: socketPath)
      return server
    } catch {
      throw ToolError("cannot serve at \(socketPath): \(error)")
    }
  }

  /// The disk that the cut left.
  private func file(_ path: String) throws -> any ImageFile {
    let recording = try RecordingSource(path, options: log, for: "serve")
    let format = image.openedFormat(recording)
    try crash.refuseRecovery(unless: format.hasRecovery)
    try crash.use(isOfImage: format.hasRecovery, ["socket", "port", "read-only", "run"]).check()
    let index = try recording.index(as: format)
    try crash.refuseDamage(of: index, isListing: false)
    let history = try recording.history(index)
    let state = try crash.state(of: history, index, origin: log.origin)
    guard let cut = state.recovery else { return StateImage(history, state) }
    return try RecrashedImage(history, state, cut, format: format).file
  }
}

import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import Programs
import ToolSupport
import WriteLog

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Rebuild the image of any cut, or list the digest of each.",
    discussion: """
      A cut after entry n holds the first n entries. With --digests, one line for each cut from 0 on: \
      how many entries, and the digest of the disk (docs/digest.md says how it is computed).

      Of an image with a log of its own a state may go on: 'cut:37 then cut:4 lost:2' is what opening the image of cut 37 \
      leaves where the power fails after four of recovery's changes and number 2 of them is lost.

      Of a folder with joint.txt, as record writes it, the state is one of all files, 'cut:25 lost:db:7 \
      names:3', and --output a new folder for them (docs/joint.md).
      """)

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String

  @OptionGroup var crash: CrashStateOptions

  @Option(help: "The image file to write; sparse where it is zero.")
  var output: String?

  @Flag(
    help: """
      Write a folder with the files of a state, also where record has seen one file only. (default \
      where there are several)
      """)
  var folder = false

  @Flag(help: "List every cut and its digest.")
  var digests = false

  @OptionGroup var image: ImageOptions
  @OptionGroup var log: LogOptions
  @OptionGroup var leaveOut: LeaveOutOptions
  @OptionGroup var persona: PersonaOptions

  func validate() throws {
    guard digests || output != nil else {
      throw ValidationError("say --output FILE for an image, or --digests for a list")
    }
    if digests, output != nil {
      throw ValidationError("--digests lists every cut and writes no image: leave --output out")
    }
  }

  func run() throws {
    try Tool.run {
      if try isJoint {
        try OptionUse.stateOfFiles.check()
        try writeFolder()
        return 0
      }
      let recording = try RecordingSource(path, options: log, for: "replay")
      let format = image.openedFormat(recording)
      try crash.refuseRecovery(unless: format.hasRecovery)
      try (digests ? OptionUse.digestsOfCuts : crash.use(isOfImage: format.hasRecovery, ["output"]))
        .check()
      let index = try recording.index(as: format)
      try crash.refuseDamage(of: index, isListing: digests)
      let history = try recording.history(index, isDigested: digests)
      for note in index.shapeNotes { try StandardStreams.writeProgress("powercut: \(note)\n") }
      if digests {
        try list(history)
        if Interrupts.isRequested { return Tool.interruptedStatus() }
      } else if let output {
        let chosen = try crash.state(of: history, index, origin: log.origin)
        if let cut = chosen.recovery {
          try write(
            try recrashed(chosen, cut, of: history, recording), chosen, of: history, output,
            recording.copyMode)
        } else {
          try write(chosen, of: history, to: output, recording.copyMode)
        }
      }
      return 0
    }
  }

  /// Whether the state is one of files together.
  private var isJoint: Bool {
    get throws {
      guard let recorded = try RecordedFolder(path) else {
        if folder { throw ToolError("--folder: \(path) is no folder that record has written") }
        return false
      }
      return folder || recorded.onlyRecording == nil || !leaveOut.patterns.isEmpty
    }
  }

  /// The files of a joint state, in a new folder.
  private func writeFolder() throws {
    let recording = try JointRecording(
      path, log, persona: persona.persona, leaveOut: leaveOut.patterns)
    guard let output, !digests else {
      throw ValidationError(
        "\(path) holds several files: --digests belongs to the folder of one")
    }
    let cut = try crash.cut(of: recording.files)
    let text = crash.state ?? "cut:\(cut)"
    let state = try recording.files.state(parsing: text)
    guard try !Folders.exists(output) || Folders.names(in: output).isEmpty else {
      throw ToolError("--output \(output): it is not empty; name a new folder")
    }
    try Folders.create(output, mode: CopyMode(ofCopyOf: "\(path)/\(JointRecording.orderName)"))
    try StateFolder(recording.files, untouchedPath: recording.untouchedPath).write(
      state, to: output, isDurable: true)
    try recording.hideWhatWasHidden(in: output, of: state)
    try StandardStreams.writeResult(
      "\(recording.files.text(of: state))  \(recording.files.digest(of: state))  \(output)\n")
  }

  private func list(_ history: DiskHistory) throws {
    var text = ""
    for line in DigestListing(history) {
      if Interrupts.isRequested { break }
      text += line + "\n"
      if text.utf8.count > 1 << 16 {
        try StandardStreams.writeResult(text)
        text = ""
      }
    }
    try StandardStreams.writeResult(text)
  }

  private func write(
    _ state: CrashState, of history: DiskHistory, to output: String, _ mode: CopyMode
  ) throws {
    let file = try self.file(state, of: history, output, mode)
    try file.finish()
    try StandardStreams.writeResult("\(state)  \(history.digest(of: state))  \(output)\n")
  }

  /// The image of the first crash, with those changes of its recovery on it that persisted.
  private func write(
    _ image: RecrashedImage, _ state: CrashState, of history: DiskHistory, _ output: String,
    _ mode: CopyMode
  ) throws {
    let file = try self.file(image.state, of: history, output, mode)
    for change in image.keptChanges { try ImageChanges.carryOut(change, on: file) }
    try file.finish()
    try StandardStreams.writeResult("\(state)  \(image.digest)  \(output)\n")
  }

  private func file(
    _ state: CrashState, of history: DiskHistory, _ output: String, _ mode: CopyMode
  ) throws(HostError) -> SparseImageFile {
    let replay = Replay(history, state: state)
    let file = try SparseImageFile(output, byteCount: replay.imageByteCount, mode: mode)
    try replay.write { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    return file
  }

  private func recrashed(
    _ state: CrashState, _ cut: RecoveryCut, of history: DiskHistory, _ recording: RecordingSource
  ) throws -> RecrashedImage {
    return try RecrashedImage(history, state, cut, format: image.openedFormat(recording))
  }
}

import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import VHDX
import WriteLog

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Rebuild the image of any cut, or list the digest of each.",
    discussion: """
      A cut after entry n holds the first n entries. With --digests, one line for each cut from 0 on: \
      how many entries, and the digest of the disk (docs/digest.md says how it is computed).

      Of a VHDX image a state may go on: 'cut:37 then cut:4 lost:2' is what opening the image of cut 37 \
      leaves where the power fails after four of recovery's changes and number 2 of them is lost.
      """)

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String

  @Option(help: "Where to cut: a number of entries, the text of a mark, or last.")
  var at = "last"

  @Option(help: "A crash state as reports name it: 'cut:37 lost:35,36', 'cut:37 then cut:4'.")
  var state: String?

  @Option(help: "The image file to write; sparse where it is zero.")
  var output: String?

  @Flag(help: "List every cut and its digest.")
  var digests = false

  @OptionGroup var image: ImageOptions
  @OptionGroup var log: LogOptions

  func validate() throws {
    guard digests || output != nil else {
      throw ValidationError("say --output FILE for an image, or --digests for a list")
    }
    if digests, output != nil {
      throw ValidationError("--digests lists every cut and writes no image: leave --output out")
    }
    if state != nil, at != "last" {
      throw ValidationError("--at and --state both say where to cut: use one")
    }
  }

  func run() throws {
    try Tool.run {
      let recording = try RecordingSource(path, options: log)
      let state = try state.map { try CrashState(parsing: $0) }
      try refuseRecovery(of: state, recording)
      let index = try recording.index(as: image.kind(recording))
      try refuseDamage(index)
      let history = try recording.options.history(index)
      for note in index.shapeNotes { try StandardStreams.writeProgress("powercut: \(note)\n") }
      if digests {
        try list(history)
      } else if let output {
        let chosen = try state ?? stateOfCut(index, history)
        try history.check(chosen, origin: log.origin)
        if let cut = chosen.recovery {
          try write(try recrashed(chosen, cut, of: history, recording), chosen, of: history, output)
        } else {
          try write(chosen, of: history, to: output)
        }
      }
      return 0
    }
  }

  /// An image of half a log looks like one of a whole log: a damaged chain is an error unless the cut
  /// lies in front of the damage.
  private func refuseDamage(_ index: WriteLogIndex) throws {
    guard let problem = index.problems.first else { return }
    if let entryCount = Int(at), entryCount <= index.entryCount, !digests { return }
    throw ToolError(
      """
      the log is damaged behind its first \(index.entryCount) entries; --at \(index.entryCount) \
      rebuilds up to there. \(problem)
      """)
  }

  private func list(_ history: DiskHistory) throws {
    var text = ""
    for line in DigestListing(history) {
      text += line + "\n"
      if text.utf8.count > 1 << 16 {
        try StandardStreams.writeResult(text)
        text = ""
      }
    }
    try StandardStreams.writeResult(text)
  }

  private func write(
    _ state: CrashState, of history: DiskHistory, to output: String
  ) throws {
    let file = try self.file(state, of: history, output)
    try file.finish()
    try StandardStreams.writeResult("\(state)  \(history.digest(of: state))  \(output)\n")
  }

  /// The image of the first crash, with those changes of its recovery on it that persisted.
  private func write(
    _ image: RecrashedImage, _ state: CrashState, of history: DiskHistory, _ output: String
  ) throws {
    let file = try self.file(image.state, of: history, output)
    for change in image.keptChanges { try RecoverOutput.carryOut(change, on: file) }
    try file.finish()
    try StandardStreams.writeResult("\(state)  \(image.digest)  \(output)\n")
  }

  private func file(
    _ state: CrashState, of history: DiskHistory, _ output: String
  ) throws(HostError) -> SparseImageFile {
    let replay = Replay(history, state: state)
    let file = try SparseImageFile(output, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    return file
  }

  private func refuseRecovery(of state: CrashState?, _ recording: RecordingSource) throws {
    if state?.recovery == nil || image.kind(recording) == .vhdx { return }
    throw ToolError(
      "--state '\(self.state ?? "")': only a VHDX image is recovered; say --as vhdx for one")
  }

  private func recrashed(
    _ state: CrashState, _ cut: RecoveryCut, of history: DiskHistory, _ recording: RecordingSource
  ) throws -> RecrashedImage {
    return try RecrashedImage(history, state, cut, recovery: image.recovery(recording))
  }

  private func stateOfCut(
    _ index: WriteLogIndex, _ history: DiskHistory
  ) throws -> CrashState {
    if at == "last" { return CrashState(cut: history.entryCount) }
    if let cut = Int(at) {
      guard (0...history.entryCount).contains(cut) else {
        throw ToolError("--at \(cut): the log has \(history.entryCount) entries")
      }
      return CrashState(cut: cut)
    }
    return CrashState(cut: try cut(behindMark: at, index))
  }

  /// The cut right behind the first mark with this text. A mark that is not there is an error: replaying
  /// everything instead would look like an answer.
  private func cut(behindMark text: String, _ index: WriteLogIndex) throws -> Int {
    var others: [String] = []
    for place in 0..<index.entryCount where index[place].kind == .mark {
      let found = index.text(of: index[place])
      if found == text { return place + 1 }
      if others.count < 5, !found.hasPrefix(ClientMark.prefix) { others.append("'\(found)'") }
    }
    let known =
      others.isEmpty ? "it has no marks of a user" : "it has \(others.joined(separator: ", "))"
    throw ToolError("--at '\(text)': the log has no mark with this text; \(known)")
  }
}

import ArgumentParser
import Bytes
import Host
import VHDX

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Replay the log of a VHDX image, as opening it does.",
    discussion: """
      Without an option the image is changed in place, with a sync behind each step, so that a power \
      cut in the middle is recovered by the next run. Nothing is written to an image that is refused.

      Exit status: 0 recovered or nothing to do, 1 refused, 2 could not be read or written.
      """)

  @Argument(help: "A VHDX image.")
  var path: String

  @Option(help: "Whose recovery: exact is the specification.")
  var profile = RecoverProfile(.exact)

  @Option(help: "A mistake to make; can be given more than once.")
  var bug: [RecoveryBug] = []

  @Flag(help: "Say what would happen, and write nothing.")
  var dryRun = false

  @Option(help: "Write the recovered image to this file, and leave the first one as it is.")
  var output: String?

  @Flag(help: "Open read-only, which refuses an image whose log is not empty.")
  var readOnly = false

  @Option(help: "Draw new GUIDs from this seed, so that the same command gives the same bytes.")
  var seed: UInt64?

  @Option(help: "How the result is printed: text or json.")
  var format = InspectFormat.text

  func validate() throws {
    guard !(dryRun && output != nil) else {
      throw ValidationError("--dry-run writes nothing: leave --output out")
    }
    guard output != path else {
      throw ValidationError("--output names the image itself: leave it out to recover in place")
    }
  }

  func run() throws {
    try Tool.run {
      try refuseFolder()
      // Open, and locked, before anything is looked at: what is planned must still hold when it is
      // carried out.
      let target = isInPlace ? try WritableFile(path) : nil
      if target == nil { try FileLock.checkFree(path) }
      let image = RegionImage(try MappedFile.map(path))
      try requireIdentifier(of: image)
      let plan = RecoverPlan(image, profile: profile.adding(bug), options: options)
      let done = try carryOut(plan, on: target)
      let result = RecoverResult(
        plan: plan, path: path, written: done, isDryRun: dryRun, outputPath: output)
      try print(result)
      return result.exitStatus
    }
  }

  /// A recording is no image, but an image can be made of one.
  private func refuseFolder() throws {
    guard Folders.isFolder(path) else { return }
    let isRecording = try RecordedFolder(path) != nil || Folders.exists("\(path)/writes.log")
    guard isRecording else { throw ToolError("\(path) is a folder: recover takes a VHDX image") }
    let recording = try RecordedFolder(path)?.onlyRecording(for: "replay") ?? path
    throw ToolError(
      "\(path) is a recording: recover takes an image. `powercut replay \(recording.shellQuoted) "
        + "--output IMAGE` writes one, at any cut.")
  }

  /// A read-only opening writes with a mistake only.
  private var isInPlace: Bool {
    !dryRun && output == nil
      && (!readOnly || profile.adding(bug).bugs.contains(.readOnlyWrites))
  }

  private var options: RecoveryOptions {
    var guids = ImageGUIDs(seed: seed)
    return RecoveryOptions(
      access: readOnly ? .readOnly : .readWrite, fileWriteGUID: guids.next(),
      dataWriteGUID: guids.next())
  }

  private func requireIdentifier(of image: RegionImage) throws {
    do throws(FormatError) {
      _ = try FileIdentifier(reading: image)
    } catch {
      throw ToolError("\(path) is no VHDX image: \(error.finding). Nothing was written.")
    }
  }

  /// Writes what the plan says and where it is to be written; returns what that was.
  private func carryOut(
    _ plan: RecoverPlan, on target: WritableFile?
  ) throws -> RecoverResult.Written {
    if let output {
      // A copy harms nobody: it is written also where it does not open, to be looked at.
      guard plan.outcome.opens else { return .nothing }
      try RecoverOutput.copy(plan.overlay, to: output, mode: CopyMode(ofCopyOf: path))
      return .copy
    }
    guard let target, case .recovers = plan.verdict else { return .nothing }
    do {
      for change in plan.overlay.changes { try RecoverOutput.carryOut(change, on: target) }
    } catch {
      throw ToolError(
        "\(error) The log of '\(path)' is still whole: run the command again afterwards.")
    }
    return .image
  }

  private func print(_ result: RecoverResult) throws {
    switch format {
    case .text: try StandardStreams.writeResult(RecoverDescription(result).text)
    case .json: try StandardStreams.writeResult(RecoverDocument(result).text())
    }
  }
}

/// What a recovery came to.
struct RecoverResult {
  enum Written: String {
    case nothing
    case image
    case copy
  }

  var plan: RecoverPlan
  var path: String
  var written: Written
  var isDryRun: Bool
  var outputPath: String?

  var exitStatus: Int32 {
    if case .refused = plan.verdict { 1 } else { 0 }
  }
}

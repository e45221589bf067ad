import ArgumentParser
import Bytes
import Campaign
import Host
import Reporting
import ToolSupport
import VHDX
import VHDXJudges

package struct RecoverCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Replay the log of a VHDX image, as opening it does.",
    discussion: """
      Without an option the image is changed in place, with a sync behind each step, so that a power \
      cut in the middle is recovered by the next run. Nothing is written to an image that is refused.

      Exit status: 0 recovered or nothing to do, 1 refused, 2 could not be read or written, 130 \
      interrupted; the next run finishes what was begun.
      """)

  @Argument(help: "A VHDX image.")
  var path: String

  @Option(
    help: """
      Whose recovery: exact is the specification. qemu-7.2.22 opens as qemu-io, qemu-nbd and a guest \
      do, qemu-7.2.22-check as 'qemu-img check' does, which does not look at the block table before.
      """)
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

  @Option(help: "How the result is printed: \(ReportForm.list).")
  var format = ReportForm.text

  package init() {}

  package func validate() throws {
    guard !(dryRun && output != nil) else {
      throw ValidationError("--dry-run writes nothing: leave --output out")
    }
    guard output != path else {
      throw ValidationError("--output names the image itself: leave it out to recover in place")
    }
  }

  package func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      Tool.prepareInterruption { try print(unfinished, stopwatch.timing(jobCount: 1)) }
      var result = unfinished
      do {
        let (plan, written) = try recovered()
        result.found = .success(plan)
        result.written = written
      } catch {
        result.found = .failure(error)
      }
      Interrupts.claimEnd()
      try print(result, stopwatch.timing(jobCount: 1))
      return result.exitStatus
    }
  }

  private var unfinished: RecoverResult {
    RecoverResult(
      found: nil, path: path, profile: profile.profile.adding(bug), isDryRun: dryRun,
      outputPath: output)
  }

  private func recovered() throws -> (RecoverPlan, RecoverResult.Written) {
    try refuseFolder()
    // Open, and locked, before anything is looked at: what is planned must still hold when it is carried
    // out.
    let target = isInPlace ? try WritableFile(path) : nil
    if target == nil { try FileLock.checkFree(path) }
    let bytes = try MappedFile.map(path)
    let image = RegionImage(bytes)
    // One that lost its first sector is refused as an image.
    if !VHDXFormat().recognizesDamaged(image) { try requireIdentifier(of: image) }
    let plan = RecoverPlan(image, profile: profile.profile.adding(bug), options: options)
    return (plan, try carryOut(plan, on: target))
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
      && (!readOnly || profile.profile.adding(bug).bugs.contains(.readOnlyWrites))
  }

  private var options: RecoveryOptions {
    var guids = ImageGUIDs(seed: seed)
    return RecoveryOptions(
      access: readOnly ? .readOnly : .readWrite, fileWriteGUID: guids.next(),
      dataWriteGUID: guids.next())
  }

  private func requireIdentifier(of image: RegionImage) throws {
    if let other = ImageFormats.recognizing(image), !other.hasRecovery {
      throw ToolError(
        "\(path) is a \(other.title) image, which has no log to replay: there is nothing to recover. "
          + "`powercut check \(path.shellQuoted)` says what is wrong with it. Nothing was written.")
    }
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
      for change in plan.overlay.changes { try ImageChanges.carryOut(change, on: target) }
    } catch {
      throw ToolError(
        "\(error) The log of '\(path)' is still whole: run the command again afterwards.")
    }
    return .image
  }

  private func print(_ result: RecoverResult, _ timing: ReportTiming) throws {
    if case .failure(let obstacle) = result.found {
      try StandardStreams.writeProgress("powercut: \(obstacle)\n")
      if format == .text { return }
    }
    try StandardStreams.writeResult(format.text(of: result, timing))
  }
}

/// What a recovery came to.
struct RecoverResult {
  enum Written: String {
    case nothing
    case image
    case copy
  }

  /// What opening does to it, or why that could not be found out or carried out.
  /// `nil` before.
  var found: Result<RecoverPlan, any Error>?
  var path: String
  var profile: RecoveryProfile
  var written = Written.nothing
  var isDryRun: Bool
  var outputPath: String?

  /// Whether it opens with this profile; `nil` where it could not be read or written. What the format breaks
  /// besides is `check`'s to judge, and told here.
  var outcome: Outcome {
    switch found {
    case nil: Outcome(isInterrupted: true)
    case .failure(let obstacle): Outcome(obstacles: ["\(obstacle)"])
    case .success(let plan):
      if case .refused(let refusal) = plan.verdict {
        refusal.isLimitOfOurs
          ? Outcome(obstacles: ["the image was not recovered: \(refusal.text)"])
          : Outcome(failures: ["the image is refused: \(refusal.text)"])
      } else {
        Outcome()
      }
    }
  }

  var exitStatus: Int32 { outcome.exitStatus }
}

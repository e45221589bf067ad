import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import VHDX
import WriteLog

/// A recording with all that can be known of it, as `check` knows it.
struct BisectSubject {
  let recording: RecordingSource
  let kind: ImageKind
  let evidence: Evidence
  /// What opens the image, where there is one.
  let recovery: RecoveryProfile

  var index: WriteLogIndex { evidence.index }
  var history: DiskHistory { evidence.history }

  /// - Parameters:
  ///   - needsImage: whether a recording of a VHDX image must show one; a command may be about
  ///     something else.
  /// - Throws: ``ToolError`` where the log cannot be read, or no image is in it.
  init(_ options: BisectCommand, needsImage: Bool) throws {
    let path = options.path
    recording = try RecordingSource(path, options: options.log)
    kind = options.givenKind ?? recording.kind
    let index: WriteLogIndex
    do {
      index = try recording.options.index(recording.logPath, isGrowable: kind == .vhdx)
    } catch let error as FormatError {
      throw ToolError("\(recording.logPath): \(error)")
    }
    var evidence = try Evidence(
      recordedIn: index, history: recording.options.history(index))
    if let live = recording.livePath {
      evidence.live = .region(try MappedFile.map(live, access: .sequential))
    }
    let stack = Self.stack(options, recording)
    recovery = Self.recovery(options, recording, stack)
    if kind == .vhdx {
      evidence.image = try Self.image(
        evidence.history, stack, recovery, recording.manifest, options, needsImage: needsImage)
      if let seed = recording.manifest?.parsedSeed {
        evidence.submittedUnits = Evidence.stampedUnits(seed: seed)
      }
      // What a log implies is about the file, and a client of the image knows the virtual disk only.
      if evidence.arePromisesImplied { evidence.client = nil }
    }
    self.evidence = evidence
  }

  /// Whose writer and recovery the image is judged with.
  private static func stack(_ options: BisectCommand, _ recording: RecordingSource) -> StackName? {
    if let profile = options.profile { return StackName("vhdx:\(profile.profile.name)") }
    return recording.manifest.flatMap { StackName($0.stack) }
      ?? StackName(image: .vhdx, profile: .exact)
  }

  private static func recovery(
    _ options: BisectCommand, _ recording: RecordingSource, _ stack: StackName?
  ) -> RecoveryProfile {
    let named = options.profile ?? RecoverProfile(stack?.profile.recovery ?? .exact)
    let recorded = recording.manifest?.bugs.compactMap { RecoveryBug(rawValue: $0) } ?? []
    return named.adding(options.bug + recorded)
  }

  /// What goes on with the image is the writer that belongs to the profile, with the mistakes that it
  /// was recorded with (rule D10).
  private static func image(
    _ history: DiskHistory, _ stack: StackName?, _ recovery: RecoveryProfile,
    _ manifest: RecordingManifest?, _ options: BisectCommand, needsImage: Bool
  ) throws -> ImageEvidence {
    var image = ImageEvidence(recovery: recovery)
    guard let parameters = ImageParameters.find(in: history) else {
      if !needsImage { return image }
      throw ToolError(
        """
        \(options.path): no VHDX image is there before the first entry, and none after the last. \
        Give the image as it was when the recording began (--base FILE) and, for a log that does \
        not tell lengths, how long the file became (--image-size).
        """)
    }
    guard let stack else { return image }
    let planted = (manifest?.bugs ?? []).compactMap { BugSwitch(rawValue: $0) }
    let disk = VHDXDisk.Options(
      bugs: stack.profile.bugs.union(planted), habits: stack.profile.habits, recovery: recovery,
      identity: options.seed)
    let continuation = Continuation(
      options: disk, parameters: parameters, seed: Seed(options.seed))
    image.goOn = { continuation.failure(of: $0) }
    return image
  }
}

extension RecordingManifest {
  /// `nil` where the text is no hexadecimal number.
  fileprivate var parsedSeed: Seed? {
    seed.hasPrefix("0x") ? UInt64(seed.dropFirst(2), radix: 16).map { Seed($0) } : nil
  }
}

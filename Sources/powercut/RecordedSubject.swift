import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import VHDX
import WriteLog

/// A recording with all that can be known of it.
struct RecordedSubject {
  let recording: RecordingSource
  let kind: ImageKind
  private(set) var evidence: Evidence
  /// What opens the image, where there is one.
  let recovery: RecoveryProfile

  var index: WriteLogIndex { evidence.index }
  var history: DiskHistory { evidence.history }

  /// Whether only its first bytes told that the device holds an image.
  let isRecognizedImage: Bool

  /// Whether it is judged as a raw device although it becomes a VHDX image.
  var isUnjudgedImage: Bool {
    guard kind == .raw, !evidence.isOpaque else { return false }
    let last = StateImage(history, CrashState(cut: history.entryCount))
    return (try? FileIdentifier(reading: last)) != nil
  }

  /// - Parameters:
  ///   - live: the device as the run left it, where it is not the recording's own.
  ///   - needsImage: whether a recording of a VHDX image must show one; a command may be about
  ///     something else.
  /// - Throws: ``FormatError`` where the log cannot be read, ``ToolError`` where no image is in it.
  init(
    _ recording: RecordingSource, _ image: ImageOptions, live: String? = nil, seed: UInt64,
    needsImage: Bool = true
  ) throws {
    self.recording = recording
    kind = image.kind(recording)
    isRecognizedImage =
      image.givenKind == nil && recording.startsAsImage && recording.manifest?.parsedSeed == nil
    let index = try recording.options.index(
      recording.logPath, isGrowable: recording.isGrowable(as: kind))
    var evidence = try Evidence(
      recordedIn: index, history: recording.options.history(index),
      origin: recording.options.origin)
    if let live = live ?? recording.livePath {
      evidence.live = .region(try MappedFile.map(live, access: .sequential))
    }
    recovery = image.recovery(recording)
    if let stack = recording.stack {
      evidence.discardPromisesZeroes = stack.profile.habits == .exact
      evidence.isWriterKnown = true
    }
    self.evidence = evidence
    self.evidence.isOpaque = recording.stack?.image.isOpaque == true
    guard kind == .vhdx else { return }
    self.evidence.image = try Self.image(
      evidence.history, image, recording, seed, needsImage: needsImage)
    if let seed = recording.manifest?.parsedSeed {
      self.evidence.setContents(recording.stack?.contents ?? .stamped, seed: seed)
    }
    // What a log implies is about the file, and a client of the image knows the virtual disk only.
    if evidence.arePromisesImplied { self.evidence.client = nil }
  }

  /// What goes on with the image is the writer that belongs to the profile, with the mistakes that it
  /// was recorded with (rule D10).
  private static func image(
    _ history: DiskHistory, _ options: ImageOptions, _ recording: RecordingSource, _ seed: UInt64,
    needsImage: Bool
  ) throws -> ImageEvidence {
    var image = ImageEvidence(recovery: options.recovery(recording))
    guard let parameters = ImageParameters.find(in: history) else {
      if !needsImage { return image }
      throw ToolError(
        """
        \(recording.logPath): no VHDX image is there before the first entry, and none after the last. \
        Give the image as it was when the recording began (--base FILE) and, for a log that does \
        not tell lengths, how long the file became (--image-size).
        """)
    }
    guard let stack = options.stack(recording) else { return image }
    let planted = (recording.manifest?.bugs ?? []).compactMap { BugSwitch(rawValue: $0) }
    let disk = VHDXDisk.Options(
      bugs: stack.profile.bugs.union(planted), habits: stack.profile.habits,
      recovery: image.recovery, identity: seed)
    let continuation = Continuation(options: disk, parameters: parameters, seed: Seed(seed))
    image.goOn = { continuation.failure(of: $0) }
    return image
  }
}

extension RecordingManifest {
  /// What the simulated client was drawn from; `nil` where the text is no hexadecimal number.
  var parsedSeed: Seed? {
    seed.hasPrefix("0x") ? UInt64(seed.dropFirst(2), radix: 16).map { Seed($0) } : nil
  }
}

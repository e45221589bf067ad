import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import ToolSupport
import WriteLog

/// A recording with all that can be known of it.
struct RecordedSubject {
  let recording: RecordingSource
  private(set) var evidence: Evidence

  var index: WriteLogIndex { evidence.index }
  var history: DiskHistory { evidence.history }
  var format: any ImageFormat { evidence.format }

  /// Whether only its first bytes told that the device holds an image.
  let isRecognizedImage: Bool

  /// The format of the image that the device becomes although it is judged as a raw one; `nil` where it
  /// becomes none that is known.
  var unjudgedFormat: (any ImageFormat)? {
    guard format.isRaw, !evidence.isOpaque else { return nil }
    return ImageFormats.recognizing(
      StateImage(history, CrashState(cut: history.entryCount)))
  }

  /// What names the places of the device: its format, also where it is not judged by it.
  var namingFormat: any ImageFormat { unjudgedFormat ?? format }

  /// - Parameters:
  ///   - live: the device as the run left it, where it is not the recording's own.
  ///   - needsImage: whether a recording of an image must show one; a command may be about something
  ///     else.
  /// - Throws: ``FormatError`` where the log cannot be read, ``ToolError`` where no image is in it.
  init(
    _ recording: RecordingSource, _ image: ImageOptions, live: String? = nil, seed: UInt64,
    needsImage: Bool = true
  ) throws {
    self.recording = recording
    let format = image.format(recording)
    isRecognizedImage =
      image.givenFormat == nil && recording.recognized != nil
      && recording.manifest?.parsedSeed == nil
    let index = try recording.options.index(
      recording.logPath, isGrowable: recording.isGrowable(as: format))
    var evidence = try Evidence(
      recordedIn: index, history: recording.history(index),
      origin: recording.options.origin)
    if let live = live ?? recording.livePath {
      evidence.live = .region(try MappedFile.map(live, access: .sequential))
    }
    if let stack = recording.stack {
      evidence.discardPromisesZeroes = stack.profile.habits == .exact
      evidence.isWriterKnown = true
    }
    evidence.isOpaque = recording.stack?.image.isOpaque == true
    self.evidence = evidence
    if format.isRaw { return }
    self.evidence.format = image.writtenFormat(recording, evidence.history, seed: seed)
    if needsImage { try requireImage() }
    if let seed = recording.manifest?.parsedSeed {
      self.evidence.setContents(recording.stack?.contents ?? .stamped, seed: seed)
    }
    // What a log implies is about the file, and a client of the image knows the virtual disk only.
    if evidence.arePromisesImplied { self.evidence.client = nil }
  }

  private func requireImage() throws {
    let reader = format.reader(of: history, goesOn: false)
    let ends = [0, history.entryCount].map { reader.read(CrashState(cut: $0)) }
    if ends.contains(where: { $0.map != nil }) { return }
    if let limit = ends.compactMap(\.limit).first {
      throw ToolError("\(recording.logPath): nothing was judged. \(limit)")
    }
    throw ToolError(
      """
      \(recording.logPath): no \(format.title) image is there before the first entry, and none after the \
      last. Give the image as it was when the recording began (--base FILE) and, for a log that does \
      not tell lengths, how long the file became (--image-size).
      """)
  }
}

extension RecordingManifest {
  /// What the simulated client was drawn from; `nil` where the text is no hexadecimal number.
  var parsedSeed: Seed? {
    seed.hasPrefix("0x") ? UInt64(seed.dropFirst(2), radix: 16).map { Seed($0) } : nil
  }
}

import Bytes
import Checking
import CrashStates
import Scheduling
import Workload
import WriteLog

extension RunRecord {
  /// What log, disk and client say of the run, whoever carried it out.
  ///
  /// - Throws: ``FormatError`` where its log has no superblock to be read by.
  package func evidence() throws(FormatError) -> Evidence {
    let image = configuration.stack.image
    var options = LogReadingOptions()
    if image == .raw { options.deviceByteCount = configuration.deviceByteCount }
    let index = try WriteLogIndex(reading: ByteRegion(logBytes), options: options)
    let initial = initialContents
    // A raw disk begins as zeroes.
    let base =
      image == .raw
      ? nil : ByteRegion(initial.read(ByteRange(byteOffset: 0, byteCount: initial.byteCount)))
    var evidence = Evidence(
      index: index,
      history: try DiskHistory(index: index, base: base, initialByteCount: initial.byteCount))
    evidence.client = client
    evidence.live = .sparse(liveContents)
    evidence.isOpaque = image.isOpaque
    evidence.format = configuration.imageFormat(
      seed: seed, sessionCount: workload.sessions.count)
    evidence.discardPromisesZeroes = configuration.stack.profile.habits == .exact
    evidence.setContents(configuration.stack.contents, seed: seed)
    return evidence
  }
}

extension Evidence {
  /// The contents that the client of a run submits: the units of its writes tell which they are.
  ///
  /// Below an image format this is the only way to know them: an operation's entries there are
  /// structures as well as data.
  package mutating func setContents(_ style: ContentsStyle, seed: Seed) {
    contents = style
    submittedUnits = { style.unitHashes(seed: seed, operation: $0) }
  }
}

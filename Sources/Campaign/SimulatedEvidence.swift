import Bytes
import Checking
import CrashStates
import Scheduling
import Workload
import WriteLog

extension SimulatedRun {
  /// Everything that is known of the run.
  ///
  /// - Throws: ``FormatError`` where its log has no superblock to be read by.
  package func evidence() throws(FormatError) -> Evidence {
    var options = LogReadingOptions()
    let isRaw = configuration.stack.image == .raw
    if isRaw { options.deviceByteCount = configuration.deviceByteCount }
    let index = try WriteLogIndex(reading: ByteRegion(logBytes), options: options)
    let initial = initialContents
    let history = try DiskHistory(
      index: index,
      base: isRaw
        ? nil : ByteRegion(initial.read(ByteRange(byteOffset: 0, byteCount: initial.byteCount))),
      initialByteCount: initial.byteCount)
    var evidence = Evidence(index: index, history: history)
    evidence.client = client
    evidence.live = .sparse(liveContents)
    evidence.traces = traces
    evidence.format = configuration.imageFormat(
      seed: seed, sessionCount: workload.sessions.count)
    evidence.discardPromisesZeroes = configuration.stack.profile.habits == .exact
    evidence.setContents(.stamped, seed: seed)
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

import Bytes
import Campaign
import Checking
import CrashStates
import Workload
import WriteLog

extension ProgramRun {
  func evidence() throws(FormatError) -> Evidence {
    var options = LogReadingOptions()
    let image = configuration.stack.image
    if image == .raw { options.deviceByteCount = configuration.deviceByteCount }
    let index = try WriteLogIndex(reading: ByteRegion(logBytes), options: options)
    let initial = initialContents
    let history = try DiskHistory(
      index: index,
      base: ByteRegion(initial.read(ByteRange(byteOffset: 0, byteCount: initial.byteCount))),
      initialByteCount: initial.byteCount)
    var evidence = Evidence(index: index, history: history)
    evidence.client = client
    evidence.live = .sparse(liveContents)
    evidence.isOpaque = image == .opaque
    if image == .vhdx {
      evidence.image = configuration.imageEvidence(
        seed: seed, sessionCount: workload.sessions.count)
    }
    evidence.discardPromisesZeroes = configuration.stack.profile.habits == .exact
    evidence.setContents(configuration.stack.contents, seed: seed)
    return evidence
  }
}

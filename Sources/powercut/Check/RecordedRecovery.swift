import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import VHDX
import VHDXJudges

extension ImageOptions {
  /// The format with the recovery that the options or the recording name.
  func openedFormat(_ recording: RecordingSource) -> any ImageFormat {
    let format = format(recording)
    return format.hasRecovery ? VHDXFormat(recovery: recovery(recording)) : format
  }

  /// The same, with the writer that belongs to the profile, and has the mistakes that it was recorded
  /// with: it goes on with the image (rule D10).
  func writtenFormat(
    _ recording: RecordingSource, _ history: DiskHistory, seed: UInt64
  ) -> any ImageFormat {
    let format = format(recording)
    guard format.hasRecovery, let stack = stack(recording),
      let parameters = ImageParameters.find(in: history)
    else { return openedFormat(recording) }
    var written = VHDXFormat(recovery: recovery(recording))
    let planted = (recording.manifest?.bugs ?? []).compactMap { BugSwitch(rawValue: $0) }
    let disk = VHDXDisk.Options(
      bugs: stack.profile.bugs.union(planted), habits: stack.profile.habits,
      recovery: written.recovery, identity: seed)
    let continuation = Continuation(options: disk, parameters: parameters, seed: Seed(seed))
    written.goOn = { continuation.failure(of: $0) }
    return written
  }

  /// Whose writer and recovery the image is judged with.
  private func stack(_ recording: RecordingSource) -> StackName? {
    if let profile { return profile.stack }
    return recording.manifest.flatMap { StackName($0.stack) }
      ?? StackName(image: .vhdx, profile: .exact)
  }

  private func recovery(_ recording: RecordingSource) -> RecoveryProfile {
    let named = profile ?? RecoverProfile(stack(recording)?.profile.recovery ?? .exact)
    let recorded = recording.manifest?.bugs.compactMap { RecoveryBug(rawValue: $0) } ?? []
    return named.adding(bug + recorded)
  }
}

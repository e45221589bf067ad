import Campaign
import Checking
import CrashStates
import ImageStacks
import Stacks

extension ImageOptions {
  /// The format with the recovery that the options or the recording name.
  func openedFormat(_ recording: RecordingSource) -> any ImageFormat {
    let format = format(recording)
    let recorded = recording.manifest?.bugs ?? []
    return format.recovering(
      as: profile?.name ?? writer(of: format, recording)?.recovery.name,
      adding: bug.map(\.name) + recorded.filter { format.recoveryBugNames.contains($0) })
  }

  /// The same, with the writer that belongs to the profile, and has the mistakes that it was recorded
  /// with: it goes on with the image (rule D10).
  func writtenFormat(
    _ recording: RecordingSource, _ history: DiskHistory, seed: UInt64
  ) -> any ImageFormat {
    let opened = openedFormat(recording)
    guard let writer = writer(of: opened, recording) else { return opened }
    let planted = (recording.manifest?.bugs ?? []).compactMap { BugSwitch(rawValue: $0) }
    return KnownImageStacks.writing(opened)?
      .format(of: history, opened: opened, profile: writer, bugs: Set(planted), seed: seed)
      ?? opened
  }

  /// Whose writer and recovery the image is judged with; `nil` where no stack writes its format.
  private func writer(of format: any ImageFormat, _ recording: RecordingSource) -> Profile? {
    guard let stack = KnownImageStacks.writing(format) else { return nil }
    if let profile { return stack.profile(ofRecovery: profile.name) }
    return recording.manifest.flatMap { StackName($0.stack) }?.profile ?? .exact
  }
}

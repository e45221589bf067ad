import ArgumentParser
import Campaign
import Stacks
import VHDX

/// What a recorded device holds, and what opens it after a power cut.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: "What the device holds: raw or vhdx. (default: what the recording says, or raw)")
  var givenKind: ImageKind?

  @Option(
    help: """
      With --as vhdx: what opens the image after each cut, and goes on with it. (default: what the \
      recording says, or exact)
      """)
  var profile: RecoverProfile?

  @Option(help: "With --as vhdx: a mistake of recovery to make; can be given more than once.")
  var bug: [RecoveryBug] = []

  func kind(_ recording: RecordingSource) -> ImageKind { givenKind ?? recording.kind }

  /// Whose writer and recovery the image is judged with.
  func stack(_ recording: RecordingSource) -> StackName? {
    if let profile { return profile.stack }
    return recording.manifest.flatMap { StackName($0.stack) }
      ?? StackName(image: .vhdx, profile: .exact)
  }

  func recovery(_ recording: RecordingSource) -> RecoveryProfile {
    let named = profile ?? RecoverProfile(stack(recording)?.profile.recovery ?? .exact)
    let recorded = recording.manifest?.bugs.compactMap { RecoveryBug(rawValue: $0) } ?? []
    return named.adding(bug + recorded)
  }

  /// The same options as they are typed.
  var words: [String] {
    var words: [String] = []
    if let givenKind { words += ["--as", givenKind.rawValue] }
    if let profile { words += ["--profile", profile.profile.name] }
    for bug in bug { words += ["--bug", bug.rawValue] }
    return words
  }
}

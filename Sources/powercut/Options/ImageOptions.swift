import ArgumentParser
import Campaign
import Checking
import Stacks
import VHDX

/// What a recorded device holds, and what opens it after a power cut.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: "What the device holds. (default: what the recording says, or raw)")
  var givenFormat: FormatName?

  @Option(
    help: """
      With --as vhdx: what opens the image after each cut, and goes on with it. (default: what the \
      recording says, or exact)
      """)
  var profile: RecoverProfile?

  @Option(help: "With --as vhdx: a mistake of recovery to make; can be given more than once.")
  var bug: [RecoveryBug] = []

  /// The format without what only the recording knows.
  func format(_ recording: RecordingSource) -> any ImageFormat {
    givenFormat?.format ?? recording.format
  }

  /// The same options as they are typed.
  var words: [String] {
    var words: [String] = []
    if let givenFormat { words += ["--as", givenFormat.format.name] }
    if let profile { words += ["--profile", profile.profile.name] }
    for bug in bug { words += ["--bug", bug.rawValue] }
    return words
  }
}

/// A format of images by its name.
struct FormatName: ExpressibleByArgument {
  static var allValueStrings: [String] { ImageFormats.all.map(\.name) }

  let format: any ImageFormat

  init?(argument: String) {
    guard let format = ImageFormats.named(argument) else { return nil }
    self.format = format
  }
}

import ArgumentParser
import Campaign
import Checking
import Stacks

/// What a recorded device holds, and what opens it after a power cut.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: "What the device holds. (default: what the recording says, or raw)")
  var givenFormat: FormatName?

  @Option(
    help: """
      With --as \(ImageFormats.recovering): what opens the image after each cut, and goes on with it. (default: what the \
      recording says, or exact)
      """)
  var profile: RecoveryName?

  @Option(
    help: """
      With --as \(ImageFormats.recovering): a mistake of recovery to make; can be given more than once.
      """)
  var bug: [RecoveryBugName] = []

  /// The format without what only the recording knows.
  func format(_ recording: RecordingSource) -> any ImageFormat {
    givenFormat?.format ?? recording.format
  }

  /// The same options as they are typed.
  var words: [String] {
    var words: [String] = []
    if let givenFormat { words += ["--as", givenFormat.format.name] }
    if let profile { words += ["--profile", profile.name] }
    for bug in bug { words += ["--bug", bug.name] }
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

/// A program whose recovery a format models, or `exact`.
struct RecoveryName: ExpressibleByArgument {
  static var allValueStrings: [String] { ImageFormats.all.flatMap(\.recoveryProfileNames) }

  let name: String

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }
}

/// A mistake that a format's recovery can be told to make.
struct RecoveryBugName: ExpressibleByArgument {
  static var allValueStrings: [String] { ImageFormats.all.flatMap(\.recoveryBugNames) }

  let name: String

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }
}

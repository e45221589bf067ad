import ArgumentParser
import Bytes

/// The options that a command line gives, whatever they say: only this tells one that was given its default
/// value from one that was left out.
struct GivenOptions {
  /// Those of this process.
  static let ofThisProcess = GivenOptions(Array(CommandLine.arguments.dropFirst(2)))

  /// Names without hyphens, each with the word after it, in their order.
  private(set) var list: [(name: String, value: String?)] = []

  /// - Parameter words: what stands after the command's name. What stands after a bare `--` belongs to
  ///   another program.
  init(_ words: [String]) {
    for (place, word) in words.enumerated() {
      if word == "--" { return }
      guard word.hasPrefix("--") else { continue }
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let next = place + 1 < words.count ? words[place + 1] : nil
      list.append((String(parts[0]), parts.count == 2 ? String(parts[1]) : next))
    }
  }

  func has(_ name: String) -> Bool { list.contains { $0.name == name } }

  /// - Parameters:
  ///   - used: the options that have an effect on `subject`.
  ///   - subject: what was given to the command, in words: `a VHDX image alone`.
  /// - Throws: `ValidationError`, which ends with status 64, at the first option that has none.
  func refuse(allBut used: Set<String>, for subject: String) throws {
    for (name, _) in list where !used.contains(name) && !Self.harmless.contains(name) {
      let purpose = OptionPurpose.text(of: name).map { "; it is \($0)" } ?? ""
      throw ValidationError("--\(name) has no effect on \(subject)\(purpose). Leave it out.")
    }
  }

  /// - Throws: `ValidationError` where one option is given without the one that it belongs to.
  func refuse(_ name: String, without other: String) throws {
    guard has(name), !has(other) else { return }
    throw ValidationError("--\(name) belongs to --\(other), which is not given")
  }

  /// How something is done and printed, not what: scripts may give these always.
  private static let harmless: Set<String> = ["jobs", "format", "color", "allow-exec", "help"]
}

/// What an option is for, where it is refused.
enum OptionPurpose {
  static func text(of name: String) -> String? { texts[name] }

  private static let texts = [
    "as": "what a recorded device holds",
    "at": "the cut of a log at which the power fails",
    "base": "the device before the first entry of a log",
    "bug": "a mistake of the recovery of a VHDX image",
    "command": "a judge of the crash states of a log",
    "command-timeout": "the time limit of --command",
    "digests": "a list of the digests of a VHDX image's states",
    "duration": "how long the states of a log are judged",
    "entries": "a list of a log's or an image's entries",
    "image-size": "the length of a log's device",
    "leave-out": "for recordings of several files: names that are no part of their states",
    "live": "the device as the run left it, with which a replayed log is compared",
    "log-sector-size": "the unit of a log whose superblock was never written",
    "max-states": "how many of a log's states are judged",
    "origin": "who wrote a log, which decides over what was in flight and over what is optional",
    "profile": "what opens a VHDX image after a cut",
    "read-only": "for exports of a log's state",
    "seed": "what states are drawn with where a tier or a limit draws some",
    "state": "a crash state of a log",
    "states": "which crash states are judged",
    "strategy": "how the schedule of a client's tasks is drawn",
    "use-tail": "for logs with entries after the superblock's count",
  ]
}

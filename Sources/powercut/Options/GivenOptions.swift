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
      let purpose = OptionPurpose.text(of: name).map { " is for \($0);" } ?? ":"
      throw ValidationError("--\(name)\(purpose) it has no effect on \(subject). Leave it out.")
    }
  }

  /// - Throws: `ValidationError` where one option is given without the one that it belongs to.
  func refuse(_ name: String, without others: String...) throws {
    guard has(name), !others.contains(where: has) else { return }
    throw ValidationError("--\(name) belongs to --\(others[0]), which is not given")
  }

  /// How something is done and printed, not what: scripts may give these always.
  private static let harmless: Set<String> = ["jobs", "format", "color", "allow-exec", "help"]
}

/// What an option is for, where it is refused.
enum OptionPurpose {
  static func text(of name: String) -> String? { texts[name] }

  private static let texts = [
    "as": "saying what a recorded device holds",
    "at": "the cut of a log at which the power fails",
    "base": "a log: the device before its first entry",
    "bug": "images that are recovered: a mistake of their recovery",
    "command": "the crash states of a log, which it judges",
    "command-timeout": "the time that --command may take",
    "judge": "recordings of several files, whose states it judges one after the other",
    "oracle": "recordings of several files, whose states it judges without a command",
    "digests": "the states of a log of an image (powercut replay --digests is for any disk)",
    "duration": "the judging of a log's many states: how long that takes",
    "entries": "listings of a log or an image",
    "image-size": "a log that does not tell how long its device is",
    "from": "recordings: the first cut that is judged",
    "to": "recordings: the last cut that is judged",
    "marks-at-least": "recordings of several files, whose marks a command is told",
    "persona": "recordings of several files: what the file system promises about names",
    "leave-out": "recordings of several files: names that are no part of their states",
    "live": "a log: the device as the run left it, with which the replayed log is compared",
    "log-sector-size": "a log whose superblock was never written",
    "max-states": "the judging of a log's many states: how many of them",
    "origin": "a log: who wrote it, which decides over what was in flight",
    "profile": "images that are recovered: what opens them after a cut",
    "read-only": "exports of a log's state",
    "seed": "states that are drawn",
    "state": "naming a crash state of a log",
    "states": "choosing among the crash states of a log",
    "syncs": "recordings of several files: which of their syncs the command could do without",
    "strategy": "schedules, which a client's tasks have",
    "use-tail": "a log with entries after the superblock's count",
  ]
}

import ArgumentParser
import Campaign
import Checking

/// Which options have an effect on what a command is given: a row for each kind of input.
struct OptionUse {
  /// In words, as messages call it.
  var subject: String
  var used: Set<String>

  /// - Throws: `ValidationError`, which ends with status 64, where an option was given that has none.
  func check(_ given: GivenOptions = .ofThisProcess) throws {
    try given.refuse(allBut: used, for: subject)
  }

  private static let log: Set<String> = [
    "as", "base", "image-size", "log-sector-size", "origin", "use-tail",
  ]
  private static let image: Set<String> = ["profile", "bug"]
  private static let budget: Set<String> = ["max-states", "duration"]
  private static let commands: Set<String> = ["command", "judge", "oracle", "command-timeout"]

  // MARK: check

  static func checkingImage(of format: any ImageFormat, drawsStates: Bool) -> OptionUse {
    OptionUse(
      subject: "a \(format.title) image alone",
      used: (format.hasRecovery ? image : []).union(["as", "digests", "states", "ignore"])
        .union(drawsStates ? ["seed"] : []))
  }

  static func digestsOfImage(_ format: any ImageFormat) -> OptionUse {
    OptionUse(
      subject: "the digests of a \(format.title) image",
      used: (format.hasRecovery ? image : []).union(["as", "digests"]))
  }

  static let checkingFiles = OptionUse(
    subject: "a recording of several files",
    used: budget.union(commands).union([
      "states", "ignore", "seed", "log-sector-size", "use-tail", "leave-out", "persona", "from",
      "to", "marks-at-least", "syncs",
    ]))

  /// A seed is always taken: which tiers draw is for whoever knows them to know.
  static func checkingLog(of format: any ImageFormat) -> OptionUse {
    let used = log.union(budget).union(commands).union([
      "states", "ignore", "live", "seed", "from", "to",
    ])
    return OptionUse(
      subject: subject(format),
      used: used.union(format.hasRecovery ? image : []).union(format.isRaw ? [] : ["digests"]))
  }

  static func digestsOfLog(_ format: any ImageFormat) -> OptionUse {
    OptionUse(
      subject: "the digests of a log's states",
      used: log.union(format.hasRecovery ? image : []).union(["digests", "states", "seed"]))
  }

  // MARK: replay and serve

  static func state(isOfImage: Bool, isRecovered: Bool, isNamed: Bool, _ own: Set<String>)
    -> OptionUse
  {
    var used = log.union(own).union(["at", "state"])
    if isOfImage && isRecovered { used.formUnion(image) }
    if !isNamed { used.remove("origin") }
    return OptionUse(
      subject: isRecovered ? "this state of a log" : "a state of a log that no recovery is part of",
      used: used)
  }

  static let digestsOfCuts = OptionUse(
    subject: "the digests of all cuts of a log",
    used: log.subtracting(["origin"]).union(["digests"]))

  static let stateOfFiles = OptionUse(
    subject: "a state of several files",
    used: [
      "at", "state", "digests", "output", "folder", "leave-out", "persona", "log-sector-size",
      "use-tail",
    ])

  static let servingImage = OptionUse(
    subject: "an image that is recorded", used: ["image", "record", "socket", "port", "run"])

  // MARK: inspect and bisect

  static let inspectingImage = OptionUse(subject: "an image", used: ["entries"])

  static let inspectingLog = OptionUse(
    subject: "a listing of a log",
    used: ["entries", "image-size", "log-sector-size", "use-tail"])

  static func bisecting(_ format: any ImageFormat) -> OptionUse {
    let used = log.union(commands).union(["states", "rule", "seed", "from", "to"])
    return OptionUse(
      subject: subject(format), used: format.hasRecovery ? used.union(image) : used)
  }

  static let bisectingFiles = OptionUse(
    subject: "a recording of several files",
    used: commands.union([
      "states", "seed", "from", "to", "leave-out", "persona", "log-sector-size", "use-tail",
    ]))

  private static func subject(_ format: any ImageFormat) -> String {
    if !format.isRaw { return "a log of a \(format.title) image" }
    let others = ImageFormats.all.filter { !$0.isRaw }.map(\.name).joined(separator: ", ")
    return "a log of a raw device (--as takes others: \(others))"
  }

  // MARK: fuzz

  /// Made-up images have no client, no schedule, and the states that their recovery has.
  static let fuzzingImages = OptionUse(
    subject: "--workload dirty-images",
    used: [
      "stack", "bug", "workload", "seeds", "duration", "ignore", "known", "shard", "keep-going",
      "verify-determinism", "shrink", "output", "shrink-limit", "program",
    ])

  /// A scenario says itself what its runs are.
  static let fuzzingScenario = OptionUse(
    subject: "a scenario",
    used: [
      "scenario", "seeds", "duration", "shard", "keep-going", "verify-determinism", "shrink",
      "output",
      "shrink-limit", "program", "command", "command-timeout",
    ])
}

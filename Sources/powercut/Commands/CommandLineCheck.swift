import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

/// Looks at a command line before it is parsed, for what the parser takes or explains badly: empty values,
/// an option given twice of which one would be dropped, and names that are nearly right.
struct CommandLineCheck {
  /// - Parameter words: without the program's own name.
  /// - Throws: `ValidationError`, which ends with status 64.
  static func check(_ words: [String], commands: [String]) throws {
    guard let command = words.first, !command.isEmpty, !command.hasPrefix("-") else { return }
    guard commands.contains(command) || command == "help" else {
      throw unknown("there is no command '\(command)'", command, among: commands)
    }
    try CommandLineCheck(command: command).check(GivenOptions(Array(words.dropFirst())))
  }

  private let command: String

  private func check(_ given: GivenOptions) throws {
    var seen: Set<String> = []
    for (name, value) in given.list {
      guard seen.insert(name).inserted || isRepeatable(name) else {
        throw ValidationError(
          "--\(name) is given twice, and one of them would be dropped: give one")
      }
      guard let value else { continue }
      if value.isEmpty {
        throw ValidationError(
          "--\(name) '': an empty value says nothing"
            + (name == "command" ? "; name a program" : ", give one or leave the option out"))
      }
      try checkNames(name, value)
    }
  }

  private func isRepeatable(_ name: String) -> Bool {
    switch name {
    case "bug", "command", "leave-out": true
    // Of a test there is one judge.
    case "judge", "oracle": command != "test"
    case "ignore": command == "record"
    case "help": true
    default: false
    }
  }

  /// Names that are looked up in a list.
  private func checkNames(_ name: String, _ value: String) throws {
    switch name {
    case "rule": try check(value, name, among: Rule.allCases.map(\.rawValue))
    case "ignore" where command != "record":
      for word in value.split(separator: ",") {
        try check(String(word), name, among: Rule.allCases.map(\.rawValue))
      }
    case "stack" where value == "\(StackName(program: .custom))":
      throw ValidationError(
        "--stack \(value): its commands are in a scenario, which --scenario names; 'powercut init' writes one"
      )
    case "stack": try check(value, name, among: StackName.allNames)
    case "bug": try checkBug(value)
    case "states":
      for word in value.split(separator: ",") {
        let hint = Tier.hint(String(word))
        if hint.isEmpty { continue }
        throw ValidationError(
          "--states '\(word)': there is no such tier\(hint) Known are \(Tier.forms)")
      }
    case "strategy": try check(value, name, among: StrategyArgument.allValueStrings)
    case "profile": try check(value, name, among: RecoveryName.allValueStrings)
    case "workload": try check(value, name, among: FuzzedWorkload.allCases.map(\.rawValue))
    case "origin": try check(value, name, among: LogOrigin.allCases.map(\.rawValue))
    default: break
    }
  }

  private func checkBug(_ value: String) throws {
    if command == "fuzz" {
      return try check(value, "bug", among: PlantedBug.all.map(\.identifier))
    }
    let known = RecoveryBugName.allValueStrings
    if case .stack = PlantedBug(value) {
      throw ValidationError(
        """
        --bug \(value): this is a mistake of what writes, and \(command) only recovers; `powercut fuzz \
        --stack` can make it. Those of recovery are \(known.joined(separator: ", ")).
        """)
    }
    try check(value, "bug", among: known)
  }

  private func check(_ value: String, _ name: String, among known: [String]) throws {
    if known.contains(value) { return }
    throw Self.unknown("--\(name) '\(value)': there is none of this name", value, among: known)
  }

  private static func unknown(
    _ what: String, _ word: String, among known: [String]
  ) -> ValidationError {
    let hint = NearestWord.hint(word, among: known)
    return ValidationError(
      what + (hint.isEmpty ? "." : hint) + " Known are \(known.joined(separator: ", ")).")
  }
}

import Foundation
import Host
import TestSupport
import Testing

/// The real executable, started as a user starts it.
struct ToolRun {
  var outcome: ChildProcess.Outcome

  /// - Throws: where the executable is missing, cannot be started or runs for more than two minutes.
  @discardableResult
  init(
    _ arguments: [String], build: BuiltProduct.Build = .own, environment: [String: String] = [:],
    in folder: String? = nil
  ) throws {
    try self.init(
      argv: [BuiltProduct.path("powercut", build)] + arguments, environment: environment, in: folder
    )
  }

  /// A line of bash in which `powercut` is the executable.
  static func line(
    _ line: String, build: BuiltProduct.Build = .own, in folder: String? = nil
  ) throws -> ToolRun {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try ToolRun(
      argv: ["bash", "-c", line],
      environment: [
        "PATH": (try BuiltProduct.path("powercut", build) as NSString).deletingLastPathComponent
          + ":" + path
      ],
      in: folder)
  }

  private init(argv: [String], environment: [String: String], in folder: String?) throws {
    outcome = try ChildProcess.run(
      argv: argv, environment: environment, workingDirectory: folder, timeLimit: .seconds(120))
    try #require(outcome.status != .timedOut, "\(argv) ran for more than two minutes")
  }

  /// The exit status; `nil` where a signal ended it.
  var status: Int32? {
    if case .exited(let status) = outcome.status { status } else { nil }
  }

  /// stdout.
  var result: String { outcome.outputText }
  /// stderr.
  var errors: String { outcome.errorText }
  /// stdout as JSON; nothing else may be on it.
  var json: JSON { get throws { try JSON(parsing: result) } }

  /// The command after `reproduce: `, which must be the last line.
  var reproduction: String {
    get throws {
      let last = try #require(result.split(separator: "\n").last)
      try #require(last.hasPrefix("reproduce: powercut "), "the last line is '\(last)'")
      return String(last.dropFirst("reproduce: ".count))
    }
  }
}

/// A JSON document, looked at by another parser than the encoder's own types.
struct JSON {
  let keys: [String: Any]

  init(parsing text: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    keys = try #require(value as? [String: Any])
  }

  private init(_ keys: [String: Any]) { self.keys = keys }

  func text(_ key: String) -> String? { keys[key] as? String }
  func number(_ key: String) -> Int? { keys[key] as? Int }
  func bool(_ key: String) -> Bool? { keys[key] as? Bool }
  func isNull(_ key: String) -> Bool { keys[key] is NSNull }
  func object(_ key: String) throws -> JSON { JSON(try #require(keys[key] as? [String: Any])) }
  func list(_ key: String) throws -> [JSON] {
    try #require(keys[key] as? [[String: Any]], "'\(key)' is no list").map { JSON($0) }
  }
  /// The rules of the findings, in their order.
  var rules: [String] {
    get throws { try list("findings").compactMap { $0.text("rule") } }
  }
}

/// What `fuzz --output` leaves in its folder.
enum FoundRecording {
  /// The recording of the first finding as it was found.
  static func unshrunk(in folder: String) throws -> String {
    "\(folder)/\(try #require(Folders.names(in: folder).sorted().first))/unshrunk"
  }
}

/// The twelve mistakes of the write logger, and a seed that shows each at once.
enum LoggerBug {
  static let names = [
    "position-reread", "position-after-write", "count-early", "count-not-on-flush",
    "flush-at-submission", "flush-covers-later", "fua-unmarked", "failed-write-logged",
    "zeroes-not-written", "discard-counted-as-data", "size-unlogged", "unit-512",
  ].map { "logger.\($0)" }
}

import ArgumentParser
import Campaign
import Checking
import CrashStates
import ToolSupport

/// Which cuts of a recording are looked at: a log can begin before there is anything to judge.
struct CutRangeOptions: ParsableArguments {
  @Option(
    help: """
      The first cut that is judged: a number, mark:NAME (right after the first mark of this name). What was \
      done before it is part of every state.
      """)
  var from: String?

  @Option(help: "The last cut that is judged: a number, mark:NAME, or last.")
  var to: String?

  /// - Throws: ``ToolError`` where there is no such place, or the last comes before the first.
  func cuts(in recording: Recording) throws -> ClosedRange<Int> {
    let places = CutPlaces(recording)
    let first = try from.map { try CutName($0).cut(in: places, for: "--from") } ?? 0
    let last = try to.map { try CutName($0).cut(in: places, for: "--to") } ?? recording.stepCount
    guard first <= last else {
      throw ToolError(
        "--to \(to ?? ""): it is cut \(last), which is before --from \(from ?? "") (cut \(first))")
    }
    return first...last
  }

  /// What the report has to say of it.
  func notes(_ cuts: ClosedRange<Int>) -> [String] {
    if from == nil, to == nil { return [] }
    return ["only the cuts \(cuts.lowerBound) to \(cuts.upperBound) are judged"]
  }

  /// The same options as they are typed.
  var words: [String] {
    (from.map { ["--from", $0.shellQuoted] } ?? []) + (to.map { ["--to", $0.shellQuoted] } ?? [])
  }
}

/// What a recording must say for a verdict to mean something.
struct MarkOptions: ParsableArguments {
  @Option(
    name: .customLong("marks-at-least"),
    help: """
      How many marks the recording must have; with fewer, nothing was promised, so that nothing was checked (exit \
      status 3).
      """)
  var leastCount: Int?

  func validate() throws {
    if let leastCount, leastCount < 1 {
      throw ValidationError("--marks-at-least \(leastCount): at least 1")
    }
  }

  func require(_ count: Int, for commands: [ImageCommand], in report: inout RunReport) {
    if report.emptiness != nil { return }
    if let leastCount, count < leastCount {
      report.emptiness =
        "the recording has \(count) marks, and at least \(leastCount) were asked for"
    } else if count == 0, let oracle = commands.compactMap(\.oracle).first(where: \.needsMarks) {
      report.emptiness = oracle.reasonWithoutMarks
    }
  }

  /// The same option as it is typed.
  var words: [String] { leastCount.map { ["--marks-at-least", "\($0)"] } ?? [] }
}

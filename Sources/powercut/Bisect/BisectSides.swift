import Bytes
import Campaign
import Checking
import CrashStates
import WriteLog

/// Puts the two sides of a culprit beside each other.
struct BisectSides: Sendable {
  let subject: RecordedSubject
  /// What names the places of the device.
  private let format: any ImageFormat
  let path: String
  let words: [String]

  /// More ranges than this are not listed.
  static let maximumRangeCount = 64
  /// More entries than this are not listed.
  static let maximumEntryCount = 64
  /// More entries than this of the operations that are named are not listed.
  static let maximumNamedEntryCount = 12

  init(_ subject: RecordedSubject, path: String, words: [String]) {
    self.subject = subject
    format = subject.namingFormat
    self.path = path
    self.words = words
  }

  func sides(of culprit: BisectAnswer.Culprit) -> BisectResult.Sides {
    let history = subject.history
    let good = culprit.good
    let names = format.names(of: history, culprit.bad, later: nil)
    let ranges = good.map { StateDifference(history, $0, culprit.bad).ranges } ?? []
    return BisectResult.Sides(
      culprit: culprit, entries: differences(of: culprit),
      ranges: ranges.prefix(Self.maximumRangeCount).map { range in
        (range, names?.name(of: range))
      },
      structures: names == nil
        ? nil : good.flatMap { format.difference(of: history, $0, culprit.bad) },
      goodCommand: good.map { replay($0, output: "good.img") },
      badCommand: replay(culprit.bad, output: "bad.img"))
  }

  /// What a violation of the log itself names.
  func named(_ entryIndices: [Int]) -> [BisectResult.Difference] {
    entryIndices.filter { $0 < subject.index.entryCount }.prefix(Self.maximumEntryCount)
      .map { difference(.named, $0, nil) }
  }

  /// The entries of the operations that a violation names, up to the state that fails, besides those
  /// between the two sides.
  func named(
    operations: [UInt64], upTo culprit: BisectAnswer.Culprit
  ) -> [BisectResult.Difference] {
    let shown = Set(culprit.bad.lost + [culprit.bad.cut - 1])
    let entries = (0..<culprit.bad.cut).filter { entryIndex in
      guard !shown.contains(entryIndex),
        let operation = subject.index[entryIndex].extension?.clientOperation
      else { return false }
      return operations.contains(operation) && subject.index[entryIndex].kind != .mark
    }
    return entries.prefix(Self.maximumNamedEntryCount).map {
      difference(.named, $0, culprit.good)
    }
  }

  private func differences(of culprit: BisectAnswer.Culprit) -> [BisectResult.Difference] {
    let bad = culprit.bad
    let first = culprit.before?.cut ?? bad.cut
    var all = bad.lost.map { ($0, BisectResult.Difference.Kind.lost) }
    if let torn = bad.torn { all.append((torn.entryIndex, .torn)) }
    all += bad.early.map { ($0.entryIndex, .early) }
    let special = Set(all.map(\.0))
    all += (first..<bad.cut).filter { !special.contains($0) }.map { ($0, .arrived) }
    return all.prefix(Self.maximumEntryCount).map { difference($1, $0, culprit.good) }
  }

  private func difference(
    _ kind: BisectResult.Difference.Kind, _ entryIndex: Int, _ good: CrashState?
  ) -> BisectResult.Difference {
    let entry = subject.index[entryIndex]
    var structure: String?
    if entry.kind == .write || entry.kind == .discard {
      // Named by the disk with the entry on it: a log entry that it brings is there to be read.
      structure =
        format
        .names(of: subject.history, CrashState(cut: entryIndex + 1), later: good)?
        .name(of: entry.deviceRange)
    }
    return BisectResult.Difference(
      kind: kind, step: entryIndex, entry: entry, text: EntryLine(entry, of: subject.index).text,
      structure: structure)
  }

  /// The command that writes the image of a state.
  func replay(_ state: CrashState, output: String) -> String {
    // A damaged log is rebuilt up to its damage where a plain cut is asked for.
    let place =
      subject.index.problems.isEmpty || !state.isPrefix
      ? ["--state", "\(state)".shellQuoted] : ["--at", "\(state.cut)"]
    let all = ["powercut", "replay", path.shellQuoted] + words + place + ["--output", output]
    return all.joined(separator: " ")
  }
}

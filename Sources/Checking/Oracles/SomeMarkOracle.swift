import Bytes
import CrashStates

/// Whether a folder is as it was, with everything persisted, at some mark that is not older than the last one before the
/// cut; before the first mark also as it was in the beginning.
package struct SomeMarkOracle: PreparedOracle {
  /// Of how many of the marks that a state may be like the nearest is looked for.
  private static let comparedCount = 8
  private static let shownNameCount = 4

  /// A moment that a state may be like.
  private struct Moment {
    /// `nil`: the beginning.
    var mark: RecordedMark?
    var cut: Int { mark?.cut ?? 0 }
    var words: String { mark.map { "at the mark \($0.words)" } ?? "in the beginning" }
  }

  private let recording: Recording
  private let isLeftOut: @Sendable (FilePath) -> Bool
  private let untouched: [Int: FolderContents.Kind]
  /// The beginning, and behind it every mark.
  private let moments: [Moment]
  /// The last moment at which the folder was like that.
  private var lastPlaces: [Digest128: Int] = [:]
  /// The last moment of which nobody knows what was there; -1: there is none.
  private var lastUnknownPlace = -1
  /// All names that there were at any moment.
  private var knownNames: Set<FilePath> = []

  /// - Parameter isLeftOut: names that do not count.
  package init(
    in recording: Recording, isLeftOut: @escaping @Sendable (FilePath) -> Bool,
    untouched: UntouchedContents
  ) throws {
    self.recording = recording
    self.isLeftOut = isLeftOut
    moments = [Moment()] + recording.marks.map { Moment(mark: $0) }
    self.untouched = try Self.kinds(in: recording, of: moments.map(\.cut), untouched)
    for (place, moment) in moments.enumerated() {
      let contents = contents(of: CrashState(cut: moment.cut))
      if contents.hasUnknown {
        lastUnknownPlace = place
      } else {
        lastPlaces[contents.digest] = place
      }
      knownNames.formUnion(contents.things.keys)
    }
  }

  /// What the files hold that nothing was done to.
  private static func kinds(
    in recording: Recording, of cuts: [Int], _ untouched: UntouchedContents
  ) throws -> [Int: FolderContents.Kind] {
    var kinds: [Int: FolderContents.Kind] = [:]
    for cut in cuts {
      for name in recording.names(in: CrashState(cut: cut)) where kinds[name.node] == nil {
        guard case .untouched = name.contents else { continue }
        kinds[name.node] = FolderContents.kind(ofUntouched: try untouched(name.node))
      }
    }
    return kinds
  }

  private func contents(of state: CrashState) -> FolderContents {
    FolderContents(of: state, in: recording, untouched: untouched, isLeftOut: isLeftOut)
  }

  package func answer(about state: CrashState) throws -> OracleAnswer {
    if recording.marks.isEmpty { return .cannotTell }
    // The last mark before the cut has this place behind the beginning.
    let firstPlace = recording.markCount(atCut: state.cut)
    let found = contents(of: state)
    if let place = lastPlaces[found.digest], place >= firstPlace { return .holds }
    if found.hasUnknown || lastUnknownPlace >= firstPlace { return .cannotTell }
    return .fails(lines(found, from: firstPlace))
  }

  // MARK: Why not

  private func lines(_ found: FolderContents, from firstPlace: Int) -> [String] {
    let compared = moments[firstPlace...].prefix(Self.comparedCount)
    let differences = compared.map { moment in
      MomentDifference(found, contents(of: CrashState(cut: moment.cut)), moment.words)
    }
    guard let nearest = differences.min(by: { $0.names.count < $1.names.count }) else { return [] }
    let older = lastPlaces[found.digest].map {
      "it is as it was \(moments[$0].words), which is too old"
    }
    let head = older == nil ? "it is as it was at no mark" : "it is as it was at an older mark"
    return ["\(head): \(nearest.head)"] + [older].compactMap { $0 }
      + nearest.lines(count: Self.shownNameCount)
      + [demand(compared), hint(nearest)].compactMap { $0 }
  }

  private func demand(_ compared: ArraySlice<Moment>) -> String {
    let count = moments.count - compared.startIndex
    let first = compared.first.map(\.words) ?? ""
    return count == 1
      ? "it had to be as \(first)"
      : "it had to be as \(first), or at one of \(count - 1) later marks"
  }

  /// Temporary names that a program has between its marks are no mistake of it.
  private func hint(_ nearest: MomentDifference) -> String? {
    let strangers = nearest.names.filter { !knownNames.contains($0) }
    guard !strangers.isEmpty, strangers.count == nearest.names.count else { return nil }
    let list = strangers.prefix(Self.shownNameCount).map { "'\($0)'" }.joined(separator: ", ")
    return
      "there at no mark: \(list); names that do not matter can be left out: same-as-some-mark:PATTERN"
  }
}

/// What differs between a folder and what it had to be.
private struct MomentDifference {
  let names: [FilePath]
  private let found: [FilePath: FolderContents.Thing]
  private let expected: [FilePath: FolderContents.Thing]
  private let moment: String

  init(_ found: FolderContents, _ expected: FolderContents, _ moment: String) {
    let (found, expected) = (found.things, expected.things)
    names = Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted()
    (self.found, self.expected, self.moment) = (found, expected, moment)
  }

  /// What is said of all states that fail in the same way.
  var head: String {
    guard let first = names.first else { return "" }
    return switch (found[first], expected[first]) {
    case (nil, _): "'\(first)' is not there"
    case (_, nil): "'\(first)' must not be there"
    default: "'\(first)' is another one"
    }
  }

  func lines(count: Int) -> [String] {
    let lines = names.prefix(count).map { name in
      let (now, then) = (found[name]?.words ?? "not there", expected[name]?.words ?? "not there")
      return
        "'\(name)' is \(now == then ? "\(now) with other bytes" : now); \(moment) it was \(then)"
    }
    let more = names.count - lines.count
    return lines + (more > 0 ? ["and \(more) names more differ"] : [])
  }
}

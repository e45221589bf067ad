import Bytes
import Checking
import CrashStates
import Host
import Rules
import Stacks

/// Judges the joint states of a run of SQLite by what SQLite itself makes of them after the crash: the
/// database is sound (X03), its rows are those after some of the commits, from the first on and no others
/// (D02), and all that were acknowledged are among them (D01).
struct SQLiteJudge {
  static let rules: [Rule] = [.d01, .d02, .x03]
  /// Databases that one process is asked about.
  private static let batchStateCount = 64

  let recording: SQLiteRecording
  let setup: SQLiteSetup
  let reader: SQLiteReader
  private let scratch: TemporaryFolder
  private var history: JointHistory { recording.history }
  private var answers: [Digest128: SQLiteReader.Answer] = [:]
  /// States that are told apart by their folder and by what was promised.
  private var judged: Set<Key> = []
  private var judgement = Judgement()

  private struct Key: Hashable {
    var digest: Digest128
    var acknowledgedCount: Int
  }

  private struct Candidate {
    var state: JointState
    var key: Key
    var tierPlace: Int
  }

  init(_ recording: SQLiteRecording, _ setup: SQLiteSetup, _ reader: SQLiteReader) throws(HostError)
  {
    self.recording = recording
    self.setup = setup
    self.reader = reader
    scratch = try TemporaryFolder(prefix: "powercut-sqlite", prefersMemory: true)
  }

  /// - Throws: where SQLite cannot be asked, or the tiers are not those of joint states.
  mutating func judge(tiers: [Tier], seed: UInt64, maximumStateCount: UInt64?) throws -> Judgement {
    let space = JointStateSpace(history, seed: seed)
    try space.check(tiers)
    let counts = space.counts(of: tiers)
    judgement.judgedRules = Self.rules
    judgement.entryCount = history.lineCount
    judgement.promiseCount = recording.acknowledgedCount(atCut: history.lineCount)
    judgement.tiers = tiers.indices.map {
      Judgement.TierCount(tier: tiers[$0], totalStateCount: counts[$0])
    }
    let sample = maximumStateCount.map {
      StateSample(stateCounts: counts, maximumStateCount: $0)
    }
    var batch: [Candidate] = []
    for (tier, state) in JointStateEnumerator(space, tiers: tiers, sample: sample) {
      if let candidate = candidate(state, tiers.firstIndex(of: tier) ?? 0) {
        batch.append(candidate)
      }
      if batch.count == Self.batchStateCount {
        try judge(batch)
        batch = []
      }
      if Interrupts.isRequested {
        judgement.isCutShort = true
        break
      }
    }
    try judge(batch)
    judgement.violations.sort { $0.rule.reportOrder < $1.rule.reportOrder }
    return judgement
  }

  /// - Returns: `nil` for a state that was judged before.
  private mutating func candidate(_ state: JointState, _ tierPlace: Int) -> Candidate? {
    judgement.stateCount += 1
    judgement.tiers[tierPlace].stateCount += 1
    let key = Key(
      digest: history.digest(of: state),
      acknowledgedCount: recording.acknowledgedCount(atCut: state.cut))
    guard judged.insert(key).inserted else { return nil }
    judgement.judgedStateCount += 1
    judgement.tiers[tierPlace].judgedStateCount += 1
    return Candidate(state: state, key: key, tierPlace: tierPlace)
  }

  private mutating func judge(_ batch: [Candidate]) throws {
    try askAboutNew(batch)
    for candidate in batch {
      guard let answer = answers[candidate.key.digest],
        let violation = violation(candidate, answer)
      else { continue }
      add(violation, candidate.tierPlace)
    }
  }

  private mutating func askAboutNew(_ batch: [Candidate]) throws {
    var new: [Candidate] = []
    var digests: Set<Digest128> = []
    for candidate in batch
    where answers[candidate.key.digest] == nil && digests.insert(candidate.key.digest).inserted {
      new.append(candidate)
      judgement.distinctStateCount += 1
      judgement.tiers[candidate.tierPlace].distinctStateCount += 1
    }
    if new.isEmpty { return }
    let found = try withFolders(new.map(\.state)) { try reader.read($0) }
    for (candidate, answer) in zip(new, found) {
      if let answer, committedCount(answer) != nil {
        answers[candidate.key.digest] = answer
      } else {
        // Once more in a fresh folder: another database of the same process has no part in it then.
        answers[candidate.key.digest] = try withFolders([candidate.state]) {
          try reader.read(alone: $0[0])
        }
      }
    }
  }

  private func withFolders<Outcome>(
    _ states: [JointState], _ body: ([String]) throws -> Outcome
  ) throws -> Outcome {
    let folders = states.indices.map { scratch.path("\($0)") }
    defer { for folder in folders { Folders.remove(folder) } }
    for (state, folder) in zip(states, folders) {
      try JointFolder.write(state, of: history, to: folder)
    }
    return try body(folders.map { "\($0)/\(SQLiteRecording.databaseName)" })
  }

  /// After how many commits the table holds these rows; `nil` where after none.
  private func committedCount(_ answer: SQLiteReader.Answer) -> Int? {
    guard case .rows(let rows) = answer else { return nil }
    return recording.workload.rowsAfterCommits.firstIndex { $0 == rows }
  }

  private func violation(_ candidate: Candidate, _ answer: SQLiteReader.Answer) -> Violation? {
    let acknowledged = candidate.key.acknowledgedCount
    switch answer {
    case .broken(let lines):
      return located(
        Violation(by: .sqliteJudge, .x03, "sqlite3 finds the database damaged", evidence: lines),
        candidate)
    case .rows:
      guard let committed = committedCount(answer) else {
        return located(
          Violation(
            by: .sqliteJudge, .d02,
            "the rows are those of no number of commits: a part of a transaction shows",
            evidence: difference(answer, from: acknowledged)), candidate)
      }
      guard committed < acknowledged, setup.promisesDurability else { return nil }
      let acknowledgedAt = recording.acknowledgedCuts[acknowledged - 1] - 1
      return located(
        Violation(
          by: .sqliteJudge, .d01,
          """
          the rows are those after commit \(committed), and commit \(acknowledged) was acknowledged at \
          line \(acknowledgedAt)
          """), candidate)
    }
  }

  /// The first row that is not as it was after the acknowledged commits.
  private func difference(_ answer: SQLiteReader.Answer, from acknowledged: Int) -> [String] {
    guard case .rows(let rows) = answer else { return [] }
    let expected = recording.workload.rowsAfterCommits[acknowledged] ?? []
    let found = (rows ?? []).split(separator: UInt8(ascii: "\n"))
    let wanted = expected.split(separator: UInt8(ascii: "\n"))
    let place = (0..<max(found.count, wanted.count)).first { place in
      place >= found.count || place >= wanted.count || found[place] != wanted[place]
    }
    func text(_ rows: [ArraySlice<UInt8>], _ place: Int) -> String {
      place < rows.count ? String(decoding: rows[place].prefix(60), as: UTF8.self) : "nothing"
    }
    return place.map {
      ["after commit \(acknowledged): \(text(wanted, $0))", "found: \(text(found, $0))"]
    } ?? []
  }

  private func located(_ violation: Violation, _ candidate: Candidate) -> Violation {
    var located = violation
    let cut = candidate.state.cut
    located.title += " (joint state \(candidate.state))"
    located.evidence += (max(0, cut - 4)..<cut).map { "line \($0): \(recording.lines[$0])" }
    located.evidence.append("the power fails")
    if let kept = candidate.state.keptNameCount {
      located.evidence += history.changes(from: kept, atCut: cut).map { "lost: \($0)" }
    }
    return located
  }

  private mutating func add(_ violation: Violation, _ tierPlace: Int) {
    if let place = judgement.violations.firstIndex(where: { $0.rule == violation.rule }) {
      judgement.violations[place].repeatCount += 1
    } else {
      judgement.violations.append(violation)
      judgement.tiers[tierPlace].brokenRules.append(violation.rule)
    }
  }
}

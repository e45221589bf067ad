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

  let run: SQLiteRecording
  let setup: SQLiteSetup
  let reader: SQLiteReader
  private let scratch: TemporaryFolder
  private var recording: Recording { run.recording }
  private var answers: [Digest128: SQLiteReader.Answer] = [:]
  private var walk: StateWalk
  private var list = ViolationList()

  init(_ run: SQLiteRecording, _ setup: SQLiteSetup, _ reader: SQLiteReader) throws(HostError) {
    self.run = run
    self.setup = setup
    self.reader = reader
    walk = StateWalk(run.recording)
    scratch = try TemporaryFolder(prefix: "powercut-sqlite", prefersMemory: true)
  }

  /// - Throws: where SQLite cannot be asked, or the tiers are not those of several files.
  mutating func judge(tiers: [Tier], seed: UInt64, maximumStateCount: UInt64?) throws -> Judgement {
    let space = StateSpace(recording, tiers: tiers, seed: seed)
    if let refusal = space.refusal(of: tiers) { throw refusal }
    let counts = space.counts(of: tiers)
    let sample = maximumStateCount.map {
      StateSample(stateCounts: counts, maximumStateCount: $0)
    }
    walk = StateWalk(recording, tiers: tiers, totalCounts: counts)
    walk.begin(StateEnumerator(space, tiers: tiers, sample: sample))
    while true {
      let batch = nextBatch()
      if batch.isEmpty { break }
      try judge(batch)
    }
    return judgement
  }

  /// States are told apart by their folder and by what was promised.
  private mutating func nextBatch() -> [StateWalk.Candidate] {
    let run = run
    return walk.next(
      count: Self.batchStateCount, isGoingOn: { _ in !Interrupts.isRequested },
      circumstances: { StateWalk.Circumstances(generation: run.acknowledgedCount(atCut: $0)) })
  }

  private var judgement: Judgement {
    var judgement = Judgement()
    walk.count(in: &judgement)
    judgement.judgedRules = Self.rules
    judgement.entryCount = recording.stepCount
    judgement.promiseCount = run.acknowledgedCount(atCut: recording.stepCount)
    judgement.limit = walk.leftOutReason
    judgement.violations = list.sorted
    return judgement
  }

  private mutating func judge(_ batch: [StateWalk.Candidate]) throws {
    try askAbout(batch.filter(\.isDistinct))
    for candidate in batch {
      guard let answer = answers[candidate.digest], let violation = violation(candidate, answer)
      else { continue }
      if !list.contains(violation.rule) { walk.noteBroken(violation.rule, by: candidate) }
      list.add(violation)
    }
  }

  private mutating func askAbout(_ new: [StateWalk.Candidate]) throws {
    if new.isEmpty { return }
    let found = try withFolders(new.map(\.state)) { try reader.read($0) }
    for (candidate, answer) in zip(new, found) {
      if let answer, committedCount(answer) != nil {
        answers[candidate.digest] = answer
      } else {
        // Once more in a fresh folder: another database of the same process has no part in it then.
        answers[candidate.digest] = try withFolders([candidate.state]) {
          try reader.read(alone: $0[0])
        }
      }
    }
  }

  private func withFolders<Outcome>(
    _ states: [CrashState], _ body: ([String]) throws -> Outcome
  ) throws -> Outcome {
    let folders = states.indices.map { scratch.path("\($0)") }
    defer { for folder in folders { Folders.remove(folder) } }
    for (state, folder) in zip(states, folders) {
      try StateFolder(
        recording,
        untouchedPath: { _ in preconditionFailure("the folder is empty before sqlite3 runs") }
      ).write(state, to: folder)
    }
    return try body(folders.map { "\($0)/\(SQLiteRecording.databaseName)" })
  }

  /// After how many commits the table holds these rows; `nil` where after none.
  private func committedCount(_ answer: SQLiteReader.Answer) -> Int? {
    guard case .rows(let rows) = answer else { return nil }
    return run.workload.rowsAfterCommits.firstIndex { $0 == rows }
  }

  private func violation(_ candidate: StateWalk.Candidate, _ answer: SQLiteReader.Answer)
    -> Violation?
  {
    let acknowledged = run.acknowledgedCount(atCut: candidate.state.cut)
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
      let acknowledgedAt = run.acknowledgedCuts[acknowledged - 1] - 1
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
    let expected = run.workload.rowsAfterCommits[acknowledged] ?? []
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

  private func located(_ violation: Violation, _ candidate: StateWalk.Candidate) -> Violation {
    var located = violation
    let cut = candidate.state.cut
    located.title += " (joint state \(recording.text(of: candidate.state)))"
    located.evidence += (max(0, cut - 4)..<cut).map { "line \($0): \(run.lines[$0])" }
    located.evidence.append("the power fails")
    located.evidence += recording.lostNames(in: candidate.state).map { "lost: \($0)" }
    return located
  }
}

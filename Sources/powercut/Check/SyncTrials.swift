import Bytes
import Checking
import CrashStates
import Host
import Synchronization

/// Which syncs of a program its judge could do without. Those of one call are left out together, and the judge is asked
/// about states that nothing else keeps from being there.
struct SyncTrials {
  /// Of one call it is not asked about more states.
  private static let maximumAskedCount = 2_000

  let recording: JointRecording
  let accepted: AcceptedMoments
  /// The states of a recording that are looked at.
  let states: (JointRecording) -> StateEnumerator
  /// What judges them.
  let check: (JointRecording) throws -> CommandCheck

  /// The syncs of one call, or of one file or folder where calls are not known.
  private struct Group {
    var words: String
    var steps: Set<Int>
  }

  /// What a report has to say, a line for each call.
  ///
  /// - Throws: what keeps the judge from being asked.
  func notes() throws -> [String] {
    var notes: [String] = []
    for group in groups {
      if Interrupts.isRequested { break }
      let times = group.steps.count == 1 ? "once" : "\(group.steps.count) times"
      notes.append("syncs: \(group.words), \(times): \(try outcome(without: group.steps))")
    }
    return notes.isEmpty ? ["syncs: there are none"] : notes
  }

  private var groups: [Group] {
    var groups: [Group] = []
    for step in 0..<recording.files.stepCount {
      guard let words = recording.words(ofSync: step) else { continue }
      if let place = groups.firstIndex(where: { $0.words == words }) {
        groups[place].steps.insert(step)
      } else {
        groups.append(Group(words: words, steps: [step]))
      }
    }
    return groups
  }

  private func outcome(without steps: Set<Int>) throws -> String {
    let variant = try recording.without(syncs: steps)
    let trial = Trial(of: variant.files, knowing: accepted, limit: Self.maximumAskedCount)
    var check = try check(variant)
    check.explainsFailures = false
    check.remember = trial.answer
    let answers = try check.answers(about: states(variant), isOver: { trial.isOver })
    for failure in answers.tallies.compactMap({ $0.failures.groups.first }) {
      return "needed, for without it '\(variant.files.text(of: failure.state))' is refused"
    }
    let count = trial.askedCount
    if Interrupts.isRequested { return "not known, interrupted" }
    if count == 0 { return "nothing is there without it that is not there with it" }
    let states = count == 1 ? "the only state" : "none of the \(count) states"
    let refused = count == 1 ? "is not refused" : "is refused"
    return "\(states) that it keeps from being there \(refused)"
      + (trial.isOver ? "; more were not asked about" : "")
      + (answers.walk.leftOutReason == nil ? "" : "; some could not be made")
  }
}

/// States, by their bytes and what was promised, that a command accepts.
final class AcceptedMoments: Sendable {
  private struct Moment: Hashable {
    var digest: Digest128
    var markCount: Int
    /// The command's place.
    var command: Int

    init(_ state: CrashState, of recording: Recording, _ command: Int) {
      digest = recording.digest(of: state)
      markCount = recording.markCount(atCut: state.cut)
      self.command = command
    }
  }

  private let moments = Mutex<Set<Moment>>([])

  func contains(_ state: CrashState, of recording: Recording, _ command: Int) -> Bool {
    let moment = Moment(state, of: recording, command)
    return moments.withLock { $0.contains(moment) }
  }

  func insert(_ state: CrashState, of recording: Recording, _ command: Int) {
    let moment = Moment(state, of: recording, command)
    moments.withLock { _ = $0.insert(moment) }
  }
}

/// Asks about one recording without some of its syncs, until something is refused or it was asked enough.
private final class Trial: Sendable {
  private let recording: Recording
  private let accepted: AcceptedMoments
  private let limit: Int
  private let counts = Mutex<(asked: Int, refused: Int)>((0, 0))

  init(of recording: Recording, knowing accepted: AcceptedMoments, limit: Int) {
    self.recording = recording
    self.accepted = accepted
    self.limit = limit
  }

  var askedCount: Int { counts.withLock { $0.asked } }
  var isOver: Bool { counts.withLock { $0.refused > 0 || $0.asked >= limit } }

  @Sendable func answer(
    _ state: CrashState, _ command: Int, _ ask: () throws -> JudgedAnswer
  ) throws -> JudgedAnswer {
    if accepted.contains(state, of: recording, command) {
      return JudgedAnswer(verdict: .accepted)
    }
    let judged = try ask()
    counts.withLock { counts in
      counts.asked += 1
      if case .broken = judged.verdict { counts.refused += 1 }
    }
    return judged
  }
}

extension JointRecording {
  /// `an fsync of the folder '.', by store, counter.c:25`; `nil` for a line that is no sync.
  func words(ofSync step: Int) -> String? {
    let caller = calls.words(ofLine: step).map { ", \($0)" } ?? ""
    switch lines[step] {
    case .entry(let name, _, _):
      guard let found = entry(ofStep: step), found.entry.kind == .flush else { return nil }
      return "a sync of '\(plainName(of: name))'\(caller)"
    case .syncFolder(let path): return "an fsync of the folder '\(path)'\(caller)"
    case .sync: return "a sync of everything\(caller)"
    default: return nil
    }
  }

  /// Of one that took the place of another file of the same name, that name.
  private func plainName(of recording: String) -> String {
    guard let mark = recording.lastIndex(of: "~"), Int(recording[mark...].dropFirst()) != nil,
      files.file(ofRecording: String(recording[..<mark])) != nil
    else { return recording }
    return String(recording[..<mark])
  }
}

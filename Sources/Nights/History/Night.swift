/// What the workers of one night have done.
package struct Night: Sendable {
  /// From 1.
  package let number: Int
  /// In the order of their times.
  package private(set) var starts: [WorkerStart] = []
  package private(set) var targets: [String: TargetNight] = [:]
  package private(set) var tried: [String: TriedFinding] = [:]
  /// What was made of findings: of this night, or of an earlier one that did not come to it.
  package private(set) var minimized: [FiledSeed: MinimizedFinding] = [:]
  package private(set) var canaries: Set<CanaryAnswer> = []
  /// Who has looked for the planted bug.
  package private(set) var canaryShards: Set<Shard> = []
  package private(set) var ends: [WorkerEnd] = []
  /// The time of the last line that has one.
  package private(set) var lastTime = ""

  init(number: Int) {
    self.number = number
  }

  /// The targets of its workers, in the order of the campaign's file.
  package var startedTargets: [StartedTarget] {
    starts.reversed().reduce(into: []) { all, start in
      all += start.targets.filter { target in !all.contains { $0.name == target.name } }
    }
  }

  mutating func add(_ start: WorkerStart) {
    starts.append(start)

    lastTime = max(lastTime, start.time)
  }

  mutating func add(_ done: SeedsDone, by shard: Shard) {
    targets[done.target, default: TargetNight()].add(done, by: shard)
    lastTime = max(lastTime, done.time)
  }

  /// Of several answers the worst counts: what is there for one worker is there.
  mutating func add(_ answer: TriedFinding) {
    let key = TriedKey.text(target: answer.target, name: answer.name)
    guard let old = tried[key], old.rank <= answer.rank else {
      tried[key] = answer
      return
    }
  }

  mutating func add(_ finding: MinimizedFinding) { minimized[finding.of] = finding }

  mutating func add(_ answer: CanaryAnswer, by shard: Shard) {
    canaries.insert(answer)
    canaryShards.insert(shard)
  }

  mutating func add(_ end: WorkerEnd) {
    ends.append(end)
    lastTime = max(lastTime, end.time)
  }

  /// What was said of a finding of an earlier night.
  package func answer(target: String, name: String) -> TriedFinding? {
    tried[TriedKey.text(target: target, name: name)]
  }
}

private enum TriedKey {
  static func text(target: String, name: String) -> String { "\(target)\n\(name)" }
}

extension TriedFinding {
  fileprivate var rank: Int {
    switch answer {
    case .there: 0
    case .untried: 1
    case .gone: 2
    }
  }
}

import Rules
import Scheduling

/// What the examples of a night are, those that are most likely of one bug together.
struct FoundFinding {
  var name: String
  var rule: Rule
  /// Ascending.
  var seeds: [Seed]
  /// That of the name; `nil` where nothing was made of it yet.
  var minimized: MinimizedFinding?
  /// The names of the others of its kind, which have folders of their own.
  var variants: [String] = []

  /// Takes in another of the same kind. The one that takes fewer kinds of operations gives the name.
  fileprivate mutating func fold(_ other: FoundFinding) {
    let isOther = other.minimized.map { other in
      minimized.map { !$0.kind.covers(other.kind) } ?? false
    }
    let named = isOther == true ? other : self
    let rest = Set(variants + other.variants + [name, other.name]).subtracting([named.name])
    let all = (seeds + other.seeds).sorted()
    self = named
    seeds = all
    variants = rest.sorted()
  }

  fileprivate func isKin(of other: FoundFinding) -> Bool {
    guard let own = minimized?.kind, let others = other.minimized?.kind else { return false }
    return own.isKin(of: others)
  }
}

extension TargetNight {
  func found(
    of target: String, _ night: Int, _ history: CampaignHistory
  ) -> [FoundFinding] {
    var found: [FoundFinding] = []
    for example in examples(of: target) {
      let minimized = history.minimized(example, ofNight: night)
      let name = minimized?.name ?? "\(example.rule.rawValue)-seed-\(example.seed)"
      if let place = found.firstIndex(where: { $0.name == name }) {
        found[place].seeds.append(example.seed)
      } else {
        found.append(
          FoundFinding(
            name: name, rule: example.rule, seeds: [example.seed], minimized: minimized))
      }
    }
    return found.reduce(into: []) { folded, next in
      if let place = folded.firstIndex(where: { $0.isKin(of: next) }) {
        folded[place].fold(next)
      } else {
        folded.append(next)
      }
    }
  }
}

import Rules
import Scheduling

/// What the examples of a night are, those of one name together.
struct FoundFinding {
  var name: String
  var rule: Rule
  /// Ascending.
  var seeds: [Seed]
  /// That of the smallest seed; `nil` where nothing was made of it yet.
  var minimized: MinimizedFinding?
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
    return found
  }
}

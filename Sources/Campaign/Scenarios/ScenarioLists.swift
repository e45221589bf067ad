import CrashStates
import Rules
import Stacks
import Yams

extension Node {
  /// A stack by its name.
  ///
  /// - Throws: ``ScenarioError`` with the line and the names that are known.
  package func stack() throws(ScenarioError) -> StackName {
    guard let text = scalar?.string, let stack = StackName(text) else {
      throw ScenarioError(
        line: mark?.line,
        """
        unknown stack \(shown)\(StackName.scenarioNames.hint(scalar?.string ?? "")); known are \
        \(StackName.scenarioNames.listed)
        """)
    }
    return stack
  }

  /// - Throws: ``ScenarioError`` with the line of what is no rule.
  package func rule() throws(ScenarioError) -> Rule {
    guard let rule = scalar.flatMap({ Rule(rawValue: $0.string) }) else {
      let known = Rule.allCases.map(\.rawValue)
      throw ScenarioError(
        line: mark?.line,
        "unknown rule \(shown)\(known.hint(scalar?.string ?? "")); known are \(known.listed)")
    }
    return rule
  }

  /// A bug switch by its identifier.
  ///
  /// - Throws: ``ScenarioError`` with the line of what is none.
  package func bug() throws(ScenarioError) -> PlantedBug {
    guard let bug = scalar.flatMap({ PlantedBug($0.string) }) else {
      let known = PlantedBug.all.map(\.identifier)
      throw ScenarioError(
        line: mark?.line,
        "unknown bug \(shown)\(known.hint(scalar?.string ?? "")); known are \(known.listed)")
    }
    return bug
  }

  package func list(named name: String) throws(ScenarioError) -> [Node] {
    guard let sequence else {
      throw ScenarioError(line: mark?.line, "'\(name)' must be a list, found \(shown)")
    }
    return Array(sequence)
  }
}

/// Lists of which no item stands twice.
extension ScenarioNode {
  /// - Returns: none where the key is absent.
  package func bugs(_ key: String) throws(ScenarioError) -> Set<PlantedBug> {
    try set(key) { (item) throws(ScenarioError) in try item.bug() }
  }

  /// - Returns: none where the key is absent.
  package func rules(_ key: String) throws(ScenarioError) -> Set<Rule> {
    try set(key) { (item) throws(ScenarioError) in try item.rule() }
  }

  /// - Returns: `nil` where the key is absent.
  package func tiers(_ key: String) throws(ScenarioError) -> [Tier]? {
    guard let node = node(key) else { return nil }
    var tiers: [Tier] = []
    for item in try node.list(named: key) {
      let text = item.scalar?.string ?? ""
      let tier: Tier
      do {
        tier = try Tier(parsing: text)
      } catch {
        throw ScenarioError(line: item.mark?.line, "\(error)\(Tier.hint(text))")
      }
      if tiers.contains(tier) { throw item.repeated(in: key) }
      tiers.append(tier)
    }
    if tiers.isEmpty {
      throw ScenarioError(
        line: node.mark?.line, "'\(key)' names no tier, so nothing would be judged")
    }
    return tiers
  }

  private func set<Item: Hashable>(
    _ key: String, _ read: (Node) throws(ScenarioError) -> Item
  ) throws(ScenarioError) -> Set<Item> {
    guard let node = node(key) else { return [] }
    var items: Set<Item> = []
    for item in try node.list(named: key) {
      guard items.insert(try read(item)).inserted else { throw item.repeated(in: key) }
    }
    return items
  }
}

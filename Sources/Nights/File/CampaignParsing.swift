import Campaign
import Scheduling
import Yams

extension CampaignFile {
  /// Reads a campaign file.
  ///
  /// - Parameter scenario: reads the scenario of a path that stands in the file.
  /// - Throws: ``ScenarioError`` with the line of the first thing that is not known or not possible.
  package init(
    parsing text: String, scenario: (_ path: String) throws -> Scenario
  ) throws(ScenarioError) {
    guard let node = try Node.root(of: text) else {
      throw ScenarioError(line: nil, "the file is empty")
    }
    let root = try ScenarioNode(
      node, named: "campaign file", keys: ["campaign", "targets", "canary", "accept"])
    let targets = try Self.targets(try root.required("targets"), scenario)
    self.init(name: try Self.name(try root.required("campaign")), targets: targets)
    accepted = try root.node("accept").map(Self.accepted) ?? []
    guard let node = root.node("canary") else { return }
    canary = try node.bug()
    guard canaryPlan != nil else {
      throw ScenarioError(
        line: node.mark?.line,
        "no target can have the canary \(node.shown): it takes a simulated stack of the profile exact"
      )
    }
  }

  private static func name(_ node: Node) throws(ScenarioError) -> String {
    guard let name = node.scalar?.string, !name.isEmpty else {
      throw ScenarioError(line: node.mark?.line, "'campaign' must be a name, found \(node.shown)")
    }
    return name
  }

  private static func targets(
    _ node: Node, _ scenario: (String) throws -> Scenario
  ) throws(ScenarioError) -> [CampaignTarget] {
    var targets: [CampaignTarget] = []
    for item in try node.list(named: "targets") {
      let target = try TargetParsing(item).target(scenario)
      guard !targets.contains(where: { $0.name == target.name }) else {
        throw ScenarioError(
          line: item.mark?.line,
          "two targets are called '\(target.name)'; give one of them another 'name'")
      }
      let word = CampaignPaths.word(target.name)
      guard !CampaignPaths.ownNames.contains(word),
        !targets.contains(where: { CampaignPaths.word($0.name) == word })
      else {
        throw ScenarioError(
          line: item.mark?.line,
          "the findings of '\(target.name)' would have one folder with others, '\(word)'; give it another 'name'"
        )
      }
      targets.append(target)
    }
    if targets.isEmpty {
      throw ScenarioError(
        line: node.mark?.line, "'targets' names none, so nothing would be looked at")
    }
    return targets
  }

  /// A list of names, or a mapping from names to reasons.
  private static func accepted(_ node: Node) throws(ScenarioError) -> [AcceptedFinding] {
    guard let mapping = node.mapping else {
      var accepted: [AcceptedFinding] = []
      for item in try node.list(named: "accept") {
        guard let name = item.scalar?.string, !name.isEmpty else {
          throw ScenarioError(
            line: item.mark?.line, "'accept' lists findings by name, found \(item.shown)")
        }
        if accepted.contains(where: { $0.name == name }) { throw item.repeated(in: "accept") }
        accepted.append(AcceptedFinding(name: name, reason: nil))
      }
      return accepted
    }
    var accepted: [AcceptedFinding] = []
    for (key, value) in mapping {
      guard let name = key.string, !name.isEmpty, let reason = value.scalar?.string, !reason.isEmpty
      else {
        throw ScenarioError(
          line: key.mark?.line, "'accept' gives each finding's name a reason, found \(value.shown)")
      }
      if accepted.contains(where: { $0.name == name }) { throw key.repeated(in: "accept") }
      accepted.append(AcceptedFinding(name: name, reason: reason))
    }
    return accepted
  }
}

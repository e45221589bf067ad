import Campaign
import Host
import Nights
import Stacks
import ToolSupport

/// What a campaign's file says, and what of it can be carried out here.
enum CampaignLoading {
  /// - Throws: ``ToolError`` with file and line of the first mistake.
  static func file(_ path: String) throws -> CampaignFile {
    let text = try InputFile.text(path)
    do {
      return try CampaignFile(parsing: text) { scenario in
        try LoadedScenario(readingAt: self.path(scenario, beside: path)).scenario
      }
    } catch {
      throw ToolError("\(path): \(error)")
    }
  }

  /// A path that stands in a file is seen from the file's folder.
  private static func path(_ other: String, beside file: String) -> String {
    guard !other.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return other }
    return "\(file[...slash])\(other)"
  }

  /// Why findings are accepted, where the file does not say it: the text beside each in its folder.
  static func accepted(_ file: CampaignFile, _ paths: CampaignPaths) -> [AcceptedFinding] {
    file.accepted.map { accepted in
      if accepted.reason != nil { return accepted }
      let texts = file.targets.compactMap { target in
        try? InputFile.text(
          "\(paths.folder(of: accepted.name, target: target.name))/\(reasonName)")
      }
      let reason = texts.first?.split(separator: "\n").first.map(String.init)
      return AcceptedFinding(name: accepted.name, reason: reason)
    }
  }

  private static let reasonName = "accepted.txt"

  /// A target that cannot be carried out costs the others nothing.
  static func prepared(_ target: CampaignTarget, _ command: CampaignCommand) -> PreparedTarget {
    var prepared = PreparedTarget(
      target: target, plan: target.plan,
      jobLimit: target.commands.isEmpty ? command.jobOptions.jobs(for: target.plan.stack) : 1)
    do {
      let carrier = try RunCarriers.carrier(
        for: target.plan.stack, allowExec: command.allowExec, program: target.plan.executable)
      let commands = try CampaignCommands(
        target.commands, limitSeconds: target.commandLimitSeconds,
        jobCount: command.jobOptions.jobs)
      if commands != nil, !command.allowExec {
        throw ToolError("its commands are started with --allow-exec only")
      }
      prepared.plan.carrier = try carrier.judged(by: commands)
      prepared.version = try ProgramVersion.text(of: target.plan)
    } catch {
      prepared.obstacle = "\(error)"
    }
    return prepared
  }
}

import ArgumentParser
import Campaign
import Host
import Reporting
import ToolSupport

/// The tool: arguments, wiring, exit status.
@main
struct Powercut: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "powercut",
    abstract: "Finds crash-consistency bugs in block storage software.",
    discussion: """
      Exit status: 0 passed and something was checked, 1 a rule is broken, 2 could not finish, \
      3 nothing was checked, 64 usage, 130 interrupted.
      """,
    version: ToolVersion.text,
    subcommands: [
      RunCommand.self, FuzzCommand.self, CampaignCommand.self, ReportCommand.self,
      MergeCommand.self, ReplayRunCommand.self, ReplayCommand.self,
      InitCommand.self, TestCommand.self, CheckCommand.self, InspectCommand.self,
      ExplainCommand.self,
    ] + FormatCommands.all + [
      BisectCommand.self, ShrinkCommand.self, RecordCommand.self, ServeCommand.self,
    ])

  static func main() {
    // Swift takes a program's arguments from there: without it every command would be none, and print help.
    guard Folders.exists("/proc/self/cmdline") else {
      try? StandardStreams.writeProgress(
        "powercut: /proc cannot be read, and without it neither can the arguments of the command. Mount "
          + "it: mount -t proc proc /proc\n")
      exit(withError: ExitCode(Tool.failureStatus))
    }
    do {
      try CommandLineCheck.check(
        Array(CommandLine.arguments.dropFirst()),
        commands: configuration.subcommands.compactMap { $0.configuration.commandName })
    } catch {
      exit(withError: error)
    }
    main(nil)
  }
}

import Host
import TestSupport
import Testing

/// docs/your-program.md, carried out from its first line to its last: the program that it has, the commands that it
/// types, and every line that it shows.
@Suite struct YourProgramTests {
  private let folder: TemporaryFolder
  private let page: String

  init() throws {
    folder = try TemporaryFolder(prefix: "your-program")
    page = try Repository.text("docs/your-program.md")
  }

  /// What stands between a line that begins a block and the one that ends it, in the order of the page.
  private func blocks(_ beginning: String) -> [String] {
    page.components(separatedBy: "\n```\(beginning)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }

  private func compile(_ source: String) throws {
    try OutputFile.write(source, to: folder.path("counter.c"))
    try Peer(program: "cc", package: "gcc").run([
      "-g", "-Wall", "-Wextra", "-o", folder.path("counter"), folder.path("counter.c"),
    ])
  }

  private func run(_ block: String) throws {
    let lines = block.split(separator: "\n").map(String.init)
    let command = try #require(lines.first)
    #expect(command.hasPrefix("$ powercut "))
    let run = try ToolRun.line(String(command.dropFirst(2)), in: folder.path)
    let printed = run.result.split(separator: "\n")
    for line in lines.dropFirst() {
      // Its time is another one each time.
      #expect(
        printed.contains { $0.hasPrefix(line) }, "\(command) does not print: \(line)\n\(run.result)"
      )
    }
  }

  @Test func thePageIsWhatHappens() throws {
    let sources = blocks("c")
    let source = try #require(sources.first)
    #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count <= 62)
    let transcripts = blocks("").filter { $0.hasPrefix("$ ") }
    try #require(transcripts.count == 3 && sources.count == 2)
    try compile(source)
    try run(transcripts[0])
    try run(transcripts[1])
    let kept = try #require(
      try Folders.names(in: folder.path("powercut-test")).first { $0.hasPrefix("X03") })
    let again = ["replay-run", "powercut-test/\(kept)", "--allow-exec"]
    #expect(try ToolRun(again, in: folder.path).result.contains("\nREPRODUCED: "))
    try compile(
      source.replacing(
        "  close(file);\n  renameat", with: "\(sources[1])  close(file);\n  renameat"))
    #expect(try ToolRun(again, in: folder.path).result.contains("\nFIXED: "))
    try run(transcripts[2])
  }
}

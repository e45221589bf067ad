import Stacks
import Testing

@testable import Programs

/// Command lines of programs, those of the stacks and those that users give.
@Suite struct ProgramCommandTests {
  private static let paths: [ProgramStack.Place: String] = [
    .image: "/w/disk.img", .socket: "/s", .log: "/w/a.log",
  ]

  private static func argv(_ stack: String, _ executable: String? = nil) throws -> [String] {
    try ProgramCommand(of: #require(ProgramStack(stack)), executable: executable).argv(paths)
  }

  @Test func stacksStartTheirPrograms() throws {
    #expect(
      try Self.argv("qemu-io-raw") == [
        "qemu-io", "-t", "writeback", "--image-opts",
        "driver=blklogwrites,log.driver=file,log.filename=/w/a.log,"
          + "file.file.driver=file,file.file.filename=/w/disk.img,file.driver=raw",
      ])
    #expect(
      try Self.argv("qemu-io-qcow2") == [
        "qemu-io", "-t", "writeback", "--image-opts",
        "file.driver=file,file.filename=/w/disk.img,driver=qcow2",
      ])
    #expect(
      try Self.argv("nbd-vhdx") == [
        "qemu-nbd", "--socket", "/s", "--format", "vhdx", "--cache", "writeback", "--discard",
        "unmap", "/w/disk.img",
      ])
    #expect(
      try Self.argv("nbd-raw-multi") == [
        "qemu-nbd", "--socket", "/s", "--format", "raw", "--cache", "writeback", "--discard",
        "unmap", "--shared", "0", "/w/disk.img",
      ])
  }

  @Test func anotherFileTakesTheSameWords() throws {
    for stack in ["qemu-io-vhdx", "nbd-raw"] {
      let argv = try Self.argv(stack, "/opt/a b/program")
      #expect(argv.first == "/opt/a b/program")
      #expect(try argv.dropFirst() == Self.argv(stack).dropFirst())
    }
    let server = "serve -u {socket} {image}"
    #expect(try Self.argv("nbd-raw", server) == ["serve", "-u", "/s", "/w/disk.img"])
    // Of a client that types, that is the odd name of a file.
    #expect(try Self.argv("qemu-io-raw", server).first == server)
  }

  /// Every row can be started: it names what its client needs, and no place is left open.
  @Test(arguments: ProgramStack.all)
  func everyRowIsACommandLine(stack: ProgramStack) throws {
    let argv = try ProgramCommand(of: stack).argv(Self.paths)
    #expect(argv.first == stack.executableName)
    #expect(!argv.contains { $0.contains("{") })
    #expect(stack.hasLogger == argv.contains { $0.contains("/w/a.log") })
    switch stack.client {
    case .nbd: _ = try ProgramCommand(parsingServer: stack.command)
    case .qemuIO: #expect(argv.contains { $0.contains("filename=/w/disk.img") })
    case .python: #expect(argv.last == "/w/disk.img")
    case .database: #expect(argv.count == 1)
    case .commands: Issue.record("commands are no row")
    }
    #expect(ProgramStack.all.count { $0.name == stack.name } == 1)
    #expect(stack.hasOwnOrder == (stack.image == .files))
  }

  @Test func thePathsComeWhereTheyAreNamed() throws {
    let command = try ProgramCommand(
      parsingServer: "nbd-server -u {socket} 'a b' file={image},cache=off {image}")
    #expect(command.program == "nbd-server")
    #expect(
      command.argv([.image: "/tmp/i", .socket: "/tmp/s"])
        == ["nbd-server", "-u", "/tmp/s", "a b", "file=/tmp/i,cache=off", "/tmp/i"])
  }

  @Test func aPathIsNoCommand() {
    #expect(!ProgramCommand.isServer("/usr/bin/qemu-nbd"))
    #expect(ProgramCommand.isServer("serve {image}"))
    #expect(ProgramCommand.isServer("serve {socket}"))
  }

  @Test(
    arguments: [
      ("serve {image}", "{socket}"), ("serve {socket}", "{image}"), ("{image} {socket}", "{image}"),
      ("serve '{image} {socket}", "'"),
    ])
  func whatIsMissingIsNamed(text: String, missing: String) {
    let problem = #expect(throws: ProgramCommand.Problem.self) {
      _ = try ProgramCommand(parsingServer: text)
    }
    #expect(problem?.description.contains(missing) == true, "\(String(describing: problem))")
  }
}

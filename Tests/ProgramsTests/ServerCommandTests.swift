import Testing

@testable import Programs

/// Command lines of programs that export an image.
@Suite struct ServerCommandTests {
  @Test func thePathsComeWhereTheyAreNamed() throws {
    let command = try ServerCommand(
      parsing: "nbd-server -u {socket} 'a b' file={image},cache=off {image}")
    #expect(command.program == "nbd-server")
    #expect(
      command.argv(image: "/tmp/i", socket: "/tmp/s")
        == ["nbd-server", "-u", "/tmp/s", "a b", "file=/tmp/i,cache=off", "/tmp/i"])
  }

  @Test func aPathIsNoCommand() {
    #expect(!ServerCommand.isCommand("/usr/bin/qemu-nbd"))
    #expect(ServerCommand.isCommand("serve {image}"))
    #expect(ServerCommand.isCommand("serve {socket}"))
  }

  @Test(
    arguments: [
      ("serve {image}", "{socket}"), ("serve {socket}", "{image}"), ("{image} {socket}", "{image}"),
      ("serve '{image} {socket}", "'"),
    ])
  func whatIsMissingIsNamed(text: String, missing: String) {
    let problem = #expect(throws: ServerCommand.Problem.self) {
      _ = try ServerCommand(parsing: text)
    }
    #expect(problem?.description.contains(missing) == true, "\(String(describing: problem))")
  }
}

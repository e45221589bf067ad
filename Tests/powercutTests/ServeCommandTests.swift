import Foundation
import Host
import TestSupport
import Testing

/// A crash state as other programs see it over NBD.
@Suite struct ServeCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A recording of a run on a raw disk.
  private func recording() throws -> String {
    let out = folder.path("out")
    let run = try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", "logger.fua-unmarked", "--seeds", "1..50",
        "--output", out,
      ], build: .release)
    try #require(run.status == 1)
    return try FoundRecording.unshrunk(in: out)
  }

  @Test(arguments: ["0", "5", "last"])
  func theExportIsTheImageThatReplayWrites(at: String) throws {
    let recording = try recording()
    let image = folder.path("image.raw")
    #expect(try ToolRun(["replay", recording, "--at", at, "--output", image]).status == 0)
    let run = try ToolRun([
      "serve", recording, "--at", at, "--run", "qemu-img compare -f raw -F raw {uri} \(image)",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("Images are identical."))
  }

  @Test func whatClientsWriteIsGoneAfterwards() throws {
    let recording = try recording()
    let write = "qemu-io -f raw -c 'write -P 0xee 0 4k' -c 'read -P 0xee 0 4k' {uri}"
    for _ in 0..<2 {
      let run = try ToolRun(["serve", recording, "--at", "3", "--run", write])
      #expect(run.status == 0, "\(run.errors)")
      #expect(!run.result.contains("verification failed"))
      let before = try ToolRun([
        "serve", recording, "--at", "3", "--run", "qemu-io -f raw -c 'read -P 0xee 0 4k' {uri}",
      ])
      #expect(before.result.contains("verification failed"))
    }
    let refused = try ToolRun(["serve", recording, "--read-only", "--run", write])
    #expect(refused.status == 1)
  }

  /// The exit status of the command is that of the tool.
  @Test func theCommandsStatusIsPassedOn() throws {
    let recording = try recording()
    let run = try ToolRun(["serve", recording, "--run", "sh -c 'exit 7' {uri}"])
    #expect(run.status == 7)
  }

  /// What a killed server leaves is no obstacle for the next one; a server that is there is, and a file.
  @Test func theSocketOfAKilledServerIsTakenOver() throws {
    let recording = try recording()
    let socket = folder.path("s.sock")
    let run = try ToolRun.line(
      """
      wait_for() { for i in $(seq 100); do [ -S '\(socket)' ] && break; sleep 0.05; done; sleep 0.2; }
      powercut serve \(recording) --socket '\(socket)' > /dev/null & pid=$!; wait_for
      powercut serve \(recording) --socket '\(socket)' --run 'true {uri}'; echo "in use $?"
      kill -9 $pid; wait $pid; ls '\(socket)' > /dev/null && echo left
      powercut serve \(recording) --socket '\(socket)' --run 'true {uri}'; echo "again $?"
      touch '\(socket)'
      powercut serve \(recording) --socket '\(socket)' --run 'true {uri}'; echo "file $?"; ls '\(socket)'
      """)
    #expect(run.result == "in use 2\nleft\nagain 0\nfile 2\n\(socket)\n", "\(run.errors)")
  }

  @Test func anInterruptEndsItAndTheSocketIsGone() throws {
    let recording = try recording()
    let socket = folder.path("s.sock")
    let run = try ToolRun.line(
      """
      powercut serve \(recording) --socket \(socket) > \(folder.path("uri")) & pid=$!
      for i in $(seq 100); do [ -s \(folder.path("uri")) ] && break; sleep 0.1; done
      qemu-img info -f raw "$(cat \(folder.path("uri")))" && stat -c %a \(socket)
      kill -INT $pid; wait $pid
      """)
    #expect(run.result.contains("file format: raw"))
    #expect(run.result.contains("600"))
    #expect(run.status == 130)
    #expect(!Folders.exists(socket))
  }

  @Test(
    arguments: [
      (["--run", "qemu-img info"], 2, "{uri}"), (["--run", "a '{uri}"], 2, "--run"),
      (["--socket", "a", "--port", "1"], 64, "--port"), (["--port", "70000"], 64, "65535"),
      (["--socket", String(repeating: "x", count: 108)], 64, "107"),
      (["--socket", "/dev/null"], 2, "/dev/null"), (["--at", "99999"], 2, "entries"),
      (["--state", "cut:3 then cut:1"], 2, "only an image with a log of its own"),
      (["--socket", "/nowhere/s.sock"], 2, "/nowhere/s.sock"),
    ] as [([String], Int32, String)])
  func whatCannotBeServedIsSaid(options: [String], status: Int32, message: String) throws {
    let run = try ToolRun(["serve", try recording()] + options)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.result.isEmpty)
  }
}

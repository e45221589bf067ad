import Host
import TestSupport
import Testing

/// Images that `powercut create` makes, looked at by QEMU.
@Suite struct CreateCommandTests {
  private let folder: TemporaryFolder
  private var image: String { folder.path("new.vhdx") }

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    ["--size", "64MiB", "--block-size", "1MiB"], ["--size", "10GiB"],
    ["--size", "32MiB", "--block-size", "8MiB", "--fixed", "--log-size", "2MiB"],
  ])
  func newImageIsOneThatQEMUChecksAndWrites(arguments: [String]) throws {
    #expect(try ToolRun(["create", image] + arguments).status == 0)
    try Peer.qemuImage.run(["check", "-f", "vhdx", image])
    try Peer.qemuIO.run([
      "-t", "writeback", "-f", "vhdx", "-c", "write -P 7 1M 64k", "-c", "flush", "-c",
      "read -P 7 1M 64k", "-c", "read -P 0 2M 64k", image,
    ])
    try Peer.qemuImage.run(["check", "-f", "vhdx", image])
  }

  @Test func oneSeedMakesOneImageAndNoSeedMakesAnother() throws {
    var digests: [String] = []
    for (number, seed) in [["--seed", "5"], ["--seed", "5"], []].enumerated() {
      let path = folder.path("\(number).vhdx")
      #expect(try ToolRun(["create", path, "--size", "64MiB"] + seed).status == 0)
      digests.append(try Peer.xxhsum(algorithm: 2, ofFile: path))
    }
    #expect(digests[0] == digests[1])
    #expect(digests[0] != digests[2])
  }

  @Test func fileThatIsThereIsLeftAlone() throws {
    try OutputFile.write("precious", to: image)
    let run = try ToolRun(["create", image, "--size", "64MiB"])
    #expect(run.status == 2)
    #expect(run.errors.contains("is there already"))
    #expect(try InputFile.text(image) == "precious")
  }

  @Test(arguments: [
    ["--size", "1000"], ["--size", "65TiB"], ["--size", "64MiB", "--block-size", "3MiB"],
    ["--size", "64MiB", "--block-size", "8GiB"],
    ["--size", "64MiB", "--logical-sector-size", "1024"],
    ["--size", "64MiB", "--log-size", "1000"],
  ])
  func valueThatTheFormatDoesNotAllowIsRefused(arguments: [String]) throws {
    let run = try ToolRun(["create", image] + arguments)
    #expect(run.status == 2 || run.status == 64)
    #expect(!run.errors.isEmpty)
    #expect(!Folders.exists(image))
  }
}

import Host
import TestSupport
import Testing

/// One seed gives one run wherever its files are and whoever asks.
@Suite struct SeedEverywhereTests {
  private static let stacks = [
    "raw:exact", "raw:qemu-7.2.0", "raw:qemu-7.2.22", "vhdx:exact", "vhdx:qemu-7.2.0",
    "vhdx:qemu-7.2.22", "program:qemu-io-raw", "program:qemu-io-vhdx", "program:qemu-io-qcow2",
    "program:nbd-raw", "program:nbd-vhdx", "program:nbd-qcow2", "program:nbd-raw-multi",
    "program:nbd-vhdx-multi", "program:nbd-qcow2-multi", "program:python-raw",
    "program:sqlite3-wal-full",
    "program:sqlite3-wal-normal", "program:sqlite3-delete-extra", "program:sqlite3-delete-full",
    "program:sqlite3-off",
  ]

  @Test func noStackIsLeftOut() throws {
    let help = try ToolRun(["fuzz", "--help"]).result
    let list = try #require(help.split(separator: "(values:").dropFirst().first).prefix {
      $0 != ")"
    }
    let names = list.split { $0 == "," || $0.isWhitespace }.map(String.init)
    #expect(Set(names) == Set(Self.stacks))
  }

  private func report(_ stack: String, in folder: String, _ environment: [String: String]) throws
    -> String
  {
    try Folders.create(folder)
    var variables = environment
    variables["TMPDIR"] = folder
    let run = try ToolRun(
      [
        "fuzz", "--stack", stack, "--allow-exec", "--states", "prefix", "--keep-going",
        // Those of VHDX take seconds each.
        "--seeds", stack.contains("vhdx") ? "1" : "1..2",
      ]
      .filter { $0 != "--allow-exec" || stack.hasPrefix("program:") } + ["--format", "json"],
      environment: variables)
    let text = run.result
    let timing = try #require(text.range(of: "\"timing\""))
    return "\(run.outcome.status) \(text[..<timing.lowerBound])"
  }

  /// tmpfs has no FALLOC_FL_ZERO_RANGE, which qcow2 showed.
  @Test(arguments: stacks)
  func memoryDiskNamesAndLocaleDoNotMatter(stack: String) throws {
    try #require(Folders.isFolder("/dev/shm"))
    let disk = try TemporaryFolder()
    let inMemory = "/dev/shm/a-much-longer-name-\(disk.path.suffix(10).prefix(6))"
    defer { Folders.remove(inMemory) }
    let first = try report(stack, in: disk.path("a"), ["LC_ALL": "C"])
    #expect(first.contains("\"states\""))
    let elsewhere = ["LC_ALL": "de_DE.UTF-8", "HOME": "/nowhere", "TZ": "Asia/Tokyo"]
    #expect(try report(stack, in: inMemory, elsewhere) == first)
  }
}

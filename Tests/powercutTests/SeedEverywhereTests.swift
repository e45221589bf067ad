import Host
import TestSupport
import Testing

/// One seed gives one run wherever its files are and whoever asks.
@Suite struct SeedEverywhereTests {
  private static let stacks = [
    "raw:exact", "vhdx:qemu-7.2.22", "program:qemu-io-raw", "program:qemu-io-vhdx",
    "program:qemu-io-qcow2", "program:nbd-raw", "program:nbd-vhdx", "program:nbd-qcow2",
    "program:sqlite3-wal-full", "program:sqlite3-delete-full",
  ]

  private func report(_ stack: String, in folder: String, _ environment: [String: String]) throws
    -> String
  {
    try Folders.create(folder)
    var variables = environment
    variables["TMPDIR"] = folder
    let run = try ToolRun(
      ["fuzz", "--stack", stack, "--allow-exec", "--seeds", "1..2", "--keep-going"]
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
    let inMemory = "/dev/shm/seed-everywhere-\(disk.path.suffix(10).prefix(6))"
    defer { Folders.remove(inMemory) }
    let first = try report(stack, in: disk.path("a"), [:])
    #expect(first.contains("\"states\""))
    #expect(try report(stack, in: inMemory, [:]) == first)
    let far = disk.path("a-folder/with-a-much-longer-name/than-the-other")
    #expect(
      try report(stack, in: far, ["LC_ALL": "de_DE.UTF-8", "HOME": "/nowhere", "TZ": "Asia/Tokyo"])
        == first)
  }
}

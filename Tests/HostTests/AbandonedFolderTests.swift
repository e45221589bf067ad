import Glibc
import Host
import TestSupport
import Testing

/// What a killed process left is removed, and nothing else.
@Suite struct AbandonedFolderTests {
  private let parent: TemporaryFolder

  init() throws { parent = try TemporaryFolder() }

  /// Runs the clean-up in a process whose TMPDIR is ours.
  private func cleanUp() async throws {
    let tool = try BuiltProduct.path("powercut")
    let outcome = try ChildProcess.run(
      argv: [tool, "inspect", "/nowhere"], environment: ["TMPDIR": parent.path])
    #expect(outcome.status == .exited(2))
  }

  @Test func aFolderWithoutALockGoesWithAllThatIsInIt() async throws {
    let left = parent.path("powercut-programs-abc123.tmp")
    try shell(
      "mkdir -p '\(left)/a/b'; chmod 1700 '\(left)'; touch '\(left)/a/b/file'; ln -s /etc '\(left)/link'"
    )
    try await cleanUp()
    #expect(!Folders.exists(left))
    #expect(Folders.exists("/etc/passwd"))
  }

  @Test func aFolderThatIsInUseStays() async throws {
    let held = parent.path("powercut-abc123.tmp")
    try shell("mkdir -m 1700 '\(held)'")
    let holder = try Dialogue(argv: ["flock", held, "sh", "-c", "echo held; read -r line"])
    defer { _ = holder.end() }
    var text = ""
    for _ in 0..<500 where !text.contains("held") {
      text += holder.newText()
      usleep(10_000)
    }
    #expect(text.contains("held"))
    try await cleanUp()
    #expect(Folders.exists(held))
  }

  @Test(arguments: [
    "powercut-findings", "powercut-old-runs.tmp", "powercut.tmp", "other-abc123.tmp",
    "powercut-abc1234.tmp",
  ])
  func aFolderOfAnotherNameStays(name: String) async throws {
    try shell("mkdir -m 1700 '\(parent.path(name))'")
    try await cleanUp()
    #expect(Folders.exists(parent.path(name)))
  }

  /// It may be somebody's own: 'backup' has six letters, too.
  @Test(arguments: ["0700", "0755", "1777"])
  func aFolderWithoutOurMarkStays(mode: String) async throws {
    let other = parent.path("powercut-backup.tmp")
    try shell("mkdir '\(other)'; chmod \(mode) '\(other)'")
    try await cleanUp()
    #expect(Folders.exists(other))
  }

  @Test func aFolderOfAnotherUserStays() async throws {
    let other = parent.path("powercut-abc123.tmp")
    try shell("mkdir -m 1700 '\(other)'")
    // Only root gives folders away.
    guard (try? shell("chown nobody '\(other)'; chmod 1700 '\(other)'")) != nil else { return }
    try await cleanUp()
    #expect(Folders.exists(other))
  }

  @Test func aLinkIsNotFollowed() async throws {
    try shell("mkdir -m 1700 '\(parent.path("target"))'; touch '\(parent.path("target/file"))'")
    try shell("ln -s target '\(parent.path("powercut-abc123.tmp"))'")
    try await cleanUp()
    #expect(Folders.exists(parent.path("target/file")))
  }
}

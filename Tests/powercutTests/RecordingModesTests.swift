import Host
import TestSupport
import Testing

/// Whoever cannot read a file cannot read a recording of it, nor what is made of that. `find` is the judge.
@Suite(.serialized) struct RecordingModesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A line of bash in the folder, with the usual umask.
  @discardableResult
  private func line(_ text: String) throws -> ToolRun {
    let run = try ToolRun.line("umask 022; cd '\(folder.path)'; chmod 755 .; set -e\n\(text)")
    try #require(run.status == 0, "\(run.result)\(run.errors)")
    return run
  }

  /// What others than the owner may read or list.
  private func open(_ path: String) throws -> [String] {
    let unseen = "-type d ! -perm /055 -prune"
    return try shell(
      "cd '\(folder.path)'; find '\(path)' \(unseen) -o -perm /077 -print | LC_ALL=C sort"
    )
    .split(separator: "\n").map(String.init)
  }

  /// What tells of a folder that everybody lists.
  private static let openFiles = [
    "out", "out/base.txt", "out/calls.txt", "out/joint.txt", "out/live.txt", "out/marks",
    "out/untouched",
  ]

  private static let secret = "printf secret | dd of=w/file conv=notrunc status=none"

  @Test(arguments: [
    // There before, made by the program, locked while it is written, and locked in the end.
    "umask 077; echo old > w/file; umask 022; record sh -c '\(secret)'",
    "record sh -c 'umask 077; echo made > w/file'",
    "record sh -c '> w/file; chmod 600 w/file; \(secret)'",
    "record sh -c 'echo x > w/file; chmod 600 w/file'",
    // Kept by a folder above it.
    "echo old > w/file; chmod 700 w; record sh -c '\(secret)'",
  ])
  func aFileOfItsOwnersAloneStaysSo(script: String) throws {
    try line(
      """
      record() { powercut record --watch w --output out -- "$@"; }
      mkdir w; \(script)
      powercut replay out --at last --output replayed.img
      powercut replay out --at last --folder --output state
      cmp w/file replayed.img; cmp w/file state/file
      """)
    #expect(try open("out") == (open("w").contains("w") ? Self.openFiles : []))
    #expect(try open("replayed.img").isEmpty)
    #expect(try !open("state").contains("state/file"))
  }

  @Test func aFolderOfItsOwnersAloneStaysSo() throws {
    try line(
      """
      mkdir -m 700 w
      powercut record --watch w --output out -- sh -c 'echo x > w/file; ln w/file w/other'
      powercut replay out --at last --folder --output state
      """)
    #expect(try open("out").isEmpty)
    #expect(try open("state").isEmpty)
  }

  @Test func whatEverybodyReadsStaysReadable() throws {
    try line(
      """
      mkdir w
      powercut record --watch w --output out -- sh -c 'echo x > w/file'
      powercut replay out --at last --output replayed.img
      """)
    let files = ["base.img", "live.img", "manifest.json", "writes.log"]
    #expect(
      try open("out") == (Self.openFiles + ["out/file"] + files.map { "out/file/\($0)" }).sorted())
    #expect(try open("replayed.img") == ["replayed.img"])
    #expect(try shell("stat -c %a '\(folder.path("out/file/writes.log"))'") == "644\n")
  }

  @Test func aServedDiskStaysItsOwners() throws {
    try line(
      """
      truncate -s 1M disk; chmod 600 disk
      powercut serve --image disk --record out --run "qemu-io -f raw -c 'write -P 1 0 4k' {uri}"
      powercut replay out --output replayed.img
      """)
    #expect(try open("out").isEmpty)
    #expect(try open("replayed.img").isEmpty)
  }

  /// A copy that recovery makes, and a report that is written over a private one.
  @Test func otherOutputsStayTheirOwners() throws {
    try line(
      """
      qemu-img create -q -f vhdx image 16M; chmod 600 image
      powercut recover image --output recovered
      truncate -s 1M disk
      powercut serve --image disk --record out --run "qemu-io -f raw -c 'write -P 1 0 4k' {uri}"
      echo mine > replayed.img; chmod 600 replayed.img
      powercut replay out --output replayed.img
      """)
    #expect(try open("recovered").isEmpty)
    #expect(try open("replayed.img").isEmpty)
  }
}

import Foundation
import Host
import TestSupport
import Testing

/// Logs that the real qemu-io records, through the executable: `replay` writes QEMU's own image, byte
/// for byte as `cmp` sees it, or says why it does not.
@Suite(.serialized) struct QEMULogsThroughToolTests {
  // Requests in flight together do not overlap: the order of QEMU's log is not then the device's.
  private static let mixed = [
    "aio_write -P 17 2M 4k", "aio_write -z 0 64k", "aio_write -P 18 64k 128k", "aio_flush",
    "flush", "aio_write -P 20 1M 256k", "aio_write -z 68k 8k", "aio_flush", "discard 128k 64k",
    "write -P 22 132k 4k", "flush", "write -z 2M 512k", "write -P 24 4k 4k", "discard 4k 4k",
  ]

  struct Recording: Sendable, CustomTestStringConvertible {
    var name: String
    /// Options of the driver for the first session.
    var options: String
    var sessions: [[String]] = [mixed]
    /// Options of `replay` besides the image's size; none where it must be refused.
    var replay: [String]? = []
    /// What the tool says on stderr.
    var said: String?
    var isKilled = false
    var testDescription: String { name }
  }

  private static let unflushed = [
    "aio_write -P 40 0 64k", "aio_write -z 1M 64k", "aio_flush", "discard 0 8k",
  ]
  private static let longer = [
    "write -P 31 0 16k", "flush", "write -z 4k 4k", "aio_write -P 32 8k 64k",
  ]

  static let recordings = [
    Recording(name: "sectors of 512", options: "log-sector-size=512"),
    Recording(name: "sectors of 4096", options: "log-sector-size=4096"),
    Recording(
      name: "512, superblock after each entry",
      options: "log-sector-size=512,log-super-update-interval=1"),
    Recording(
      name: "4096, superblock after each entry",
      options: "log-sector-size=4096,log-super-update-interval=1"),
    Recording(
      name: "512, appended", options: "log-sector-size=512", sessions: [mixed, longer, mixed]),
    Recording(
      name: "4096, appended", options: "log-sector-size=4096", sessions: [mixed, longer, mixed]),
    Recording(
      name: "512, killed while each entry is counted",
      options: "log-sector-size=512,log-super-update-interval=1", isKilled: true),
    Recording(
      name: "512, killed behind the last flush", options: "log-sector-size=512",
      replay: ["--use-tail"], said: "stale count: the superblock counts", isKilled: true),
    Recording(
      name: "4096, killed behind the last flush", options: "log-sector-size=4096",
      replay: ["--use-tail"], said: "stale count: the superblock counts", isKilled: true),
    Recording(
      name: "512, killed before the first superblock", options: "log-sector-size=512",
      sessions: [unflushed], replay: ["--use-tail", "--log-sector-size", "512"],
      said: "the superblock was never written", isKilled: true),
    Recording(
      name: "4096, killed before the first superblock", options: "log-sector-size=4096",
      sessions: [unflushed], replay: ["--use-tail", "--log-sector-size", "4096"],
      said: "the superblock was never written", isKilled: true),
    Recording(
      name: "killed before the first superblock, sector size not given",
      options: "log-sector-size=4096", sessions: [unflushed], replay: nil,
      said: "'magic' at byte 0: expected 0x6a736677736872, found 0x0", isKilled: true),
  ]

  @Test(arguments: recordings)
  func replayIsTheImageOfQEMUOrARefusalWithItsReason(recording: Recording) throws {
    let folder = try TemporaryFolder()
    try Self.record(recording, in: folder)
    let log = folder.path("writes.log")
    let replay = try ToolRun(
      ["replay", log, "--image-size", "4MiB", "--output", folder.path("replayed.raw")]
        + (recording.replay ?? []))
    if let said = recording.said { #expect(replay.errors.contains(said), "\(replay.errors)") }
    guard let options = recording.replay else {
      #expect(replay.status == 2)
      #expect(!Folders.exists(folder.path("replayed.raw")))
      return
    }
    #expect(replay.status == 0, "\(replay.errors)")
    try shell("cmp '\(folder.path("device.raw"))' '\(folder.path("replayed.raw"))'")

    let check = try ToolRun(
      ["check", log, "--image-size", "4MiB", "--live", folder.path("device.raw")] + options)
    #expect(check.status == 0, "\(check.result)")
    let inspect = try ToolRun(
      ["inspect", log, "--image-size", "4MiB", "--format", "json"] + options)
    #expect(inspect.status == 0)
    #expect(try inspect.json.list("problems").isEmpty)
    // The last digest of the list is that of the image, as another log's base.
    let digests = try ToolRun(["replay", log, "--image-size", "4MiB", "--digests"] + options)
    let last = try #require(digests.result.split(separator: "\n").last?.split(separator: " ").last)
    #expect(replay.result.contains(last))
  }

  /// Without --use-tail the entries that nothing proves are left out, and that is said.
  @Test func unprovenTailIsLeftOutAndSaid() throws {
    let folder = try TemporaryFolder()
    let recording = Recording(
      name: "killed", options: "log-sector-size=512", isKilled: true)
    try Self.record(recording, in: folder)
    let log = folder.path("writes.log")
    let replay = try ToolRun(
      ["replay", log, "--image-size", "4MiB", "--output", folder.path("replayed.raw")])
    #expect(replay.status == 0)
    #expect(replay.errors.contains("--use-tail takes them"))
    let check = try ToolRun(
      ["check", log, "--image-size", "4MiB", "--live", folder.path("device.raw")])
    #expect(check.status == 1, "the live device has more than the log counts")
    #expect(check.result.contains("FAIL L08"))
    #expect(check.result.contains("--use-tail takes them"))
  }

  @Test func writesPastADeviceThatIsNamedTooSmallAreRefused() throws {
    let folder = try TemporaryFolder()
    try Self.record(Recording(name: "whole", options: "log-sector-size=512"), in: folder)
    let log = folder.path("writes.log")
    let replay = try ToolRun(
      ["replay", log, "--image-size", "1MiB", "--output", folder.path("replayed.raw")])
    #expect(replay.status == 2)
    #expect(replay.errors.contains("entry "))
    let check = try ToolRun(["check", log, "--image-size", "1MiB"])
    #expect(check.status == 1)
    #expect(check.result.contains("FAIL L02"))
  }

  /// A damaged byte in QEMU's data is nothing that a log without digests can show, but the live
  /// device can.
  @Test func liveDeviceThatDiffersIsL08() throws {
    let folder = try TemporaryFolder()
    try Self.record(Recording(name: "whole", options: "log-sector-size=512"), in: folder)
    try shell(
      "printf x | dd of='\(folder.path("device.raw"))' bs=1 seek=70000 conv=notrunc status=none")
    let check = try ToolRun(
      [
        "check", folder.path("writes.log"), "--image-size", "4MiB", "--live",
        folder.path("device.raw"),
      ])
    #expect(check.status == 1)
    #expect(check.result.contains("FAIL L08"))
    #expect(check.result.contains("byte 69632"), "\(check.result)")
  }

  private static func record(_ recording: Recording, in folder: TemporaryFolder) throws {
    let image = folder.path("device.raw")
    let log = folder.path("writes.log")
    try shell("truncate -s 4M '\(image)'; : > '\(log)'")
    for (place, commands) in recording.sessions.enumerated() {
      let isKilled = recording.isKilled && place == recording.sessions.count - 1
      // Without `unmap` at every level a discard is logged and then ignored.
      let stack =
        "driver=blklogwrites,discard=unmap,file.driver=raw,file.discard=unmap,"
        + "file.file.driver=file,file.file.discard=unmap,file.file.filename=\(image),"
        + "log.driver=file,log.filename=\(log),"
        + (place == 0 ? recording.options : "log-append=on")
      let outcome = try Peer.qemuIO.attempt(
        ["-t", "writeback"]
          + (isKilled ? commands + ["sigraise 9"] : commands).flatMap { ["-c", $0] }
          + ["--image-opts", stack])
      try #require(
        outcome.status == (isKilled ? .signalled(9) : .exited(0)), "\(outcome.errorText)")
    }
  }
}

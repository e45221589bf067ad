import Bytes
import CrashStates
import Host
import TestSupport
import Testing
import WriteLog

/// Logs that the real qemu-io records through its block write logger: the image replayed at the last
/// cut is the one that QEMU itself has written.
@Suite(.serialized) struct QEMUReplayTests {
  struct Recording: Sendable, CustomTestStringConvertible {
    var name: String
    var sectorByteCount: Int
    var logOptions = ""
    /// One process of qemu-io for each; from the second on the log is appended to.
    var sessions: [[String]]
    /// Whether the last process ends by SIGKILL: its superblock counts too few entries.
    var isKilled = false

    var testDescription: String { name }
  }

  // Requests that are in flight together do not overlap: which of those wins is not in the log.
  private static let mixed = [
    "aio_write -P 17 2M 4k", "aio_write -z 0 64k", "aio_write -P 18 64k 128k",
    "aio_write -P 19 192k 8k", "aio_flush", "flush", "aio_write -P 20 1M 1M",
    "aio_write -z 68k 8k", "aio_write -P 21 3M 64k", "aio_flush", "aio_write -z 1028k 128k",
    "aio_write -P 26 1000k 4k", "aio_flush", "discard 128k 64k", "write -P 22 132k 4k", "flush",
    "write -P 23 4092k 4k", "write -z 2M 512k", "write -P 24 4k 4k", "discard 4k 4k", "flush",
  ]

  static let recordings = [
    Recording(name: "sectors of 512", sectorByteCount: 512, sessions: [mixed]),
    Recording(name: "sectors of 4096", sectorByteCount: 4096, sessions: [mixed]),
    Recording(
      name: "superblock after each entry", sectorByteCount: 512,
      logOptions: ",log-super-update-interval=1", sessions: [mixed]),
    Recording(
      name: "appended twice", sectorByteCount: 4096,
      sessions: [
        mixed, ["write -P 31 0 16k", "flush", "write -z 4k 4k"], ["aio_write -P 32 8k 64k"],
      ]),
    Recording(
      name: "unaligned to 4096", sectorByteCount: 512,
      sessions: [["write -P 9 512 1536", "write -P 10 1k 512", "write -z 1536 512", "flush"]]),
    Recording(
      name: "killed at the end", sectorByteCount: 512,
      sessions: [mixed + ["write -P 50 8k 4k", "discard 1M 4k"]],
      isKilled: true),
    Recording(
      name: "killed before the first flush", sectorByteCount: 4096,
      sessions: [["aio_write -P 40 0 64k", "aio_write -z 1M 64k", "aio_flush", "discard 0 8k"]],
      isKilled: true),
  ]

  @Test(arguments: recordings)
  func theLastCutIsTheImageOfQEMU(recording: Recording) throws {
    let folder = try TemporaryFolder()
    let image = folder.path("device.img")
    let log = folder.path("writes.log")
    try shell("truncate -s 4M \(image); : > \(log)")
    for (place, commands) in recording.sessions.enumerated() {
      let isLast = place == recording.sessions.count - 1
      try record(
        commands, image: image, log: log,
        options: (place > 0 ? "log-append=on" : "log-sector-size=\(recording.sectorByteCount)")
          + recording.logOptions, isKilled: recording.isKilled && isLast)
    }
    let index = try WriteLogIndex(
      reading: MappedFile.map(log),
      options: LogReadingOptions(
        tail: recording.isKilled ? .all : .proven,
        sectorByteCount: UInt32(recording.sectorByteCount)))
    #expect(index.entryCount >= 3)
    #expect(index.isCountStale == recording.isKilled)
    #expect(index.problems.isEmpty)
    #expect(index.sectorByteCount == recording.sectorByteCount)
    let history = try DiskHistory(index: index, base: nil, initialByteCount: 4 << 20)
    try replay(history, to: folder.path("replayed.img"))
    try shell("cmp \(image) \(folder.path("replayed.img"))")
    #expect(
      try Peer.xxhsum(algorithm: 2, ofFile: image)
        == Peer.xxhsum(algorithm: 2, ofFile: folder.path("replayed.img")))
    let whole = try DiskHistory(
      index: TestLog().index, base: MappedFile.map(image), initialByteCount: nil)
    #expect(whole.digest(atCut: 0) == history.digest(atCut: history.entryCount))
  }

  private func record(
    _ commands: [String], image: String, log: String, options: String, isKilled: Bool
  ) throws {
    // Without `unmap` at every level a discard is logged and then ignored.
    let stack =
      "driver=blklogwrites,discard=unmap,file.driver=raw,file.discard=unmap,"
      + "file.file.driver=file,file.file.discard=unmap,file.file.filename=\(image),"
      + "log.driver=file,log.filename=\(log),\(options)"
    let commands = isKilled ? commands + ["sigraise 9"] : commands
    let outcome = try Peer.qemuIO.attempt(
      ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + ["--image-opts", stack])
    #expect(
      outcome.status == (isKilled ? .signalled(9) : .exited(0)), "\(outcome.errorText)")
  }

  private func replay(_ history: DiskHistory, to path: String) throws {
    let replay = Replay(history, state: CrashState(cut: history.entryCount))
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { piece in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try image.finish()
  }
}

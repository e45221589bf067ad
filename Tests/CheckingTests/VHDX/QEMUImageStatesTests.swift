import Bytes
import Checking
import CrashStates
import Host
import TestSupport
import Testing
import VHDX
import VHDXJudges
import WriteLog

/// The log of a VHDX image that the real qemu-io wrote, cut after every entry: the real qemu-img and our
/// recovery with its mistakes agree on whether the image opens and on the disk that is in it.
@Suite(.serialized) struct QEMUImageStatesTests {
  struct Recording: Sendable, CustomTestStringConvertible {
    var name: String
    var creation = "block_size=1M,subformat=dynamic"
    /// One process of qemu-io for each.
    var sessions: [[String]]

    var testDescription: String { name }
  }

  static let recordings = [
    Recording(
      name: "allocations and overwrites",
      sessions: [
        [
          "write -P 0xa1 0 4k", "write -P 0xa2 1M 8k", "flush", "write -P 0xa3 4k 4k",
          "write -P 0xa4 5M 4k", "flush", "write -P 0xa5 15M 64k", "write -P 0xa6 512 512",
        ]
      ]),
    Recording(
      name: "two sessions, larger blocks", creation: "block_size=2M,subformat=dynamic",
      sessions: [
        ["write -P 1 0 64k", "flush", "write -P 2 2047k 4k"],
        ["write -P 3 8M 4k", "write -z 8M 2k", "flush", "write -P 4 0 1k"],
      ]),
    Recording(
      name: "a fixed disk", creation: "block_size=1M,subformat=fixed,block_state_zero=off",
      sessions: [["write -P 7 0 4k", "flush", "write -P 8 3M 12k", "flush"]]),
  ]

  @Test(arguments: recordings)
  func everyCutOpensAsTheRealProgramOpensIt(recording: Recording) throws {
    let folder = try TemporaryFolder(prefix: "vhdx-cuts")
    let history = try record(recording, in: folder)
    let digester = ImageDigester(
      history: history, format: VHDXFormat(recovery: .qemu7222))
    var openCount = 0
    for cut in 0...history.entryCount {
      let state = CrashState(cut: cut)
      let ours = digester.digests(of: state)
      let theirs = try digestOfRealProgram(history, state, folder)
      #expect(ours.virtualDisk == theirs, "cut \(cut): \(ours)")
      openCount += theirs == nil ? 0 : 1
    }
    #expect(openCount > history.entryCount / 2)
  }

  @Test(arguments: recordings.prefix(2))
  func theSpecificationFindsTheWindowWithoutAnEntry(recording: Recording) throws {
    let folder = try TemporaryFolder(prefix: "vhdx-rules")
    var evidence = Evidence(history: try record(recording, in: folder))
    evidence.format = VHDXFormat()
    let judgement = Judge(Judge.Options(tiers: [.prefix, .flushedOnly, .drop(1)], seed: 1)).judge(
      evidence)
    let rules = Set(judgement.violations.map(\.rule))
    #expect(rules.isSuperset(of: [.s05, .d09]), "\(rules.sorted())")
    #expect(rules.isDisjoint(with: [.d01, .d02, .d03, .d06, .d08, .l02, .l03]))
  }

  private func record(_ recording: Recording, in folder: TemporaryFolder) throws -> DiskHistory {
    let image = folder.path("image.vhdx")
    let log = folder.path("writes.log")
    try Peer.qemuImage.run(["create", "-q", "-f", "vhdx", "-o", recording.creation, image, "16M"])
    try shell("cp \(image) \(folder.path("base.img")); : > \(log)")
    for (place, commands) in recording.sessions.enumerated() {
      let stack =
        "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename=\(image),"
        + "file.log.driver=file,file.log.filename=\(log)"
        + (place > 0 ? ",file.log-append=on" : "")
      try Peer.qemuIO.run(
        ["-t", "writeback"] + commands.flatMap { ["-c", $0] } + ["--image-opts", stack])
    }
    // The log of this program does not say how long the file is: it has its last length all along.
    let byteCount = UInt64(try MappedFile.map(image).byteCount)
    let index = try WriteLogIndex(reading: MappedFile.map(log))
    #expect(index.problems.isEmpty)
    return try DiskHistory(
      index: index, base: MappedFile.map(folder.path("base.img")), initialByteCount: byteCount)
  }

  /// The digest of the disk in the image after the program has repaired it; `nil` where it refuses.
  private func digestOfRealProgram(
    _ history: DiskHistory, _ state: CrashState, _ folder: TemporaryFolder
  ) throws -> Digest128? {
    let path = folder.path("cut.vhdx")
    let replay = Replay(history, state: state)
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { piece in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try image.finish()
    defer { Folders.remove(path) }
    let check = try Peer.qemuImage.attempt(["check", "-q", "-r", "all", "-f", "vhdx", path])
    if check.status == .exited(1) { return nil }
    #expect(check.status == .exited(0), "\(state): \(check.status) \(check.errorText)")
    let raw = folder.path("cut.raw")
    try Peer.qemuImage.run(["convert", "-f", "vhdx", "-O", "raw", path, raw])
    defer { Folders.remove(raw) }
    return LiveContents.region(try MappedFile.map(raw)).digest
  }
}

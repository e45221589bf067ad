import Bytes
import Checking
import CrashStates
import Host
import Recorder
import Rules
import TestSupport
import Testing
import VDI
import WriteLog

/// What the real qemu-io does to an image, recorded, and each state in which a power cut could
/// leave it: our rules and `qemu-img check` complain of the same ones, and what V05 warns of
/// happens.
///
/// QEMU 7.2.22 flushes nothing between the header's count and the block map, nor between them and
/// the block's bytes.
@Suite(.serialized) struct VDICrashStateTests {
  private struct Recording {
    let folder: TemporaryFolder
    let history: DiskHistory

    /// Six new blocks in a disk of 256, so that the map has two sectors; a flush after the first
    /// two.
    init() throws {
      folder = try TemporaryFolder(prefix: "vdi-crash", prefersMemory: true)
      let watched = try Paths.absolute(folder.path) + "/watched"
      try Folders.create(watched)
      try Peer.qemuImage.run(["create", "-q", "-f", "vdi", "\(watched)/a.vdi", "256M"])
      let commands = [
        "write -P 1 0 64k", "write -P 2 5M 4k", "flush", "write -P 3 200M 4k", "write -P 4 1M 4k",
        "write -P 5 201M 64k", "write -P 6 2M 512", "flush",
      ]
      let recorder = try Recorder(
        Recorder.Options(
          watched: watched, output: folder.path("output"),
          libraryPath: try BuiltProduct.preloadedLibrary())
      ) { _ in "" }
      let outcome = try recorder.run(
        ["qemu-io", "-t", "writeback", "-f", "vdi"] + commands.flatMap { ["-c", $0] } + [
          "\(watched)/a.vdi"
        ]
      ) { false }
      try #require(outcome.commandStatus == .exited(0))
      try #require(outcome.problems.isEmpty, "\(outcome.problems)")
      let output = folder.path("output/a.vdi")
      history = try DiskHistory(
        index: WriteLogIndex(reading: MappedFile.map("\(output)/writes.log")),
        base: MappedFile.map("\(output)/base.img"), initialByteCount: nil)
    }

    /// One state for each image.
    func states(_ tiers: [Tier]) -> [CrashState] {
      var digests: Set<Digest128> = []
      return StateEnumerator(history: history, tiers: tiers, seed: 1).map(\.state).filter {
        digests.insert(history.digest(of: $0)).inserted
      }
    }

    func write(_ state: CrashState) throws -> String {
      let path = folder.path("state.vdi")
      let replay = Replay(history, state: state)
      let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
      try replay.write { piece in
        try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
      }
      try image.finish()
      return path
    }
  }

  private static let recording = Result { try Recording() }

  @Test func ourRulesNameTheStatesOfWhichTheRealProgramComplains() throws {
    let recording = try Self.recording.get()
    var complaintCount = 0
    var cleanCount = 0
    var rules: Set<Rule> = []
    for state in recording.states([.prefix, .flushedOnly, .drop(1), .keep(1)]) {
      let defects = VDIImage.defects(of: StateImage(recording.history, state))
      rules.formUnion(defects.compactMap(\.rule))
      let verdict = try VDIFiles.verdictOfQEMU(recording.write(state))
      if verdict.isComplaint {
        complaintCount += 1
        #expect(!defects.isEmpty, "\(state): \(verdict)")
      } else {
        cleanCount += defects.isEmpty ? 1 : 0
        #expect(defects.filter { !$0.isOverlookedByQEMU } == [], "\(state)")
      }
    }
    #expect(complaintCount > 20)
    #expect(cleanCount > 5)
    // What is lost of a block's bytes, of the count, and of the map; nothing is torn.
    #expect(rules == [.v03, .v05, .v06])
  }

  /// What is not allocated, discarded or behind the end of the file reads as zeroes.
  @Test func theVirtualDiskOfAStateIsWhatTheRealProgramReads() throws {
    let recording = try Self.recording.get()
    let digester = ImageDigester(history: recording.history, format: VDIFormat())
    let alone = recording.states([.drop(2)]).filter {
      VDIImage.defects(of: StateImage(recording.history, $0)).map(\.rule) == [.v03]
    }
    let states = recording.states([.prefix]).suffix(4) + alone.suffix(2)
    #expect(states.count == 6)
    for state in states {
      let raw = try VDIFiles.rawByQEMU(recording.write(state), in: recording.folder)
      let digest = LiveContents.region(raw).digest
      #expect(digester.digests(of: state).virtualDisk == digest, "\(state)")
    }
  }

  /// The block's bytes are lost, and with them the length that they brought; count and map are not.
  /// QEMU makes zeroes of it and says nothing.
  @Test func aBlockBehindTheEndOfTheFileIsOurFindingAlone() throws {
    let recording = try Self.recording.get()
    let alone = recording.states([.drop(2)]).filter {
      VDIImage.defects(of: StateImage(recording.history, $0)).map(\.rule) == [.v03]
    }
    #expect(!alone.isEmpty)
    for state in alone {
      #expect(try VDIFiles.verdictOfQEMU(recording.write(state)) == .clean, "\(state)")
    }
  }

  /// The count was lost, the map was not. The next new block is one that is in use: two virtual
  /// blocks share it, and what is written to the one is gone from the other, acknowledged and
  /// flushed as it may be.
  @Test func theNextAllocationGivesAnUncountedBlockAwayAgain() throws {
    let recording = try Self.recording.get()
    let block: UInt64 = 1 << 20
    let place = ByteRange(byteOffset: 100 * block, byteCount: 4096)
    var triedCount = 0
    for state in recording.states([.drop(1)]) {
      let before = VDIImage.defects(of: StateImage(recording.history, state))
      guard let uncounted = before.first(where: { $0.rule == .v05 }) else { continue }
      triedCount += 1
      let owner = (uncounted.byteOffset - 512) / 4
      let path = try recording.write(state)
      try Peer.qemuIO.run([
        "-f", "vdi", "-c", "write -P 99 100M 4k", "-c", "flush", "-c", "write -P 77 \(owner)M 4k",
        "-c", "flush", path,
      ])
      let file = try VDIFiles.map(path)
      let shared = VDIImage.defects(of: file).filter { $0.rule == .v04 }
      #expect(shared.count == 1, "\(state)")
      let bytes = try VDIImage(reading: file, blockMap: .whenRead).read(place)
      #expect(bytes == [UInt8](repeating: 77, count: 4096), "\(state)")
      guard case .errors(let lines) = try VDIFiles.verdictOfQEMU(path) else {
        Issue.record("\(state): qemu-img finds nothing")
        continue
      }
      #expect(lines.contains("also used by"), "\(state): \(lines)")
      let repair = try Peer.qemuImage.attempt(["check", "-r", "all", "-f", "vdi", path])
      #expect(repair.errorText.contains("does not support checks"), "\(repair.errorText)")
    }
    #expect(triedCount > 3)
  }
}

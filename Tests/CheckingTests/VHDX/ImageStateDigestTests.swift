import Bytes
import Checking
import CrashStates
import Testing
import VHDX
import VHDXJudges

/// The digest of the virtual disk against the disk put together by hand.
@Suite struct ImageStateDigestTests {
  private static func disk(_ sectors: [UInt64: UInt8] = [:]) -> Digest128 {
    var disk = SparseBytes(byteCount: 64 << 20)
    for (byteOffset, byte) in sectors { disk.write(ImageTraceLog.sector(byte), at: byteOffset) }
    return disk.stateDigest
  }

  @Test func theDiskFollowsTheTableAndTheLog() throws {
    var made = ImageStateCase()
    try made.log.open()
    let opened = made.log.next
    made.log.payload(block: 0)
    let stored = made.log.next
    made.log.log(blockCount: 1)
    let logged = made.log.next
    made.log.home(blockCount: 1)
    made.log.flush()
    try made.log.close()
    let digester = ImageDigester(history: try made.history, format: VHDXFormat())
    func digests(_ cut: Int) -> ImageDigests { digester.digests(of: CrashState(cut: cut)) }
    for cut in [0, opened, stored] { #expect(digests(cut).virtualDisk == Self.disk()) }
    for cut in [logged, logged + 1, made.log.next] {
      #expect(digests(cut).virtualDisk == Self.disk([0: 0xa0]))
    }
    // Recovery clears the log, and where there is none leaves the file as it is.
    #expect(digests(logged).recovered != digests(logged).image)
    #expect(digests(made.log.next).recovered == digests(made.log.next).image)
  }

  /// A log entry may go over the payload of a block, whatever writers do: then the disk is not what
  /// the file holds there.
  @Test func aLogThatChangesPayloadIsReplayed() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.allocate(block: 0)
    made.log.write(ImageTraceLog.sector(0x11), at: ImageTraceLog.firstBlock + 4096)
    made.log.flush()
    let entry = made.log.entry([
      .data(ImageTraceLog.sector(0x55), fileByteOffset: ImageTraceLog.firstBlock)
    ])
    made.log.flush()
    let digester = ImageDigester(history: try made.history, format: VHDXFormat())
    func disk(_ cut: Int, _ lost: [Int] = []) -> Digest128? {
      digester.digests(of: CrashState(cut: cut, lost: lost)).virtualDisk
    }
    let before = Self.disk([0: 0xa0, 4096: 0x11])
    #expect(disk(entry) == before)
    #expect(disk(entry + 1, [entry]) == before)
    #expect(disk(entry + 1) == Self.disk([0: 0x55, 4096: 0x11]))
    #expect(disk(entry + 2) == Self.disk([0: 0x55, 4096: 0x11]))
  }

  /// The same entries, the same log, another length: the file is refused as truncated (2.3.3).
  @Test func aShorterFileHasAnotherDigestOrNone() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.allocate(block: 0)
    let whole = made.log.next
    made.log.size(6 << 20)
    let grown = made.log.next
    made.log.size(4 << 20)
    let digester = ImageDigester(history: try made.history, format: VHDXFormat())
    let before = digester.digests(of: CrashState(cut: whole))
    let longer = digester.digests(of: CrashState(cut: grown))
    let cut = digester.digests(of: CrashState(cut: made.log.next))
    #expect(before.virtualDisk == Self.disk([0: 0xa0]))
    #expect(longer.virtualDisk == before.virtualDisk)
    #expect(longer.image != before.image)
    #expect(cut.virtualDisk == nil)
    #expect(cut.description.hasSuffix(" - -"))
  }
}

import Bytes
import CrashStates
import Host
import TestSupport
import Testing
import WriteLog

@testable import Checking

/// L08 over holes: they cost nothing, and nothing is missed beside them.
@Suite struct LiveHolesTests {
  private static let deviceByteCount: UInt64 = 1 << 40

  /// One write of 4 KiB of `a` at 3 GiB to a device of 1 TiB.
  private static func evidence(live: String) throws -> (Evidence, LiveContents) {
    let log =
      Superblock(entryCount: 1, sectorByteCount: 512).encode()
      + EntryHeader(sector: 6 << 20, sectorCount: 8, flags: []).encode(sectorByteCount: 512)
      + [UInt8](repeating: UInt8(ascii: "a"), count: 4096)
    let index = try WriteLogIndex(reading: ByteRegion(log))
    let history = try DiskHistory(
      index: index, base: nil, initialByteCount: deviceByteCount)
    return (
      try Evidence(recordedIn: index, history: history),
      .region(try MappedFile.map(live, access: .sequential))
    )
  }

  /// Without an end, were holes read.
  @Test func aTerabyteOfHolesIsComparedByWhatIsThere() throws {
    let folder = try TemporaryFolder()
    let live = folder.path("live.img")
    try shell(
      """
      truncate -s 1T \(live)
      head -c 4096 /dev/zero | tr '\\0' a | dd of=\(live) bs=4096 seek=786432 conv=notrunc status=none
      """)
    let (evidence, contents) = try Self.evidence(live: live)
    #expect(ReplayJudge(evidence: evidence, live: contents).judge().isEmpty)

    // One byte in front of the write, and one in the last unit.
    for byteOffset: UInt64 in [3_000_000_000, 1_099_511_627_775] {
      try shell("printf z | dd of=\(live) bs=1 seek=\(byteOffset) conv=notrunc status=none")
      let violation = try #require(
        ReplayJudge(evidence: evidence, live: contents).judge().first)
      #expect(violation.rule == .l08)
      #expect(
        violation.title
          == "byte \(byteOffset / 512 * 512) of the device is not what the log says")
      try shell("printf '\\0' | dd of=\(live) bs=1 seek=\(byteOffset) conv=notrunc status=none")
    }
    // What the log has and the device lacks.
    try shell("fallocate -p -o 3221225472 -l 4096 \(live)")
    #expect(
      ReplayJudge(evidence: evidence, live: contents).judge().first?.title
        == "byte 3221225472 of the device is not what the log says")
  }

  /// Holes that do not begin at whole units, and a last unit that is short.
  @Test func theDigestIsThatOfTheBytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("live.img")
    try shell(
      """
      truncate -s 10M \(path); printf abc | dd of=\(path) bs=1 seek=5000000 conv=notrunc status=none
      printf z >> \(path)
      """)
    let bytes = try InputFile.bytes(path)
    #expect(
      LiveContents.region(try MappedFile.map(path)).digest
        == LiveContents.region(ByteRegion(bytes)).digest)
  }
}

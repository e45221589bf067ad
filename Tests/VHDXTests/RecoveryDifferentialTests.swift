import Bytes
import Checking
import Host
import TestSupport
import Testing
import VHDX

/// Our recovery with the mistakes of QEMU 7.2.22 and the real program agree on made-up dirty images,
/// and docs/recovery-differences.md says where both are not what the specification wants.
@Suite struct RecoveryDifferentialTests {
  private static let seedCount =
    Environment.value("POWERCUT_RECOVERY_SEEDS").flatMap(Int.init) ?? 1000
  private static let firstSeed: UInt64 =
    Environment.value("POWERCUT_RECOVERY_FIRST").flatMap(UInt64.init) ?? 1

  @Test func theRealProgramAgreesAndThePageSaysWhereItDiffers() throws {
    let peer = try RecoveryPeer()
    let firstSeed = Self.firstSeed
    var differences = RecoveryDifferences()
    try WorkerPool(jobCount: Processors.count + 1).run(
      indexCount: Self.seedCount,
      work: { index in Result { try RecoveryMeeting(peer, seed: firstSeed + UInt64(index)) } },
      consume: { _, result in
        let meeting = try result.get()
        #expect(meeting.disagreement == nil, "seed \(meeting.seed): \(meeting.text)")
        differences.add(meeting)
        return true
      })
    let page = differences.page
    if Environment.value("POWERCUT_RECOVERY_PAGE") == "write" {
      try OutputFile.write(page, to: Repository.path(RecoveryDifferences.path))
    } else if Self.firstSeed == 1 && Self.seedCount == 1000 {
      #expect(try Repository.text(RecoveryDifferences.path) == page)
    } else {
      print(page)
    }
  }
}

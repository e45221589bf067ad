import Bytes
import Checking
import Host
import TestSupport
import Testing
import VHDX

/// Our recovery with the mistakes of QEMU 7.2.22 and the real program agree on made-up dirty images,
/// and docs/recovery-differences.md says where both are not what the specification wants.
@Suite struct RecoveryDifferentialTests {
  @Test func theRealProgramAgreesAndThePageSaysWhereItDiffers() throws {
    let peer = try RecoveryPeer()
    let seeds = DirtyImagePool.seeds
    let firstSeed = seeds.lowerBound
    var differences = RecoveryDifferences()
    try WorkerPool(jobCount: Processors.count + 1).run(
      indexCount: seeds.count,
      work: { index in Result { try RecoveryMeeting(peer, seed: firstSeed + UInt64(index)) } },
      consume: { _, result in
        let meeting = try result.get()
        #expect(
          meeting.disagreement == nil,
          "\(meeting.disagreement ?? "") in seed \(meeting.seed): \(meeting.text)")
        differences.add(meeting)
        return true
      })
    let page = differences.page
    if Environment.value("POWERCUT_RECOVERY_PAGE") == "write" {
      try OutputFile.write(page, to: Repository.path(RecoveryDifferences.path))
    } else if seeds == 1...300 {
      #expect(try Repository.text(RecoveryDifferences.path) == page)
    } else {
      print(page)
    }
  }
}

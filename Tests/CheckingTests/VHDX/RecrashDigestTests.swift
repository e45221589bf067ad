import Bytes
import CrashStates
import Testing
import VHDX

@testable import Checking
@testable import VHDXJudges

/// Digests and images of recoveries that were cut off, against files that are built.
@Suite struct RecrashDigestTests {
  struct Recovered: CustomTestStringConvertible {
    var profile: RecoveryProfile
    /// States compared at least.
    var stateCount: Int
    var testDescription: String { profile.name }
  }

  /// QEMU writes 80 bytes of a header; the last two change the length twice.
  static let recovered = [
    Recovered(profile: .exact, stateCount: 400),
    Recovered(profile: .qemu7222, stateCount: 200),
    Recovered(profile: .only(.growthCutsOff), stateCount: 400),
    Recovered(profile: .only(.growthEveryEntry), stateCount: 400),
  ]

  @Test(arguments: recovered)
  func digestsAreThoseOfTheFiles(recovered: Recovered) throws {
    let history = try ImageStateCase.rich().history
    let last = history.entryCount
    var stateCount = 0
    for state in [
      CrashState(cut: last), CrashState(cut: last, lost: [last - 3]), CrashState(cut: last - 4),
    ] {
      let first = RecrashFile.first(history, state)
      let image = StateImage(history, state)
      let overlay = OverlayImage(image)
      _ = Recovery(profile: recovered.profile).run(on: overlay)
      let changes = overlay.changes
      let digests = try #require(RecrashDigests(image, changes))
      for cut in RecoveryCuts(RecoverySteps(changes), seed: 5, maximumCount: 10000) {
        let file = RecrashFile(first, cut, of: changes).contents
        let text = "\(CrashState(cut: state.cut, lost: state.lost, recovery: cut))"
        #expect(digests.digest(of: cut) == file.stateDigest, "\(text)")
        #expect(digests.byteCount(of: cut) == file.byteCount, "\(text)")
        stateCount += 1
        if stateCount % 5 != 0 { continue }
        let slow = try RecrashedImage(
          history, state, cut, format: VHDXFormat(recovery: recovered.profile))
        #expect(slow.digest == file.stateDigest, "\(text)")
        #expect(slow.file.byteCount == file.byteCount)
      }
    }
    #expect(stateCount >= recovered.stateCount, "\(stateCount)")
  }

  @Test func aCutBehindTheLastChangeIsRefused() throws {
    let history = try ImageStateCase.careful().history
    let state = CrashState(cut: history.entryCount)
    let error = #expect(throws: CrashStateError.self) {
      _ = try RecrashedImage(history, state, RecoveryCut(cut: 99), format: VHDXFormat())
    }
    #expect(error?.field == "then cut")
    // Nothing to recover: only the cut in front of everything is there.
    let empty = CrashState(cut: 0)
    #expect(throws: CrashStateError.self) {
      _ = try RecrashedImage(history, empty, RecoveryCut(cut: 1), format: VHDXFormat())
    }
    let same = try RecrashedImage(history, empty, RecoveryCut(cut: 0), format: VHDXFormat())
    #expect(same.digest == history.digest(of: empty))
    #expect(same.keptChanges.isEmpty)
  }
}

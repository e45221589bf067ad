import Bytes
import CrashStates
import Testing

/// The crash states of a recovery, listed by hand, and which of them a person may ask for.
@Suite struct RecoveryCutsTests {
  private static let sector = ByteRange(byteOffset: 65536, byteCount: 4096)
  private static let unit = ByteRange(byteOffset: 1 << 20, byteCount: 512)
  private static let steps = RecoverySteps([
    .flush, .write(sector), .write(unit), .flush, .whole, .flush,
  ])

  private static func text(_ cut: RecoveryCut) -> String {
    CrashState(cut: 0, recovery: cut).description.replacing("cut:0 then ", with: "")
  }

  @Test func allStatesAreListedCutByCut() {
    let tears = [
      "prefix:1", "prefix:4", "prefix:7", "suffix:1", "suffix:4", "suffix:7", "hole:1-7",
      "hole:4-5", "mixture:9", "mixture:10",
    ].map { "torn:1:512:\($0)" }
    var expected = ["cut:0", "cut:1", "cut:2", "cut:2 lost:1"]
    expected += tears.map { "cut:2 \($0)" }
    expected += ["cut:3", "cut:3 lost:1", "cut:3 lost:2", "cut:3 lost:1,2"]
    expected += tears.map { "cut:3 \($0)" }
    expected += ["cut:4", "cut:5", "cut:5 lost:4", "cut:6"]
    let cuts = RecoveryCuts(Self.steps, seed: 9, maximumCount: 1000)
    #expect(cuts.map(Self.text) == expected)
    #expect(cuts.totalCount == UInt64(expected.count))
    for cut in cuts { #expect(throws: Never.self) { try Self.steps.check(cut) } }
  }

  static let refused = [
    ("cut:7", "then cut"), ("cut:1 lost:0", "then lost"), ("cut:2 lost:2", "then lost"),
    ("cut:4 lost:1", "then lost"), ("cut:4 torn:1:512:prefix:1", "then torn"),
    ("cut:5 torn:4:512:prefix:1", "then torn"), ("cut:3 torn:2:512:prefix:1", "then torn"),
    ("cut:3 torn:1:512:prefix:8", "then torn"), ("cut:3 torn:1:512:hole:1-9", "then torn"),
    ("cut:3 lost:1 torn:1:512:prefix:1", "then torn"),
  ]

  @Test(arguments: refused)
  func whatCannotBeIsRefused(text: String, field: String) throws {
    let cut = try #require(try CrashState(parsing: "cut:0 then \(text)").recovery)
    let error = #expect(throws: CrashStateError.self) { try Self.steps.check(cut) }
    #expect(error?.field == field)
  }

  /// A log of 400 sectors is replayed in one go: 883,028 states.
  @Test func aLongRecoveryIsSampledEvenly() throws {
    let write = RecoverySteps.Step.write(Self.sector)
    let steps = RecoverySteps(
      [.flush, write, .flush] + [RecoverySteps.Step](repeating: write, count: 400)
        + [.flush, write, .flush])
    let cuts = RecoveryCuts(steps, seed: 1, maximumCount: 2000)
    #expect(cuts.totalCount == 883_028)
    let states = Array(cuts)
    #expect(states.count > 1000 && states.count <= 2500)
    #expect(states == Array(RecoveryCuts(steps, seed: 1, maximumCount: 2000)))
    #expect(states != Array(RecoveryCuts(steps, seed: 2, maximumCount: 2000)))
    for cut in states { try steps.check(cut) }
    // Of every cut something, and those around headers whole.
    let counts = (0...steps.count).map { cut in states.count { $0.cut == cut } }
    #expect(counts.allSatisfy { $0 >= 1 && $0 <= 20 })
    #expect(counts[2] == 12 && counts[405] == 12)
    #expect(states.contains { $0.torn != nil } && states.contains { !$0.lost.isEmpty })
  }

  @Test func ofAVeryLongRecoveryTheEndsAreKept() {
    let steps = RecoverySteps([RecoverySteps.Step](repeating: .whole, count: 20000))
    let cuts = RecoveryCuts(steps, seed: 3, maximumCount: 500).map(\.cut)
    #expect(cuts == cuts.sorted())
    #expect(Set(0..<8).isSubset(of: cuts) && Set(19993...20000).isSubset(of: cuts))
    #expect(cuts.count > 400 && cuts.count <= 600)
    for part in 0..<10 {
      #expect(cuts.contains { $0 / 2000 == part })
    }
  }
}

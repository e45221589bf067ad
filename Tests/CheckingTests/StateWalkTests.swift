import Bytes
import Checking
import CrashStates
import Testing
import WriteLog

/// The one loop over crash states: which are given out, and what is counted.
@Suite struct StateWalkTests {
  private typealias Circumstances = StateWalk.Circumstances

  /// Three names that are made one after the other; nothing is durable.
  private static func recording(
    _ lines: String = "create 1 644 a\ncreate 2 644 b\ncreate 3 644 c\n",
    base: [FolderListing.Name] = []
  ) throws -> Recording {
    try Recording(
      JointLine.list(parsing: lines), base: FolderListing(base), files: [],
      untouched: { _ in false })
  }

  private static func states(_ recording: Recording, _ tiers: [Tier]) -> StateEnumerator {
    StateEnumerator(StateSpace(recording, tiers: tiers, seed: 1), tiers: tiers)
  }

  @Test func aStateThatOneBeforeWasLikeIsCountedAndNotGivenOut() throws {
    let recording = try Self.recording()
    let tiers: [Tier] = [.prefix, .names]
    var walk = StateWalk(recording, tiers: tiers, totalCounts: [4, 6])
    walk.begin(Self.states(recording, tiers))
    var texts: [String] = []
    while let candidate = walk.next(isGoingOn: { _ in true }) {
      #expect(candidate.isDistinct)
      texts.append(recording.text(of: candidate.state))
    }
    // Losing all but the first k names is the folder of cut k.
    #expect(texts == ["cut:0", "cut:1", "cut:2", "cut:3"])
    var judgement = Judgement()
    walk.count(in: &judgement)
    #expect(judgement.stateCount == 10)
    #expect(judgement.judgedStateCount == 4 && judgement.distinctStateCount == 4)
    #expect(judgement.tiers.map(\.stateCount) == [4, 6])
    #expect(judgement.tiers.map(\.distinctStateCount) == [4, 0])
    #expect(judgement.tiers.map(\.totalStateCount) == [4, 6])
    #expect(!judgement.isCutShort)
  }

  /// The same folder is judged again where more was promised by then.
  @Test func otherPromisesMakeAnotherStateOfTheSameBytes() throws {
    let recording = try Self.recording()
    var walk = StateWalk(recording, tiers: [.flushedOnly])
    walk.begin(Self.states(recording, [.flushedOnly]))
    var cuts: [Int] = []
    var distinct: [Bool] = []
    while let candidate = walk.next(
      isGoingOn: { _ in true }, circumstances: { Circumstances(generation: $0 / 2) })
    {
      cuts.append(candidate.state.cut)
      distinct.append(candidate.isDistinct)
    }
    #expect(cuts == [0, 2])
    #expect(distinct == [true, false])
    #expect(walk.judgedStateCount == 2 && walk.distinctStateCount == 1)
  }

  @Test func whatSomebodyEndsIsCutShort() throws {
    let recording = try Self.recording()
    var walk = StateWalk(recording, tiers: [.prefix])
    walk.begin(Self.states(recording, [.prefix]))
    let batch = walk.next(count: 10, isGoingOn: { $0 < 2 })
    #expect(batch.map(\.state.cut) == [0, 1])
    #expect(walk.next(isGoingOn: { _ in true }) == nil)
    var judgement = Judgement()
    walk.count(in: &judgement)
    #expect(judgement.isCutShort && judgement.stateCount == 2)
  }

  /// Of what was there and was not kept nobody knows the contents: no state has it.
  @Test func whatNobodyKnowsIsLeftOutAndSaid() throws {
    let file = FolderListing.Name(path: "a", node: 1, mode: 0o644, kind: .file(byteCount: 5))
    let recording = try Self.recording("rename a b\nunlink b\n", base: [file])
    var walk = StateWalk(recording, tiers: [.prefix])
    walk.begin(Self.states(recording, [.prefix]))
    let batch = walk.next(count: 10, isGoingOn: { _ in true })
    #expect(batch.map(\.state.cut) == [2])
    #expect(walk.stateCount == 1)
    #expect(
      try #require(walk.leftOutReason).hasPrefix("2 states are left out: nobody knows what 'a'"))
  }

  @Test func earlierCutsAreLeftOut() throws {
    let recording = try Self.recording()
    var walk = StateWalk(recording, firstCut: 2)
    walk.begin(Self.states(recording, [.prefix]))
    #expect(walk.next(count: 10, isGoingOn: { _ in true }).map(\.state.cut) == [2, 3])
    #expect(walk.leftOutReason == nil)
  }
}

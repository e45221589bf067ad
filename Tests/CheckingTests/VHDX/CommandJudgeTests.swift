import Bytes
import Checking
import CrashStates
import TestSupport
import Testing
import VHDX
import VHDXJudges

/// What is said of a command's answer, and of the file that it left, by hand-made files.
@Suite struct CommandJudgeTests {
  private let history: DiskHistory
  private let judge: CommandJudge

  init() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0)
    made.write(block: 1)
    history = try made.history
    judge = try CommandJudge(
      ImageCommand(parsing: "fix {image}"), history: history, format: VHDXFormat()
    ) { "replay --state '\($0)'" }
  }

  private func answer(_ status: Int32 = 0, _ errors: String = "") -> CommandAnswer {
    CommandAnswer(
      .exited(status: status), output: CommandOutput([], imagePath: "/tmp/i"),
      errors: CommandOutput(Array(errors.utf8), imagePath: "/tmp/i"))
  }

  private func file(_ state: CrashState) -> OverlayImage {
    let byteCount = history.byteCount(of: state)
    var bytes = SparseBytes(byteCount: byteCount)
    history.copy(ByteRange(byteOffset: 0, byteCount: byteCount), of: state, to: &bytes)
    return OverlayImage(MemoryImage(bytes))
  }

  /// The last cut at which the image needs recovery, and what recovery makes of it.
  private func dirtyState() throws -> (state: CrashState, recovered: OverlayImage) {
    for cut in (0...history.entryCount).reversed() {
      let state = CrashState(cut: cut)
      let overlay = file(state)
      if case .recovered = Recovery().run(on: overlay) { return (state, overlay) }
    }
    throw MissingState()
  }
  private struct MissingState: Error {}

  @Test func aSoundRecoveryIsComparedAndAccepted() throws {
    let (state, recovered) = try dirtyState()
    let judged = judge.judge(state, answer(), left: recovered)
    #expect(judged.verdict == .accepted)
    #expect(judged.isRecoveryCompared)
    #expect(judged.violations.isEmpty, "\(judged.violations)")
  }

  @Test func otherHeadersAreNoDifference() throws {
    let (state, recovered) = try dirtyState()
    var current = try HeaderPair(reading: recovered).current(fileByteCount: recovered.byteCount)
    let write = try current.updated(HeaderChange(fileWriteGUID: GUID(low: 77, high: 78)))
    recovered.write(write.bytes, at: write.byteOffset)
    current = write.current
    #expect(judge.judge(state, answer(), left: recovered).violations.isEmpty)
  }

  @Test func oneOtherByteBreaksX04() throws {
    let (state, recovered) = try dirtyState()
    let place = ImageTraceLog.blockTable + 9
    let found = recovered.read(ByteRange(byteOffset: place, byteCount: 1))
    recovered.write([found[0] ^ 0x10], at: place)
    let judged = judge.judge(state, answer(), left: recovered)
    #expect(judged.violations.map(\.rule) == [.x04])
    let violation = try #require(judged.violations.first)
    #expect(violation.state == state)
    #expect(violation.title.contains("'fix {image}' leaves other bytes from \(place) on"))
    #expect(violation.evidence.contains("at byte \(place): BAT entry 1 (block 1)"))
    #expect(violation.evidence.last == "the image: replay --state '\(state)'")
  }

  @Test func anotherLengthBreaksX04() throws {
    let (state, recovered) = try dirtyState()
    recovered.resize(toByteCount: recovered.byteCount + (1 << 20))
    let judged = judge.judge(state, answer(), left: recovered)
    #expect(judged.violations.map(\.rule) == [.x04])
  }

  /// Reading a hole of a mapped file makes some file systems fill it.
  @Test func holesOfTheCopyAreNotRead() throws {
    let (state, recovered) = try dirtyState()
    let left = HoleyImage(recovered)
    let judged = judge.judge(state, answer(), left: left)
    #expect(judged.isRecoveryCompared && judged.violations.isEmpty)
    #expect(left.readHoleCount == 0)
  }

  @Test func aCopyThatIsStillDirtyOrUnchangedIsNotCompared() throws {
    let (state, _) = try dirtyState()
    let untouched = judge.judge(state, answer(), left: file(state))
    #expect(!untouched.isRecoveryCompared && untouched.violations.isEmpty)
    let scratched = file(state)
    scratched.write([1, 2, 3], at: ImageTraceLog.firstBlock + 5)
    #expect(!judge.judge(state, answer(), left: scratched).isRecoveryCompared)
    #expect(!judge.judge(state, answer(), left: nil).isRecoveryCompared)
  }

  /// Both where something stands and where every state is known to be zero.
  @Test(
    arguments: [
      (3 << 20, "BAT entry 0 (block 0)"), (1_700_001, "log, at its byte 651264"),
      ((2 << 20) + 8, "metadata table"), ((4 << 20) - 1, "BAT region behind the last entry"),
    ] as [(UInt64, String)])
  func aCleanImageThatIsChangedBreaksX04(place: UInt64, structure: String) throws {
    let state = CrashState(cut: 0)
    let left = file(state)
    let found = left.read(ByteRange(byteOffset: place, byteCount: 1))
    left.write([found[0] ^ 1], at: place)
    let judged = judge.judge(state, answer(), left: left)
    #expect(judged.violations.map(\.rule) == [.x04])
    let evidence = try #require(judged.violations.first?.evidence)
    #expect(evidence.contains("at byte \(place): \(structure)"), "\(evidence)")
  }

  @Test func repairingWhatOurRecoveryRefusesBreaksX02() throws {
    // A log GUID and no entry: the specification refuses (rule R02).
    var made = ImageStateCase()
    try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(9)))
    let history = try made.history
    let strict = CommandJudge(judge.command, history: history, format: VHDXFormat()) { _ in "" }
    let lax = CommandJudge(judge.command, history: history, format: VHDXFormat(recovery: .qemu7222))
    { _ in "" }
    let state = CrashState(cut: history.entryCount)
    let repaired = MemoryImage(ImageTraceLog.layout)
    let judged = strict.judge(state, answer(), left: repaired)
    #expect(judged.violations.map(\.rule) == [.x02])
    #expect(judged.violations.first?.title.contains("our recovery (exact) refuses") == true)
    #expect(lax.judge(state, answer(), left: repaired).violations.allSatisfy { $0.rule != .x02 })
  }

  @Test func aBadAnswerBreaksX03WithItsLastLines() throws {
    let lines = (1...20).map { "line \($0)" }.joined(separator: "\n")
    let judged = judge.judge(CrashState(cut: 3), answer(3, lines + "\n\u{1b}[2Jend\n"), left: nil)
    let violation = try #require(judged.violations.first)
    #expect(violation.rule == .x03)
    #expect(violation.title == "'fix {image}' exits with 3")
    #expect(
      violation.evidence
        == (14...20).map { "stderr: line \($0)" } + ["stderr: ?[2Jend"]
        + ["the image: replay --state 'cut:3'"])
  }

  @Test func aFileThatABadAnswerLeftIsNotCompared() throws {
    let (state, recovered) = try dirtyState()
    recovered.resize(toByteCount: 1 << 20)
    #expect(judge.judge(state, answer(3), left: recovered).violations.map(\.rule) == [.x03])
  }

  @Test func theTallyKeepsTheFirstAndCountsTheOthers() throws {
    var tally = CommandTally(judge.command)
    for (cut, status) in [(0, 3), (1, 3), (2, 3), (4, 0), (5, 125)] as [(Int, Int32)] {
      let state = CrashState(cut: cut)
      tally.add(judge.judge(state, answer(status), left: nil), of: state)
    }
    #expect(tally.violations.count == 1)
    #expect(tally.violations.first?.state == CrashState(cut: 0))
    #expect(tally.violations.first?.repeatCount == 2)
    #expect(
      tally.counts.note
        == "command 'fix {image}': 5 distinct states, 1 accepted, 1 skipped (exit 125), "
        + "0 need recovery first, 3 broken")
  }
}

/// A file whose zero pages are holes; counts those that are read.
private final class HoleyImage: ImageFile {
  private static let pageByteCount: UInt64 = 4096
  private let bytes: [UInt8]
  private(set) var readHoleCount = 0

  init(_ file: any ImageFile) {
    bytes = file.read(ByteRange(byteOffset: 0, byteCount: file.byteCount))
  }

  var byteCount: UInt64 { UInt64(bytes.count) }

  func read(_ range: ByteRange) -> [UInt8] {
    let pages =
      range.byteOffset / Self.pageByteCount...(range.endByteOffset - 1) / Self.pageByteCount
    readHoleCount += pages.count { isHole($0) }
    return Array(bytes[Int(range.byteOffset)..<Int(range.endByteOffset)])
  }

  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    let page = byteOffset / Self.pageByteCount
    guard isHole(page) else { return 0 }
    return min((page + 1) * Self.pageByteCount, byteCount) - byteOffset
  }

  private func isHole(_ page: UInt64) -> Bool {
    let start = Int(page * Self.pageByteCount)
    return bytes[start..<min(start + Int(Self.pageByteCount), bytes.count)].allSatisfy { $0 == 0 }
  }
}

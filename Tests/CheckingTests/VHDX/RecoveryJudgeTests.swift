import Bytes
import Checking
import Rules
import Testing
import VHDX
import VHDXJudges

/// What a recovery did to one dirty image, made up by hand, and the rules that it breaks.
@Suite struct RecoveryJudgeTests {
  private static let guid = GUID(low: 5, high: 6)
  private static let target: UInt64 = 8 << 20

  /// A log of one entry that puts a sector of 0xab at 8 MiB, beyond the end of the file.
  private let before: MemoryImage

  init() throws {
    let identity = ImageIdentity(
      fileWriteGUID: GUID(low: 1, high: 1), dataWriteGUID: GUID(low: 2, high: 2),
      virtualDiskID: GUID(low: 3, high: 3))
    let layout = try VHDXLayout(virtualDiskByteCount: 64 << 20, identity: identity)
    before = MemoryImage(layout)
    try Self.setLogGUID(Self.guid, in: before)
    let entry = LogEntry(
      logGUID: Self.guid, sequenceNumber: 7, tailByteOffset: 0, flushedByteCount: 1 << 20,
      lastByteCount: 9 << 20,
      updates: [.data([UInt8](repeating: 0xab, count: 4096), fileByteOffset: Self.target)])
    before.write(entry.encode(), at: 1 << 20)
  }

  private static func setLogGUID(_ guid: GUID, in file: MemoryImage) throws {
    var current = try HeaderPair(reading: file).current(fileByteCount: file.byteCount)
    for _ in 0..<2 {
      let write = try current.updated(HeaderChange(logGUID: guid))
      file.write(write.bytes, at: write.byteOffset)
      current = write.current
    }
  }

  private func recovered() -> OverlayImage {
    let file = OverlayImage(before)
    _ = Recovery().run(on: file)
    return file
  }

  private func rules(
    _ after: any ImageFile, _ answer: RecoveryObservation.Answer = .opened,
    changes: [ImageChange]? = nil, isReadOnly: Bool = false
  ) -> [Rule] {
    RecoveryJudge().judge(
      before: before,
      RecoveryObservation(
        answer: answer, after: after, changes: changes, isReadOnly: isReadOnly)
    ).map(\.rule)
  }

  @Test func theRightResultBreaksNothingWithAndWithoutItsChanges() {
    let file = recovered()
    #expect(rules(file) == [])
    #expect(rules(file, changes: file.changes) == [])
  }

  @Test func lostTrailingBytesAreNamedWithTheirPlace() {
    let file = recovered()
    file.write([0, 0, 0, 0], at: Self.target + 4092)
    let violations = RecoveryJudge().judge(
      before: before, RecoveryObservation(answer: .opened, after: file))
    #expect(violations.map(\.rule) == [.r07])
    #expect(violations.first?.title.contains("\(Self.target)") == true)
    #expect(
      violations.first?.evidence.contains {
        $0.contains("byte \(Self.target + 4092): expected ab ab ab ab, found 00 00 00 00")
      } == true)
  }

  @Test func whatIsMissingBehindTheEndIsNamed() {
    let file = recovered()
    file.zero(ByteRange(byteOffset: Self.target, byteCount: 4096))
    #expect(rules(file) == [.r05])
    file.resize(toByteCount: Self.target)
    #expect(rules(file) == [.r05, .r06])
  }

  @Test func bytesFromNowhereAndAnotherLengthAreNamed() {
    let file = recovered()
    file.write([UInt8](repeating: 1, count: 4096), at: Self.target)
    #expect(rules(file) == [.r04])
    let longer = recovered()
    longer.resize(toByteCount: 10 << 20)
    #expect(rules(longer) == [.r06])
  }

  @Test func aSlotThatReplayLeftAsItWasIsNamed() throws {
    let file = recovered()
    let current = try HeaderPair(reading: file).current(fileByteCount: file.byteCount)
    let other = current.slot.other.byteOffset
    file.write(before.read(ByteRange(byteOffset: other, byteCount: 4096)), at: other)
    #expect(rules(file) == [.h18])
  }

  /// Replay puts into place what the guest wrote before: nothing that it sees is new.
  @Test func anotherDataWriteGUIDAfterReplayIsNamed() {
    let file = recovered()
    for slot in HeaderSlot.allCases {
      file.write([0xee], at: slot.byteOffset + 32)
      ImageCase.seal(file, at: slot.byteOffset, byteCount: 4096)
    }
    #expect(rules(file) == [.h15])
  }

  /// Two headers of one number, and a current one of another version.
  @Test func anImageWithoutAHeaderThatCountsMustNotOpen() throws {
    let number = before.read(ByteRange(byteOffset: 65536 + 8, byteCount: 8))
    Self.patch(before, at: 131_072 + 8, number)
    #expect(rules(before) == [.h04])
    #expect(rules(before, .refused("two headers of one number")) == [])
    #expect(rules(before, .neverEnded) == [.d09])
    Self.patch(before, at: 131_072 + 8, [0xff])
    #expect(rules(before, .refused("")) == [.d09])
    Self.patch(before, at: 131_072 + 66, [2, 0])
    #expect(rules(before) == [.h05])
  }

  /// Changes a header and its checksum.
  private static func patch(_ file: MemoryImage, at byteOffset: UInt64, _ bytes: [UInt8]) {
    file.write(bytes, at: byteOffset)
    ImageCase.seal(file, at: byteOffset / 65536 * 65536, byteCount: 4096)
  }

  @Test func answersThatMustNotBeGivenAreNamed() throws {
    #expect(rules(before, .refused("no")) == [.d09])
    #expect(rules(before, .neverEnded) == [.d09])
    #expect(rules(before, .crashed("signal 11")) == [.d09])
    #expect(rules(before, .refused("read-only"), isReadOnly: true) == [])
    #expect(rules(recovered(), isReadOnly: true) == [.r12])
  }

  /// Length and headers are as they were; a read-only opening that leaves the file alone is fine.
  @Test func aReadOnlyOpeningThatChangesAByteIsNamed() {
    let file = OverlayImage(before)
    #expect(rules(file, isReadOnly: true) == [])
    file.write([1], at: 2 << 20)
    #expect(rules(file, isReadOnly: true) == [.r12])
  }

  /// The entry's sector was put in its place, and then the image was refused.
  @Test func aRecoveryThatGivesUpInTheMiddleIsNamed() {
    let file = recovered()
    #expect(rules(file, .refused("no")).contains(.r11))
    #expect(!rules(before, .refused("no")).contains(.r11))
  }

  /// The log promises a longer file than there is: right to refuse, but not after a change.
  @Test func aFileThatIsTooShortIsRefusedBeforeItIsChanged() {
    let entry = LogEntry(
      logGUID: Self.guid, sequenceNumber: 7, tailByteOffset: 0, flushedByteCount: 64 << 20,
      lastByteCount: 64 << 20,
      updates: [.data([UInt8](repeating: 0xab, count: 4096), fileByteOffset: 2 << 20)])
    before.write(entry.encode(), at: 1 << 20)
    #expect(rules(before, .refused("too short")) == [])
    let file = OverlayImage(before)
    file.write([UInt8](repeating: 0xab, count: 4096), at: 2 << 20)
    #expect(rules(file, .refused("too short")).contains(.r03))
  }

  @Test func aBrokenLogThatOpensAndAnEmptyOneThatIsReplayedAreNamed() throws {
    let replayed = recovered()
    before.write([0], at: 1 << 20)
    #expect(rules(before) == [.r02])
    let clean = MemoryImage(before.contents)
    try Self.setLogGUID(.zero, in: clean)
    let file = OverlayImage(clean)
    file.write([UInt8](repeating: 0xab, count: 4096), at: Self.target)
    let violations = RecoveryJudge().judge(
      before: clean, RecoveryObservation(answer: .opened, after: file))
    #expect(violations.map(\.rule).contains(.r01))
    #expect(replayed.byteCount == 9 << 20)
  }

  @Test func anotherOrderOfChangesIsNamed() {
    let right = recovered().changes
    let headerCount = 4
    let late = Array(right[headerCount...] + right[..<headerCount])
    let file = OverlayImage(before)
    for change in late { file.repeatChange(change) }
    #expect(rules(file, changes: late).contains(.h13))
    let stray = Array(right[..<headerCount]) + [.write(byteOffset: 3 << 20, bytes: [0]), .flush]
    let other = OverlayImage(before)
    for change in stray + right[headerCount...] { other.repeatChange(change) }
    #expect(rules(other, changes: other.changes).contains(.r08))
    let unflushed = right.enumerated().filter { $0.offset < 4 || $0.element != .flush }.map(
      \.element)
    let third = OverlayImage(before)
    for change in unflushed { third.repeatChange(change) }
    let broken = rules(third, changes: unflushed)
    #expect(broken.contains(.r10) && broken.contains(.d08))
  }
}

extension OverlayImage {
  fileprivate func repeatChange(_ change: ImageChange) {
    switch change {
    case .write(let byteOffset, let bytes): write(bytes, at: byteOffset)
    case .zero(let range): zero(range)
    case .resize(let byteCount): resize(toByteCount: byteCount)
    case .flush: flush()
    }
  }
}

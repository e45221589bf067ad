import Bytes
import Checking
import CrashStates
import Rules
import Testing
import VHDX

/// The rules of what opening a crash state does: each has a log that breaks it, and one as like it as
/// can be that does not.
@Suite struct ImageStateRulesTests {
  @Test func aCarefulWriterBreaksNothing() throws {
    var made = try ImageStateCase.careful()
    try made.close()
    made.image.goOn = { _ in nil }
    let judgement = try made.judgement()
    #expect(judgement.violations == [])
    #expect(
      Set(judgement.judgedRules).isSuperset(of: [.s05, .s06, .s08, .d01, .d06, .d08, .d09, .d10]))
    #expect(judgement.distinctStateCount > judgement.entryCount / 2)
  }

  /// The window that the literal order of 2.3.2 leaves: the headers name a log that is not there yet.
  @Test func aLogGuidWithoutAnEntryBreaksS05AndD09() throws {
    var made = ImageStateCase()
    try made.log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let named = try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    made.log.entry(tail: 0)
    made.log.flush()
    made.write(block: 0)
    try made.close()
    let violations = try made.judgement().violations
    let missing = try #require(violations.first { $0.rule == .s05 })
    // The judge of the log's order names the header first; the states repeat it.
    #expect(missing.entries.first == named)
    #expect(missing.repeatCount > 0)
    let refused = try #require(violations.first { $0.rule == .d09 })
    #expect(refused.state == CrashState(cut: named + 1))
    let rules = Set(violations.map(\.rule))
    #expect(rules.isDisjoint(with: [.d01, .d03, .d06, .d08]))
  }

  /// With the mistake that opens such an image S05 stays, for it is the writer that broke it.
  @Test func aRecoveryThatOpensTheWindowLeavesItToS05() throws {
    var made = ImageStateCase()
    try made.log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    made.image.recovery.bugs = [.opensWithoutSequence]
    let rules = Set(try made.judgement().violations.map(\.rule))
    #expect(rules.contains(.s05))
    #expect(!rules.contains(.d09))
    #expect(rules.contains(.r02))
  }

  /// Recovery cuts the file off after its headers: it says that it is done, and opens nothing again.
  @Test func aRecoveryThatCannotBeRepeatedBreaksD08() throws {
    for bug in [RecoveryBug?.none, .growthOverflow] {
      var made = ImageStateCase()
      try made.log.open()
      made.log.entry(last: 0xffff_ffff_ffff_f000)
      made.log.flush()
      if let bug { made.image.recovery = .only(bug) }
      let rules = Set(try made.judgement([.prefix]).violations.map(\.rule))
      #expect(rules.contains(.d08) == (bug != nil), "\(rules)")
    }
  }

  @Test func anImageThatIsNotCreatedYetIsNotRefused() throws {
    var made = ImageStateCase()
    let complete = made.log.base
    made.log.base = MemoryImage(SparseBytes(byteCount: complete.byteCount))
    for byteOffset in stride(from: UInt64(0), to: complete.byteCount, by: 1 << 16) {
      made.log.write(
        complete.read(ByteRange(byteOffset: byteOffset, byteCount: 1 << 16)), at: byteOffset)
    }
    made.log.flush()
    let judgement = try made.judgement([.prefix])
    #expect(!judgement.violations.map(\.rule).contains(.d09))
    // Of what is no image to begin with the order of writes cannot be judged.
    #expect(Set(judgement.judgedRules).isDisjoint(with: [.s06, .s08]))
    #expect(judgement.unjudgedRules.contains { $0.rule == .s08 })
  }

  @Test func aCloseThatLeavesItsLogBreaksD06() throws {
    for isClean in [true, false] {
      var made = try ImageStateCase.careful()
      try made.close(isClean: isClean)
      let violations = try made.judgement().violations.filter { $0.rule == .d06 }
      #expect(violations.count == (isClean ? 0 : 1))
      #expect(violations.allSatisfy { $0.state == CrashState(cut: made.log.next) })
      #expect(violations.allSatisfy { $0.title.hasPrefix("after a clean close") })
    }
  }

  /// Only the first block's entry is ever logged: its later write is acknowledged, closed, and gone.
  @Test func aBlockThatNoTableNamesAfterACloseBreaksD06() throws {
    var made = try ImageStateCase.careful()
    made.log.home(blockCount: 1)
    try made.close()
    let broken = try made.judgement([.prefix]).violations.filter { $0.rule == .d06 }
    #expect(broken.first?.operations == [1, 99])
    #expect(broken.first?.title.contains("byte 1048576 holds zeroes") == true)
  }

  /// A block disappears from the table: what that breaks is what the client was told of its write.
  @Test(arguments: [(false, false, nil), (false, true, Rule.d01), (true, false, .d05)])
  func aBlockThatDisappearsBreaksWhatWasPromised(
    isFUA: Bool, isFlushed: Bool, rule: Rule?
  ) throws {
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0, isFUA: isFUA)
    try made.log.headers(HeaderChange(logGUID: .zero))
    if isFlushed { made.flush() }
    made.log.home(blockCount: 0)
    let broken = try made.judgement([.prefix]).violations.filter { $0.rule.rawValue.hasPrefix("D") }
    #expect(broken.map(\.rule) == (rule.map { [$0] } ?? []))
    #expect(
      broken.allSatisfy { $0.operations.first == 0 && $0.state == CrashState(cut: made.log.next) })
    #expect(broken.allSatisfy { $0.title.hasPrefix("byte 0 holds zeroes, and must hold write #0") })
  }

  @Test func aForeignSectorInANewBlockBreaksD03() throws {
    var made = try ImageStateCase.careful()
    made.log.write(ImageTraceLog.sector(0x77), at: ImageTraceLog.firstBlock + 8192)
    try made.close()
    let broken = try made.judgement([.prefix]).violations.filter { $0.rule == .d03 }
    #expect(broken.first?.title == "byte 8192 holds other bytes, which no operation wrote there")
  }

  @Test func whatGoesOnIsAskedAndBelieved() throws {
    var made = try ImageStateCase.careful()
    try made.close()
    #expect(try !made.judgement([.prefix]).judgedRules.contains(.d10))
    made.image.goOn = { image in
      // It is given the structures of each kind of state: the file type identifier is there.
      image.read(ByteRange(byteOffset: 0, byteCount: 8)) == Array("vhdxfile".utf8)
        ? "it does not go on" : nil
    }
    let broken = try made.judgement([.prefix]).violations
    #expect(broken.map(\.rule) == [.d10])
    #expect(broken.first?.title == "it does not go on")
  }

  /// Only the states after the second block came fail: same outcome, other blocks.
  @Test func whatGoesOnIsAskedForEachSetOfBlocks() throws {
    var made = try ImageStateCase.careful()
    try made.close()
    made.image.goOn = { image in
      let entry = image.read(ByteRange(byteOffset: ImageTraceLog.blockTable + 8, byteCount: 8))
      return entry == [UInt8](repeating: 0, count: 8) ? nil : "two blocks are too many"
    }
    let broken = try made.judgement([.prefix]).violations
    #expect(broken.map(\.rule) == [.d10])
  }
}

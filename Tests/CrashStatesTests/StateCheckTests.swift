import Bytes
import Testing
import WriteLog

@testable import CrashStates

/// A state from outside is refused where the log cannot have it, with the entry that is in the way.
@Suite struct StateCheckTests {
  /// Entries 3 and 4 were in flight together and when the flush 5 completed, so was 6; 7 was submitted
  /// after it. 8 is a FUA write, 9 was in flight when that completed, 10 was not.
  private static func log() -> TestLog {
    var log = TestLog()
    let wide = [UInt8](repeating: 1, count: 2048)
    log.write(at: 0, wide, timing: .init(1, 2))
    log.flush(timing: .init(3, 4))
    log.mark("pc1 begin 1 flush", timing: .init(5, 5))
    log.write(at: 0, wide, timing: .init(6, 10))
    log.write(at: 1024, wide, timing: .init(7, 11))
    log.flush(timing: .init(8, 12))
    log.write(at: 2048, wide, timing: .init(9, 13))
    log.write(at: 2048, wide, timing: .init(14, 15))
    log.write(at: 8192, wide, flags: TestLog.fua, timing: .init(16, 18))
    log.write(at: 0, wide, timing: .init(17, 19))
    log.write(at: 4096, wide, timing: .init(20, 21))
    log.discard(0..<512, timing: .init(22, 23))
    log.write(at: 1024, [UInt8](repeating: 2, count: 512), timing: .init(24, 25))
    return log
  }

  private static func history() throws -> DiskHistory {
    try DiskHistory(index: log().index, base: nil, initialByteCount: 16384)
  }

  @Test(arguments: [
    "cut:13", "cut:4 lost:3", "cut:8 lost:6,7", "cut:5 torn:3:512:prefix:3", "cut:5 early:4@3",
    "cut:5 lost:3,4", "cut:5 lost:3 early:6@5", "cut:5 early:6@5", "cut:5 early:6@4",
    "cut:5 early:6@5 torn:6:512:hole:1-3", "cut:5 lost:3,4 torn:6:512:suffix:1 early:6@5",
    "cut:8 lost:6,7 early:9@8", "cut:8 early:8@8,9@8", "cut:9 early:9@8", "cut:10 early:9@8",
    "cut:13 lost:11 torn:10:1024:suffix:1", "cut:10 torn:9:512:mixture:7",
  ])
  func whatTheLogCanHaveIsTaken(text: String) throws {
    try Self.history().check(CrashState(parsing: text))
  }

  struct Impossible: CustomTestStringConvertible, Sendable {
    var text: String
    var field: String
    var found: String
    var reason: String
    var testDescription: String { "\(text): \(reason)" }

    init(_ text: String, _ field: String, _ found: String, _ reason: String) {
      (self.text, self.field, self.found, self.reason) = (text, field, found, reason)
    }
  }

  static let impossible = [
    Impossible("cut:14", "cut", "14", "behind the last entry"),
    Impossible("cut:3 lost:0", "lost", "0", "a flush covered it"),
    Impossible("cut:3 lost:1", "lost", "1", "a flush is no change"),
    Impossible("cut:3 lost:2", "lost", "2", "a mark is no change"),
    Impossible("cut:4 lost:4", "lost", "4", "it is behind the cut"),
    Impossible("cut:13 lost:99", "lost", "99", "there is no such entry"),
    Impossible("cut:9 lost:8", "lost", "8", "FUA made it durable"),
    Impossible("cut:3 torn:0:512:prefix:1", "torn", "0", "a flush covered it"),
    Impossible("cut:9 torn:8:512:prefix:1", "torn", "8", "FUA made it durable"),
    Impossible("cut:4 torn:4:512:prefix:1", "torn", "4", "it is behind the cut"),
    Impossible("cut:13 torn:99:512:prefix:1", "torn", "99", "there is no such entry"),
    Impossible("cut:4 lost:3 torn:3:512:prefix:1", "torn", "3", "it is lost as a whole"),
    Impossible("cut:12 torn:11:512:prefix:1", "torn", "11", "it is no write"),
    Impossible("cut:4 torn:3:512:prefix:4", "torn", "prefix:4", "that is all of it"),
    Impossible("cut:4 torn:3:512:prefix:0", "torn", "prefix:0", "that is nothing of it"),
    Impossible("cut:4 torn:3:512:suffix:5", "torn", "suffix:5", "it has four units"),
    Impossible("cut:4 torn:3:512:suffix:0", "torn", "suffix:0", "that is nothing of it"),
    Impossible("cut:4 torn:3:512:hole:0-4", "torn", "hole:0-4", "that is nothing of it"),
    Impossible("cut:4 torn:3:512:hole:3-5", "torn", "hole:3-5", "it has four units"),
    Impossible("cut:4 torn:3:4096:prefix:1", "torn", "prefix:1", "it lies in one unit"),
    Impossible("cut:13 torn:12:512:mixture:1", "torn", "mixture:1", "it is one unit"),
    Impossible("cut:4 early:7@4", "early", "7@4", "it was submitted behind a flush"),
    Impossible("cut:9 early:10@9,10@8", "early", "10@8", "the effects are out of order"),
    Impossible("cut:8 early:10@8", "early", "10@8", "it was submitted behind a FUA write"),
    Impossible("cut:8 early:7@6", "early", "7@6", "it was submitted behind what it covers"),
    Impossible("cut:4 early:6@5", "early", "6@5", "it takes effect behind the cut"),
    Impossible("cut:5 early:3@4", "early", "3@4", "it is before the other one anyway"),
    Impossible("cut:5 early:3@3", "early", "3@3", "it does not overtake itself"),
    Impossible("cut:5 early:5@5", "early", "5@5", "a flush is no change"),
    Impossible("cut:13 early:99@5", "early", "99@5", "there is no such entry"),
    Impossible("cut:5 early:4@3,4@3", "early", "4@3", "it took effect once"),
    Impossible("cut:10 lost:8 early:8@7", "lost", "8", "it is FUA, and the cut is behind it"),
    Impossible("cut:6 lost:4 early:4@3", "lost", "4", "the flush behind it covers it"),
    Impossible("cut:6 torn:4:512:prefix:1 early:4@3", "torn", "4", "the flush behind covers it"),
  ]

  @Test(arguments: impossible)
  func whatTheLogCannotHaveIsRefused(example: Impossible) throws {
    do {
      try Self.history().check(CrashState(parsing: example.text))
      Issue.record("\(example.text) was taken: \(example.reason)")
    } catch let error as CrashStateError {
      #expect(error.field == example.field)
      #expect(error.found.contains(example.found), "\(error)")
      #expect(!error.expected.isEmpty && !error.hint.isEmpty)
    }
  }

  /// Negative numbers do not come from text.
  @Test func numbersBelowZeroAreRefused() throws {
    let history = try Self.history()
    let states = [
      CrashState(cut: -1), CrashState(cut: 4, lost: [-1]),
      CrashState(cut: 4, torn: Tear(entryIndex: -1, unitByteCount: 512, shape: .prefix(1))),
      CrashState(cut: 4, early: [EarlyEntry(entryIndex: -1, beforeEntryIndex: -1)]),
      CrashState(cut: 4, early: [EarlyEntry(entryIndex: 6, beforeEntryIndex: -1)]),
    ]
    for state in states {
      #expect(throws: CrashStateError.self) { try history.check(state) }
    }
  }
}

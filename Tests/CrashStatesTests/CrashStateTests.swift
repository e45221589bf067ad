import CrashStates
import Testing

@Suite struct CrashStateTests {
  @Test func aStateIsReadAndPrinted() throws {
    #expect(try CrashState(parsing: "cut:37") == CrashState(cut: 37))
    #expect(try CrashState(parsing: "cut:37 lost:35,36") == CrashState(cut: 37, lost: [35, 36]))
    #expect(try CrashState(parsing: "cut:37 lost:36,35") == CrashState(cut: 37, lost: [35, 36]))
    #expect(CrashState(cut: 0).description == "cut:0")
    #expect(CrashState(cut: 37, lost: [35, 36]).description == "cut:37 lost:35,36")
  }

  static let texts: [(String, CrashState)] = [
    (
      "cut:37 torn:34:512:prefix:3",
      CrashState(cut: 37, torn: Tear(entryIndex: 34, unitByteCount: 512, shape: .prefix(3)))
    ),
    (
      "cut:37 lost:1 torn:34:4096:suffix:2",
      CrashState(
        cut: 37, lost: [1], torn: Tear(entryIndex: 34, unitByteCount: 4096, shape: .suffix(2)))
    ),
    (
      "cut:37 torn:34:512:hole:1-3",
      CrashState(cut: 37, torn: Tear(entryIndex: 34, unitByteCount: 512, shape: .hole(1..<3)))
    ),
    (
      "cut:37 torn:34:512:mixture:18446744073709551615",
      CrashState(cut: 37, torn: Tear(entryIndex: 34, unitByteCount: 512, shape: .mixture(.max)))
    ),
    (
      "cut:37 early:40@37,39@37",
      CrashState(
        cut: 37,
        early: [
          EarlyEntry(entryIndex: 40, beforeEntryIndex: 37),
          EarlyEntry(entryIndex: 39, beforeEntryIndex: 37),
        ])
    ),
    (
      "cut:37 lost:2 torn:40:512:prefix:1 early:40@37 then cut:4 lost:0,2 torn:3:512:prefix:1",
      CrashState(
        cut: 37, lost: [2], torn: Tear(entryIndex: 40, unitByteCount: 512, shape: .prefix(1)),
        early: [EarlyEntry(entryIndex: 40, beforeEntryIndex: 37)],
        recovery: RecoveryCut(
          cut: 4, lost: [0, 2], torn: Tear(entryIndex: 3, unitByteCount: 512, shape: .prefix(1))))
    ),
  ]

  @Test(arguments: texts)
  func everyWordIsReadAndPrinted(text: String, state: CrashState) throws {
    #expect(state.description == text)
    #expect(try CrashState(parsing: text) == state)
  }

  @Test(arguments: AnyStateTests.cases)
  func everyStateOfALogIsReadAsItWasPrinted(example: AnyStateTests.Case) throws {
    let history = try example.history(example.log)
    for (_, state) in example.states(history, perTier: 200) {
      #expect(try CrashState(parsing: "\(state)") == state)
      #expect(throws: Never.self) { try history.check(state, origin: example.origin) }
    }
  }

  @Test(arguments: [
    "", "37", "cut:", "cut:-1", "cut:+1", "cut:1 lost:", "cut:3 lost:1,", "cut:3 lost:1,,2",
    "cut:3 lost:x", "cut:3 lost:1 2", "lost:1 cut:3", "cut:99999999999999999999",
    "cut:3 lost:1 lost:2", "cut:3 lost", "cut:3 broken:1", "cut:3 early:4", "cut:3 early:4@",
    "cut:3 early:@3", "cut:3 early:4@3@2", "cut:3 early:-4@3", "cut:3 early:4@3,", "cut:3 then",
    "then cut:1", "cut:3 then lost:1", "cut:3 then cut:1 then cut:1", "cut:3 cut:3",
    "cut:3, lost:1",
  ])
  func anotherFormIsRefused(text: String) {
    expectRefusal(text, field: "state", found: "'\(text)'", hint: "N is how many")
  }

  @Test(arguments: [
    "", "34", "34:512", "34:512:prefix", "34:512:prefix:", "34:512:prefix:1:2", "x:512:prefix:1",
    "-1:512:prefix:1", "34:511:prefix:1", "34:0:prefix:1", "34:100:prefix:1", "34:512:Prefix:1",
    "34:512:prefix:-1", "34:512:hole:1", "34:512:hole:3-3", "34:512:hole:3-1", "34:512:hole:1-2-3",
    "34:512:hole:-", "34:512:mixture:-1", "34:512:mixture:18446744073709551616",
    "34:512:mixture:+1",
    "34:512:middle:1",
  ])
  func aTearOfAnotherFormIsRefused(text: String) {
    expectRefusal(
      "cut:37 torn:\(text)", field: "torn", found: "'\(text)'", hint: "multiple of 512")
  }

  @Test func anEntryThatIsLostTwiceIsNamed() {
    expectRefusal("cut:3 lost:2,1,2", field: "lost", found: "2 twice", hint: "Take one")
  }

  @Test func recoveryHasNoEarlyEntries() {
    expectRefusal(
      "cut:3 then cut:2 early:2@1", field: "early", found: "then cut:2", hint: "one change after")
  }

  @Test func aLongTextIsNotRepeatedWhole() throws {
    do {
      _ = try CrashState(parsing: String(repeating: "x", count: 100_000))
      Issue.record("it was taken")
    } catch {
      #expect(error.description.utf8.count < 400)
    }
  }

  private func expectRefusal(
    _ text: String, field: String, found: String, hint: String
  ) {
    do {
      let state = try CrashState(parsing: text)
      Issue.record("'\(text)' was taken as \(state)")
    } catch {
      #expect(error.field == field)
      #expect(!error.expected.isEmpty)
      #expect(error.found.contains(found), "\(error)")
      #expect(error.hint.contains(hint), "\(error)")
      #expect(error.description.contains(error.hint))
    }
  }
}

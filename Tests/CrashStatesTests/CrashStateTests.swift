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

  @Test(arguments: [
    "", "37", "cut:", "cut:-1", "cut:+1", "cut:1 lost:", "cut:3 lost:1,", "cut:3 lost:1,,2",
    "cut:3 lost:x", "cut:3 lost:1 2", "lost:1 cut:3", "cut:3 lost:1,1", "cut:99999999999999999999",
  ])
  func anotherFormIsRefused(text: String) {
    #expect(throws: CrashStateError.self) { try CrashState(parsing: text) }
  }

  @Test(arguments: [
    "cut:5", "cut:18446744073709551", "cut:4 lost:0", "cut:4 lost:1", "cut:4 lost:4",
    "cut:4 lost:3", "cut:1 lost:1",
  ])
  func aStateThatTheLogCannotHaveIsRefused(text: String) throws {
    var log = TestLog()
    let unit = [UInt8](repeating: 1, count: 512)
    log.write(at: 0, unit)
    log.flush()
    log.write(at: 512, unit)
    log.write(at: 1024, unit, flags: TestLog.fua)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    try history.check(CrashState(parsing: "cut:4 lost:2"))
    try history.check(CrashState(parsing: "cut:1 lost:0"))
    #expect(throws: CrashStateError.self) { try history.check(CrashState(parsing: text)) }
  }
}

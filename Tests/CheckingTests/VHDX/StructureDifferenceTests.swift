import Bytes
import Checking
import CrashStates
import Testing
import VHDX
import VHDXJudges

/// What two states of an image say differently.
@Suite struct StructureDifferenceTests {
  private static func rows(
    _ made: ImageStateCase, _ first: CrashState, _ second: CrashState
  ) throws -> [String: [String]] {
    let difference = try #require(VHDXFormat().difference(of: made.history, first, second))
    #expect(difference.omittedRowCount == 0)
    return Dictionary(
      uniqueKeysWithValues: difference.rows.map { ($0.name, [$0.first, $0.second]) })
  }

  @Test func aHeaderThatNamesALogIsSaidFieldByField() throws {
    var made = ImageStateCase()
    try made.log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let named = try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    let rows = try Self.rows(made, CrashState(cut: named), CrashState(cut: named + 1))
    let slot = try #require(rows.keys.first { $0.hasSuffix("LogGuid") }?.prefix(8))
    #expect(Set(rows.keys) == ["\(slot), sequence number", "\(slot), LogGuid", "opening it"])
    #expect(
      rows["\(slot), LogGuid"]
        == ["zero, the log is empty", "\(ImageTraceLog.guid(1))"])
    #expect(rows["opening it"]?[0] == "clean, no log to replay")
    #expect(rows["opening it"]?[1].hasPrefix("refused: ") == true)
    #expect(try Self.rows(made, CrashState(cut: named), CrashState(cut: named)).isEmpty)
  }

  /// Block 0 reaches the table by the log first, and its home afterwards.
  @Test func aTableEntryIsSaidWhereItStandsAndAsRecoveryLeavesIt() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.log.payload(block: 0)
    made.log.flush()
    let before = made.log.next
    made.log.log(blockCount: 1)
    let logged = made.log.next
    made.log.home(blockCount: 1)
    let home = made.log.next
    let present = "fully present at byte \(ImageTraceLog.firstBlock)"
    let byLog = try Self.rows(made, CrashState(cut: before), CrashState(cut: logged))
    #expect(byLog["BAT entry 0 (block 0) after recovery"] == ["not present", present])
    #expect(byLog["BAT entry 0 (block 0) in the file"] == nil)
    #expect(byLog["opening it"] != nil)
    let byHome = try Self.rows(made, CrashState(cut: logged), CrashState(cut: home))
    #expect(byHome == ["BAT entry 0 (block 0) in the file": ["not present", present]])
  }
}

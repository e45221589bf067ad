import Bytes
import Checking
import CrashStates
import Testing

/// What differs between two states, in bytes.
@Suite struct StateDifferenceTests {
  @Test func theSameBytesWrittenAgainAreNoDifference() throws {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1, sector: 3))
    made.logWrite(RecordedCase.write(1, sector: 3))
    let history = try made.evidence().history
    #expect(StateDifference(history, CrashState(cut: 1), CrashState(cut: 2)).ranges.isEmpty)
    #expect(StateDifference(history, CrashState(cut: 0), CrashState(cut: 2)).ranges.count == 1)
  }

  /// Three writes of one sector, the second over the first, and a flush.
  @Test func bytesThatDifferAreJoinedToRanges() throws {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1, sector: 4, sectorCount: 2))
    made.loggedWrite(RecordedCase.write(2, sector: 5))
    made.loggedWrite(RecordedCase.write(3, sector: 9))
    made.flush(4)
    let history = try made.evidence().history
    func ranges(_ first: CrashState, _ second: CrashState) -> [ByteRange] {
      let one = StateDifference(history, first, second)
      #expect(one.ranges == StateDifference(history, second, first).ranges)
      #expect(one.firstByteCount == RecordedCase.deviceByteCount)
      return one.ranges
    }
    func sectors(_ first: UInt64, _ count: UInt64) -> ByteRange {
      ByteRange(byteOffset: first * 512, byteCount: count * 512)
    }
    #expect(ranges(CrashState(cut: 0), CrashState(cut: 1)) == [sectors(4, 2)])
    #expect(ranges(CrashState(cut: 1), CrashState(cut: 2)) == [sectors(5, 1)])
    #expect(ranges(CrashState(cut: 0), CrashState(cut: 4)) == [sectors(4, 2), sectors(9, 1)])
    #expect(ranges(CrashState(cut: 3), CrashState(cut: 4)).isEmpty)
    #expect(ranges(CrashState(cut: 3), CrashState(cut: 3, lost: [1])) == [sectors(5, 1)])
    #expect(ranges(CrashState(cut: 3), CrashState(cut: 3, lost: [0])) == [sectors(4, 1)])
    #expect(
      ranges(CrashState(cut: 3, lost: [0, 1, 2]), CrashState(cut: 0)).isEmpty)
  }
}

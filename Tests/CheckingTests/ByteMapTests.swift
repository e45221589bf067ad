import Bytes
import CrashStates
import Rules
import Testing
import Workload

@testable import Checking

/// What stands around the bytes that break a promise, unit after unit.
@Suite struct ByteMapTests {
  private func map(
    _ made: RecordedCase, _ state: CrashState, _ rule: Rule
  ) throws -> ByteMap? {
    let judge = SingleStateJudge(try made.evidence())
    let violation = try #require(judge.violations(in: state).first { $0.rule == rule })
    return judge.byteMap(of: violation)
  }

  private static func range(_ units: Range<UInt64>) -> ByteRange {
    ByteRange(
      byteOffset: units.lowerBound * 512,
      byteCount: (units.upperBound - units.lowerBound) * 512)
  }

  /// Sectors 2 to 5 were written twice, and the second write was flushed; the second half of it is lost.
  @Test func anOlderVersionIsToldFromTheOneThatMustBeThere() throws {
    var made = RecordedCase()
    let (first, second) = (
      RecordedCase.write(1, sector: 2, sectorCount: 4),
      RecordedCase.write(2, sector: 2, sectorCount: 4)
    )
    made.loggedWrite(first)
    made.operation(second) { made in
      made.entry(
        sector: 2, sectorCount: 2, data: Array(RecordedCase.data(second).prefix(1024)))
      made.entry(
        sector: 4, sectorCount: 2, data: Array(RecordedCase.data(second).suffix(1024)))
    }
    made.flush(3, isLogged: false)
    let map = try #require(try map(made, CrashState(cut: 3, lost: [2]), .d01))
    #expect(
      map.pieces == [
        .init(Self.range(1..<2), isWrong: false, .zeroes, promised: nil),
        .init(Self.range(2..<4), isWrong: false, .version(second), promised: second),
        .init(Self.range(4..<6), isWrong: true, .version(first), promised: second),
        .init(Self.range(6..<7), isWrong: false, .zeroes, promised: nil),
      ])
    #expect(map.wrongByteCount == 1024)
    #expect(map.range == Self.range(1..<7))
    #expect(map.pieces[2].foundText == "write #1 [1024, 3072)")
    #expect(map.pieces[2].promisedText == "write #2 [1024, 3072) or a later version")
  }

  @Test func zeroesAreToldWhereAWriteIsLost() throws {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1))
    made.flush(2, isLogged: false)
    let map = try #require(try map(made, CrashState(cut: 1, lost: [0]), .d01))
    #expect(map.pieces.map(\.contents) == [.zeroes, .zeroes])
    #expect(map.pieces.map(\.isWrong) == [true, false])
  }

  @Test func foreignBytesSayForWhichPlaceTheyWereWritten() throws {
    var made = RecordedCase()
    made.operation(RecordedCase.write(1, sector: 3)) { made in
      let data = RecordedCase.data(RecordedCase.write(1, sector: 3), shiftedBy: 512)
      made.entry(sector: 3, sectorCount: 1, data: data)
    }
    let map = try #require(try map(made, CrashState(cut: 1), .d03))
    let wrong = try #require(map.pieces.first { $0.isWrong })
    #expect(wrong.range == Self.range(3..<4))
    #expect(wrong.contents == .moved(operation: 1, distance: 512))
    #expect(wrong.foundText == "what operation #1 wrote for byte 2048")
    #expect(wrong.promisedText == "what was there before, or what an operation wrote there")
  }

  @Test func aMixtureSaysOfWhom() throws {
    var made = RecordedCase()
    made.operation(RecordedCase.write(1)) { made in
      var data = RecordedCase.data(RecordedCase.write(1))
      for place in 256..<512 { data[place] = 0 }
      made.entry(sector: 0, sectorCount: 1, data: data)
    }
    let map = try #require(try map(made, CrashState(cut: 1), .d02))
    #expect(map.pieces.first?.contents == .mixture(operation: 1))
  }

  /// A map that nobody could read is none.
  @Test func aLongWriteIsShownAroundItsFirstWrongUnit() throws {
    var made = RecordedCase()
    let write = RecordedCase.write(1, sector: 0, sectorCount: 128)
    made.operation(write) { made in
      made.entry(sector: 0, sectorCount: 100, data: Array(RecordedCase.data(write).prefix(51200)))
      made.entry(sector: 100, sectorCount: 28, data: Array(RecordedCase.data(write).suffix(14336)))
    }
    made.flush(2, isLogged: false)
    let map = try #require(try map(made, CrashState(cut: 2, lost: [1]), .d01))
    #expect(map.range == Self.range(68..<128))
    #expect(map.pieces.map(\.isWrong) == [false, true])
  }

  @Test func aViolationThatIsNotAboutBytesHasNoMap() throws {
    let made = RecordedCase()
    let judge = SingleStateJudge(try made.evidence())
    #expect(
      judge.byteMap(of: Violation(by: .promiseJudge, .d01, "short", state: CrashState(cut: 0)))
        == nil)
  }
}

import Bytes
import CrashStates
import Testing
import WriteLog

/// Files end within sectors, logs do not: a size mark with the timing of the write after it says where
/// the file ends, and the two are one operation.
@Suite struct FileEndTests {
  private typealias Timing = TestLog.Timing

  private static let data = Array("hello\n".utf8) + [UInt8](repeating: 0, count: 506)

  private static func history(
    mark: Timing, write: Timing, size: Int = 6, base: Int = 0
  ) throws -> DiskHistory {
    var log = TestLog()
    log.size(size, timing: mark)
    log.write(at: 0, data, timing: write)
    return try DiskHistory(
      index: log.index, base: ByteRegion([UInt8](repeating: 0, count: base)),
      initialByteCount: UInt64(base))
  }

  private static func image(_ history: DiskHistory, _ state: CrashState) -> [UInt8] {
    let replay = Replay(history, state: state)
    var bytes = [UInt8](repeating: 0, count: Int(replay.imageByteCount))
    replay.write { piece in
      for (place, byte) in piece.region.bytes(in: piece.range).enumerated() {
        bytes[Int(piece.imageByteOffset) + place] = byte
      }
    }
    return bytes
  }

  @Test func aWriteEndsWhereTheMarkOfItsTimingSays() throws {
    let history = try Self.history(mark: Timing(1, 2), write: Timing(1, 2))
    #expect((0...2).map { history.byteCount(atCut: $0) } == [0, 6, 6])
    #expect(Self.image(history, CrashState(cut: 2)) == Array("hello\n".utf8))
    #expect(
      history.digest(atCut: 2) == history.digest(of: CrashState(cut: 2, lost: [0])),
      "the write alone makes the file as long")
    #expect(Self.image(history, CrashState(cut: 2, lost: [0])) == Array("hello\n".utf8))
    #expect(Self.image(history, CrashState(cut: 2, lost: [1])) == [0, 0, 0, 0, 0, 0])
  }

  @Test func aFileThatIsLongerKeepsItsLength() throws {
    let history = try Self.history(
      mark: Timing(1, 2), write: Timing(1, 2), size: 100, base: 100)
    #expect((0...2).map { history.byteCount(atCut: $0) } == [100, 100, 100])
  }

  @Test(arguments: [(1, 3), (0, 2)])
  func aMarkOfAnotherTimingIsAnotherOperation(submitted: UInt64, completed: UInt64) throws {
    let history = try Self.history(mark: Timing(submitted, completed), write: Timing(1, 2))
    #expect((0...2).map { history.byteCount(atCut: $0) } == [0, 6, 512])
  }

  /// A mark that ends the file in front of the write's last sector says nothing of the write.
  @Test func aMarkInFrontOfTheLastSectorIsNotItsEnd() throws {
    let history = try Self.history(mark: Timing(1, 2), write: Timing(1, 2), size: 0)
    #expect((0...2).map { history.byteCount(atCut: $0) } == [0, 0, 512])
  }
}

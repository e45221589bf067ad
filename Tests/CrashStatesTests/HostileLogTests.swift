import Bytes
import CrashStates
import Testing
import WriteLog

/// What a log claims costs nothing until it is there.
@Suite struct HostileLogTests {
  private let unit = [UInt8](repeating: 5, count: 512)

  @Test func aWriteNearTheEndOfTheAddressesIsOneBlock() throws {
    var log = TestLog()
    log.write(at: 1 << 62, unit)
    log.write(at: Int.max - 511 - 512, unit)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 0)
    let ends: [UInt64] = [0, 0x4000_0000_0000_0200, 0x7fff_ffff_ffff_fe00]
    #expect((0...2).map { history.byteCount(atCut: $0) } == ends)
    #expect(history.contents(ofUnit: 1 << 53, in: CrashState(cut: 1)) != .zero)
    #expect(history.contents(ofUnit: .max, in: CrashState(cut: 2)) == .zero)
    let units: [UInt64] = [0x20_0000_0000_0000, 0x3f_ffff_ffff_fffe]
    #expect(history.affectedUnits(of: CrashState(cut: 2, lost: [0, 1])) == units)
    #expect(history.digest(of: CrashState(cut: 2, lost: [0, 1])) == history.digest(atCut: 0))
    var pieces: [UInt64] = []
    Replay(history, state: CrashState(cut: 2)).write { pieces.append($0.imageByteOffset) }
    #expect(pieces == [0x4000_0000_0000_0000, 0x7fff_ffff_ffff_fc00])
  }

  @Test func discardsOfTheWholeAddressSpaceAreQuick() throws {
    var log = TestLog()
    log.write(at: 1 << 40, unit)
    for _ in 0..<2000 { log.discard(0..<Int.max - 511) }
    log.write(at: 0, unit)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 1 << 41)
    #expect(history.digest(atCut: 0) == history.digest(atCut: 2))
    #expect(history.digest(atCut: 1) != history.digest(atCut: 2))
    let onlyWrites = CrashState(cut: 2002, lost: Array(1...2000))
    #expect(history.contents(ofUnit: 1 << 31, in: onlyWrites) != .zero)
    #expect(history.affectedUnits(of: onlyWrites) == [1 << 31])
  }

  @Test func aSizeUpToTheLargestNumberIsALength() throws {
    var log = TestLog()
    log.write(at: 0, unit)
    log.mark("pc1 size 18446744073709551615")
    log.mark("pc1 size 1")
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    #expect(history.byteCount(atCut: 2) == .max)
    #expect(history.byteCount(atCut: 3) == 1)
    #expect(history.digest(of: CrashState(cut: 2, lost: [1])) == history.digest(atCut: 1))
    #expect(
      history.contents(ofUnit: 0, in: CrashState(cut: 3))
        == .bytes([5] + [UInt8](repeating: 0, count: 511)))
    #expect(Replay(history, state: CrashState(cut: 2)).imageByteCount == .max)
  }

  @Test(arguments: [
    "pc1 size ", "pc1 size -1", "pc1 size 18446744073709551616", "pc1 size 1 2", "pc1 sizes 4",
  ])
  func aDamagedSizeMarkIsRefusedWithItsPlace(text: String) throws {
    var log = TestLog()
    log.write(at: 0, unit)
    log.mark(text)
    let index = try log.index
    do {
      _ = try DiskHistory(index: index, base: nil, initialByteCount: nil)
      Issue.record("'\(text)' was taken")
    } catch {
      #expect(error.field == "text")
      // The superblock, a header, its data, and 32 bytes of the mark's header.
      #expect(error.byteOffset == 3 * 512 + 32)
    }
  }

  @Test func otherMarksAreNoState() throws {
    var log = TestLog()
    log.write(at: 0, unit)
    log.mark("mkfs")
    log.mark("pc1 begin what is this")
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    #expect(history.digest(atCut: 1) == history.digest(atCut: 3))
    #expect(history.unitsOfLastEntry(atCut: 3).isEmpty)
    #expect(history.epoch(atCut: 3).optionalEntryIndices == [0])
  }

  @Test func theEntriesInFrontOfDamageAreStillLookedAt() throws {
    var log = TestLog()
    log.write(at: 0, unit)
    log.write(at: 512, unit)
    let damaged = Array(log.bytes.dropLast(100))
    let index = try WriteLogIndex(reading: ByteRegion(damaged))
    let history = try DiskHistory(index: index, base: nil, initialByteCount: 1024)
    #expect(history.entryCount == 1)
    #expect(history.byteCount(atCut: 1) == 1024)
  }
}

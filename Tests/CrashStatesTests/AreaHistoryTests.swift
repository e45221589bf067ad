import Bytes
import CrashStates
import Testing

/// What is worked out once for an area must hold for every state that says it has the same one.
@Suite struct AreaHistoryTests {
  /// Around the border of the first block, where the random logs write.
  private static let area = [
    ByteRange(byteOffset: 61 << 10, byteCount: 1 << 10),
    ByteRange(byteOffset: (64 << 10) - 512, byteCount: 1536),
  ]

  @Test(arguments: 0..<24)
  func statesOfOneKeyReadTheSameBytes(seed: UInt64) throws {
    let log = TestLog.random(
      seed: seed &+ 500, entryCount: 24, sectorByteCount: seed % 4 == 3 ? 4096 : 512)
    let history = try DiskHistory(
      index: log.index, base: seed % 2 == 0 ? nil : ByteRegion(DiskHistoryTests.base),
      initialByteCount: 62 << 10)
    let areas = AreaHistory(history, ranges: Self.area)
    var known: [AreaHistory.Key: (state: CrashState, bytes: [[UInt8]])] = [:]
    var stateCount = 0
    for (_, state) in StateEnumerator(history: history, tiers: [.prefix, .drop(2)], seed: seed) {
      stateCount += 1
      let bytes = Self.area.map { history.read($0, in: state) }
      guard let first = known[areas.key(of: state)] else {
        known[areas.key(of: state)] = (state, bytes)
        continue
      }
      #expect(bytes == first.bytes, "\(state) and \(first.state)")
    }
    // Keys that tell all states apart would hold, and be of no use.
    #expect(known.count < stateCount)
  }

  /// Torn and early entries among them.
  @Test(arguments: AnyStateTests.cases)
  func statesOfOneKeyReadTheSameBytesWhateverTheirTier(example: AnyStateTests.Case) throws {
    let history = try example.history(example.log)
    let areas = AreaHistory(history, ranges: Self.area)
    var known: [AreaHistory.Key: (state: CrashState, bytes: [[UInt8]])] = [:]
    var stateCount = 0
    for (_, state) in example.states(history, perTier: 150) {
      stateCount += 1
      let bytes = Self.area.map { history.read($0, in: state) }
      guard let first = known[areas.key(of: state)] else {
        known[areas.key(of: state)] = (state, bytes)
        continue
      }
      #expect(bytes == first.bytes, "\(state) and \(first.state)")
    }
    #expect(known.count < stateCount)
  }

  /// Entry 1 is a FLUSH with data of its own; entry 2 was in flight when the flush completed. Where it is
  /// lost, that it would have been early shows nowhere.
  @Test func anEntryThatIsLostIsNotEarly() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 1, count: 512), timing: .init(1, 2))
    log.write(
      at: 0, [UInt8](repeating: 2, count: 512), flags: TestLog.flush, timing: .init(3, 5))
    log.write(at: 0, [UInt8](repeating: 3, count: 512), timing: .init(4, 6))
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8192)
    let area = ByteRange(byteOffset: 0, byteCount: 512)
    let areas = AreaHistory(history, ranges: [area])
    let early = [EarlyEntry(entryIndex: 2, beforeEntryIndex: 1)]
    let (lost, present) = (
      CrashState(cut: 3, lost: [1, 2], early: early), CrashState(cut: 1, early: early)
    )
    for state in [lost, present] { try history.check(state) }
    #expect(history.read(area, in: lost)[0] == 1)
    #expect(history.read(area, in: present)[0] == 3)
    #expect(areas.key(of: lost) != areas.key(of: present))
    #expect(areas.key(of: lost) == areas.key(of: CrashState(cut: 1)))
  }

  @Test func onlyWhatTouchesTheAreaIsInTheKey() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 1, count: 512))
    log.write(at: 4096, [UInt8](repeating: 2, count: 512))
    log.write(at: 512, [UInt8](repeating: 3, count: 512))
    log.mark("pc1 begin 1 flush")
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8192)
    let areas = AreaHistory(history, ranges: [ByteRange(byteOffset: 0, byteCount: 1024)])
    func key(_ cut: Int, _ lost: [Int] = []) -> AreaHistory.Key {
      areas.key(of: CrashState(cut: cut, lost: lost))
    }
    #expect(key(0) != key(1))
    #expect(key(1) == key(2))
    #expect(key(2) != key(3))
    #expect(key(3) == key(4))
    #expect(key(4, [1]) == key(4))
    #expect(key(1, [0]) == key(0))
    #expect(key(4, [2]) == key(1))
    #expect(key(4, [1, 2]) == key(2))
    #expect(key(4, [0, 1, 2]) == key(0))
    #expect(key(4, [0]) != key(4))
    #expect(key(4, [0]) != key(4, [2]))
  }

  /// The area of both is the same; the file is not, and who asks must say so besides.
  @Test func lengthBehindTheAreaIsNotInTheKey() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 1, count: 512))
    log.size(4096)
    log.size(512)
    log.size(256)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8192)
    let areas = AreaHistory(history, ranges: [ByteRange(byteOffset: 0, byteCount: 512)])
    let states = (1...4).map { CrashState(cut: $0) }
    #expect(states.map { history.byteCount(of: $0) } == [8192, 4096, 512, 256])
    let keys = states.map(areas.key)
    #expect(keys[0] == keys[1])
    #expect(keys[1] == keys[2])
    // A file that ends inside of the area has lost a part of it.
    #expect(keys[2] != keys[3])
    #expect(
      history.read(ByteRange(byteOffset: 0, byteCount: 512), in: states[3])[255...256] == [1, 0])
  }
}

import Bytes
import Testing

@testable import CrashStates

/// Every state of every tier is the disk that its entries make, in the order of their effects.
@Suite struct AnyStateTests {
  static let initialByteCount = 62 << 10

  struct Case: CustomTestStringConvertible, Sendable {
    var seed: UInt64
    var origin: LogOrigin
    /// Few enough for the tier `all`: the orders of what was in flight double with each pair.
    var entryCount: Int
    var testDescription: String { "\(origin) \(seed), \(entryCount) entries" }

    var log: TestLog {
      let sectorByteCount = seed % 4 == 3 ? 4096 : 512
      return origin == .powercut
        ? .inFlight(seed: seed, entryCount: entryCount, sectorByteCount: sectorByteCount)
        : .random(seed: seed &+ 3000, entryCount: entryCount, sectorByteCount: sectorByteCount)
    }

    var base: [UInt8]? { seed % 2 == 0 ? nil : DiskHistoryTests.base }

    func history(_ log: TestLog) throws -> DiskHistory {
      try DiskHistory(
        index: log.index, base: base.map { ByteRegion($0) },
        initialByteCount: UInt64(AnyStateTests.initialByteCount))
    }

    var tiers: [Tier] {
      if entryCount < 10 { return [.inFlight, .all] }
      return [
        .prefix, .flushedOnly, .fuaOnly, .drop(2), .keep(2), .torn(nil), .torn(2048),
        .torn(4096),
        .inFlight, .random(3),
      ]
    }

    /// Some of the states of each tier; all of them take minutes in a debug build.
    func states(_ history: DiskHistory, perTier: UInt64) -> [(tier: Tier, state: CrashState)] {
      tiers.flatMap { tier in
        let space = StateSpace(history, tiers: [tier], origin: origin, seed: seed)
        let count = space.counts(of: [tier])[0]
        let sample = StateSample(partCounts: [max(1, count / perTier)])
        return Array(StateEnumerator(space, tiers: [tier], sample: sample))
      }
    }
  }

  static let cases =
    (0..<8).map { Case(seed: $0, origin: .powercut, entryCount: 26) }
    + (0..<3).map { Case(seed: $0, origin: .linux, entryCount: 26) }
    + (20..<28).map { Case(seed: $0, origin: .powercut, entryCount: 8) }
    + (20..<23).map { Case(seed: $0, origin: .linux, entryCount: 8) }

  @Test(arguments: cases)
  func isWhatItsEffectsGiveOneAfterTheOther(example: Case) throws {
    let log = example.log
    let history = try example.history(log)
    var plain: [Int: Oracle] = [:]
    for (tier, state) in example.states(history, perTier: 6) {
      let oracle = Oracle(
        log, state, base: example.base, initialByteCount: Self.initialByteCount)
      let comment = Comment(rawValue: "\(tier) \(state)")
      #expect(history.byteCount(of: state) == oracle.image.count, comment)
      #expect(history.digest(of: state) == oracle.digest, comment)
      #expect(try replayed(history, state) == oracle.image, comment)
      let prefix =
        plain[state.cut]
        ?? Oracle(
          log, cut: state.cut, base: example.base, initialByteCount: Self.initialByteCount)
      plain[state.cut] = prefix
      let different = oracle.differences(from: prefix)
      #expect(history.affectedUnits(of: state).isSuperset(of: different), comment)
      Self.expectReads(history, state, oracle, different)
    }
  }

  /// The units that differ from the plain prefix, and some that do not.
  private static func expectReads(
    _ history: DiskHistory, _ state: CrashState, _ oracle: Oracle, _ different: [UInt64]
  ) {
    let units = oracle.units
    for unit in Set(different.prefix(6) + [0, 119, 127, 128, 135]).sorted() {
      let expected =
        Int(unit) < units.count ? units[Int(unit)] : [UInt8](repeating: 0, count: 512)
      let found = history.contents(ofUnit: unit, in: state)
      #expect(history.bytes(found) == expected, "\(state) unit \(unit)")
      #expect(history.unitHash(found) == Checksum.xxh3Wide(expected), "\(state) unit \(unit)")
    }
    let range = 57_001..<max(57_001, min(66_001, oracle.image.count))
    let found = history.read(
      ByteRange(byteOffset: UInt64(range.lowerBound), byteCount: UInt64(range.count)), in: state)
    #expect(found == Array(oracle.image[range]), "\(state) \(range)")
  }

  /// The random logs have what the comparison is about.
  @Test func theStatesAreOfEveryKind() throws {
    var kinds: [String: Int] = [:]
    for example in Self.cases {
      let log = example.log
      let history = try example.history(log)
      for (_, state) in example.states(history, perTier: 40) {
        for kind in Self.kinds(state, log) { kinds[kind, default: 0] += 1 }
      }
    }
    let expected = [
      "torn 512 prefix", "torn 512 suffix", "torn 512 hole", "torn 512 mixture",
      "torn 4096 prefix", "torn 4096 suffix", "torn unaligned", "torn across blocks",
      "torn write that grows", "early within the cut", "early behind the cut",
      "early across a flush", "early across FUA", "early size change", "early and lost",
    ]
    for kind in expected { #expect(kinds[kind, default: 0] >= 10, "\(kind)") }
  }

  private static func kinds(_ state: CrashState, _ log: TestLog) -> [String] {
    var kinds: [String] = []
    if let torn = state.torn,
      case .write(let byteOffset, let bytes) = log.entries[torn.entryIndex].step
    {
      let shape = "\(torn.shape)".split(separator: ":")[0]
      kinds.append("torn \(torn.unitByteCount) \(shape)")
      if byteOffset % torn.unitByteCount != 0 { kinds.append("torn unaligned") }
      if byteOffset < 64 << 10, byteOffset + bytes.count > 64 << 10 {
        kinds.append("torn across blocks")
      }
      if byteOffset + bytes.count > 66 << 10 { kinds.append("torn write that grows") }
    }
    for early in state.early {
      kinds.append(early.entryIndex < state.cut ? "early within the cut" : "early behind the cut")
      let overtaken = log.entries[early.beforeEntryIndex..<early.entryIndex]
      if overtaken.contains(where: { $0.flags & TestLog.flush != 0 }) {
        kinds.append("early across a flush")
      }
      if overtaken.contains(where: { $0.flags & TestLog.fua != 0 }) {
        kinds.append("early across FUA")
      }
      if case .size = log.entries[early.entryIndex].step { kinds.append("early size change") }
    }
    if !state.early.isEmpty, !state.lost.isEmpty { kinds.append("early and lost") }
    return kinds
  }
}

import Bytes
import Host
import TestSupport
import Testing

@testable import CrashStates

/// The digest that is worked out from the log alone is that of the file which a replay writes, as others
/// compute it: the ten lines of Python in docs/digest.md, and `xxhsum` for units.
@Suite struct DigestPairTests {
  @Test func digestsOfMoreThanTwoThousandStatesAreThoseOfTheirFiles() throws {
    let folder = try TemporaryFolder()
    var pairs: [(name: String, path: String, digest: Digest128)] = []
    var kinds: [String: Int] = [:]
    for example in AnyStateTests.cases {
      let history = try example.history(example.log)
      for (tier, state) in example.states(history, perTier: example.entryCount < 10 ? 64 : 13) {
        let path = folder.path("\(pairs.count).img")
        try Self.write(Replay(history, state: state), to: path)
        pairs.append(("\(example): \(tier) \(state)", path, history.digest(of: state)))
        if state.torn != nil { kinds["torn", default: 0] += 1 }
        if !state.early.isEmpty { kinds["early", default: 0] += 1 }
      }
    }
    #expect(pairs.count >= 2000)
    #expect(kinds["torn", default: 0] > 200)
    #expect(kinds["early", default: 0] > 300)
    #expect(Set(pairs.map(\.digest)).count > 700)

    let found = try Peer.digests(ofFiles: pairs.map(\.path))
    try #require(found.count == pairs.count)
    for (pair, digest) in zip(pairs, found) {
      #expect(digest == "\(pair.digest)", Comment(rawValue: pair.name))
    }
  }

  /// Units of torn and early states, cut out of their files by dd.
  @Test func hashesOfUnitsAreThoseOfXxhsum() throws {
    let folder = try TemporaryFolder()
    var expected: [String] = []
    var script = "cd '\(folder.path)'\n"
    for example in AnyStateTests.cases where example.entryCount < 10 {
      let history = try example.history(example.log)
      for (_, state) in example.states(history, perTier: 3) where state.isPlain == false {
        let image = "\(expected.count).img"
        try Self.write(Replay(history, state: state), to: folder.path(image))
        for unit in history.affectedUnits(of: state).prefix(3)
        where (unit + 1) * 512 <= history.byteCount(of: state) {
          script +=
            "dd if=\(image) of=\(expected.count).unit bs=512 count=1 skip=\(unit) status=none\n"
          expected.append(
            "\(history.unitHash(history.contents(ofUnit: unit, in: state)))  \(expected.count).unit"
          )
        }
      }
    }
    #expect(expected.count > 40)
    script += "xxhsum -H2 $(ls *.unit | sort -n) 2>/dev/null\n"
    let found = try shell(script).split(separator: "\n").map(String.init)
    #expect(found == expected)
  }

  private static func write(_ replay: Replay, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try file.finishForShortUse()
  }
}

import Bytes
import Host
import TestSupport
import Testing

@Suite struct StateSumTests {
  /// The definition once more, by another implementation of XXH3.
  private static let definition = """
    import sys, xxhash
    disk = open(sys.argv[1], 'rb').read()
    low = high = 0
    for index in range((len(disk) + 511) // 512):
        unit = disk[index * 512:][:512].ljust(512, b'\\0')
        if unit.strip(b'\\0'):
            h = xxhash.xxh3_128_intdigest(unit)
            words = (h % 2**64, h >> 64, index)
            h = xxhash.xxh3_128_intdigest(b''.join(w.to_bytes(8, 'little') for w in words))
            low, high = (low + h) % 2**64, (high + (h >> 64)) % 2**64
    words = (low, high, len(disk))
    print(xxhash.xxh3_128_hexdigest(b''.join(w.to_bytes(8, 'little') for w in words)))
    """

  private func digestByPeer(_ disk: [UInt8]) throws -> String {
    let folder = try TemporaryFolder()
    try OutputFile.write(disk, to: folder.path("disk"))
    let output = try Peer.python.run(["-c", Self.definition, folder.path("disk")])
    return output.split(separator: "\n").joined()
  }

  private func sum(_ disk: [UInt8]) -> StateSum {
    let unitByteCount = StateSum.unitByteCount
    let missing = (unitByteCount - disk.count % unitByteCount) % unitByteCount
    let padded = disk + [UInt8](repeating: 0, count: missing)
    var sum = StateSum()
    StateSum.forEachContribution(
      of: ByteRegion(padded), in: 0..<padded.count, firstUnitIndex: 0
    ) { _, contribution in
      sum += contribution
    }
    return sum
  }

  private func digest(_ disk: [UInt8]) -> String {
    sum(disk).digest(diskByteCount: UInt64(disk.count)).description
  }

  private static let unit = [UInt8](0...255) + [UInt8](0...255)

  @Test(arguments: [
    [],
    [0],
    [1],
    [UInt8](repeating: 0, count: 512),
    [UInt8](repeating: 0, count: 1_000_000),
    unit,
    unit + unit,
    [UInt8](repeating: 0, count: 512) + unit,
    unit + [7, 8, 9],
    unit + [UInt8](repeating: 0, count: 100),
  ])
  func theDigestIsThatOfTheDefinition(disk: [UInt8]) throws {
    #expect(try digest(disk) == digestByPeer(disk))
  }

  @Test func theDigestOfAMixedDiskIsThatOfTheDefinition() throws {
    var random = PseudoRandomBytes(seed: 64)
    var disk: [UInt8] = []
    for _ in 0..<200 {
      disk += random.below(3) == 0 ? [UInt8](repeating: 0, count: 512) : random.bytes(512)
    }
    disk += random.bytes(77)
    #expect(try digest(disk) == digestByPeer(disk))
  }

  @Test func lengthIsPartOfTheDigest() {
    #expect(digest([0]) != digest([0, 0]))
    #expect(digest([0]) != digest([]))
  }

  @Test func placeIsPartOfTheDigest() {
    let zeroes = [UInt8](repeating: 0, count: 512)
    #expect(digest(Self.unit + zeroes) != digest(zeroes + Self.unit))
  }

  @Test func unitsOfZeroesContributeNothing() {
    let hash = Checksum.xxh3Wide([UInt8](repeating: 0, count: 512))
    #expect(StateSum.contribution(ofHash: hash, unitIndex: 9) == StateSum())
    #expect(sum([UInt8](repeating: 0, count: 4096)) == StateSum())
  }

  @Test func whatIsAddedAndTakenAwayLeavesNothing() {
    var random = PseudoRandomBytes(seed: 5)
    let contributions = (0..<20).map {
      StateSum.contribution(
        ofHash: Checksum.xxh3Wide(random.bytes(512)), unitIndex: UInt64($0))
    }
    var sum = StateSum()
    for contribution in contributions { sum += contribution }
    #expect(sum != StateSum())
    for contribution in contributions.reversed() { sum -= contribution }
    #expect(sum == StateSum())
  }

  @Test func contributionsInOneCallAreThoseOfTheUnitsAlone() {
    var random = PseudoRandomBytes(seed: 6)
    let bytes =
      random.bytes(512) + [UInt8](repeating: 0, count: 512) + random.bytes(512)
      + random.bytes(100)
    var found: [UInt64: StateSum] = [:]
    StateSum.forEachContribution(
      of: ByteRegion(bytes), in: 0..<1536, firstUnitIndex: 1000
    ) { unitIndex, contribution in
      found[unitIndex] = contribution
    }
    let expected = [1000, 1001, 1002].map { (index: UInt64) in
      let start = Int(index - 1000) * 512
      return StateSum.contribution(
        ofHash: Checksum.xxh3Wide(Array(bytes[start..<start + 512])), unitIndex: index)
    }
    #expect(found == [1000: expected[0], 1001: expected[1], 1002: expected[2]])
  }

  @Test func anEmptyPayloadContributesNothing() {
    StateSum.forEachContribution(of: ByteRegion([]), in: 0..<0, firstUnitIndex: 0) { _, _ in
      Issue.record("there is no unit")
    }
  }

  @Test func halfAUnitTraps() async {
    await #expect(processExitsWith: .failure) {
      StateSum.forEachContribution(
        of: ByteRegion([UInt8](repeating: 1, count: 512)), in: 0..<100, firstUnitIndex: 0
      ) { _, _ in }
    }
  }

  @Test func unitsOutsideOfTheRegionTrap() async {
    await #expect(processExitsWith: .failure) {
      StateSum.forEachContribution(
        of: ByteRegion([UInt8](repeating: 1, count: 512)), in: 0..<1024, firstUnitIndex: 0
      ) { _, _ in }
    }
  }
}

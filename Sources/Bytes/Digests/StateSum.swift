import CXXHash

/// The digest of a whole disk, built from what its 512-byte units contribute.
///
/// For each unit, h is the XXH3-128 of its contents. The unit's contribution is the XXH3-128 over
/// three little-endian 64-bit words: the low half of h, the high half of h, the unit's index. A
/// unit of zeroes contributes nothing. Contributions are added lane by lane modulo 2^64. The digest
/// is the XXH3-128 over (low lane, high lane, disk length in bytes). A last unit that is shorter
/// than 512 bytes is padded with zeroes.
///
/// So the digest does not depend on the order of writes or on which zeroes are stored, and a state
/// that differs in a few units is reached by subtracting and adding theirs.
///
/// docs/digest.md has the same in ten lines of Python.
package struct StateSum: Hashable, Sendable {
  /// Bytes of the unit that the digest is made of, whatever the device's sector is.
  package static let unitByteCount = 512

  /// The hash of a unit of zeroes, which contributes nothing.
  package static let zeroUnitHash = Checksum.xxh3Wide([UInt8](repeating: 0, count: unitByteCount))

  package var low: UInt64
  package var high: UInt64

  /// The sum of a disk of zeroes.
  @inlinable
  package init() {
    low = 0
    high = 0
  }

  @inlinable
  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// What one unit contributes, given the hash of its contents.
  @inlinable
  package static func contribution(ofHash hash: Digest128, unitIndex: UInt64) -> StateSum {
    if hash == zeroUnitHash { return StateSum() }
    let mixed = Checksum.xxh3Wide(words: hash.low, hash.high, unitIndex)
    return StateSum(low: mixed.low, high: mixed.high)
  }

  @inlinable
  package static func += (sum: inout Self, contribution: Self) {
    sum.low &+= contribution.low
    sum.high &+= contribution.high
  }

  @inlinable
  package static func -= (sum: inout Self, contribution: Self) {
    sum.low &-= contribution.low
    sum.high &-= contribution.high
  }

  /// The digest of a disk of this sum and length.
  package func digest(diskByteCount: UInt64) -> Digest128 {
    Checksum.xxh3Wide(words: low, high, diskByteCount)
  }
}

extension StateSum {
  /// Calls `body` with the contribution of each unit of `region[range]`, in order.
  ///
  /// One call for a whole payload, because the hash of a unit takes some 20 ns and whatever is done
  /// around it for each unit counts twice.
  ///
  /// - Parameters:
  ///   - range: bytes of the region, a whole number of units.
  ///   - firstUnitIndex: where on the disk the first of them stands.
  @inlinable
  package static func forEachContribution(
    of region: ByteRegion, in range: Range<Int>, firstUnitIndex: UInt64,
    _ body: (_ unitIndex: UInt64, _ contribution: StateSum) -> Void
  ) {
    region.check(range)
    unsafe forEachContribution(
      of: UnsafeRawBufferPointer(rebasing: region.memory[range]), firstUnitIndex: firstUnitIndex,
      body)
  }

  @unsafe @inlinable
  static func forEachContribution(
    of memory: UnsafeRawBufferPointer, firstUnitIndex: UInt64,
    _ body: (_ unitIndex: UInt64, _ contribution: StateSum) -> Void
  ) {
    precondition(memory.count % unitByteCount == 0, "a payload is a whole number of units")
    guard let start = memory.baseAddress else { return }
    let zeroHash = zeroUnitHash
    var unitIndex = firstUnitIndex
    for byteOffset in stride(from: 0, to: memory.count, by: unitByteCount) {
      let hash = Digest128(unsafe powercut_xxh3_128(start + byteOffset, unitByteCount))
      if hash == zeroHash {
        body(unitIndex, StateSum())
      } else {
        let mixed = Checksum.xxh3Wide(words: hash.low, hash.high, unitIndex)
        body(unitIndex, StateSum(low: mixed.low, high: mixed.high))
      }
      unitIndex += 1
    }
  }
}

extension StateSum {
  /// The contributions of the units of `region[range]`, in order, put into `contributions`.
  ///
  /// Adding up what is put there is left to a loop of its own: mixed with the hashing, which goes through the
  /// processor's wide registers, it took as long as the hashing.
  ///
  /// - Parameters:
  ///   - range: bytes of the region, a whole number of units.
  ///   - firstUnitIndex: where on the disk the first of them stands.
  /// - Precondition: there is one place for each unit.
  @unsafe
  package static func putContributions(
    of region: ByteRegion, in range: Range<Int>, firstUnitIndex: UInt64,
    into contributions: UnsafeMutableBufferPointer<StateSum>
  ) {
    precondition(contributions.count == range.count / unitByteCount, "a place for each unit")
    var place = 0
    forEachContribution(of: region, in: range, firstUnitIndex: firstUnitIndex) {
      unsafe contributions[place] = $1
      place += 1
    }
  }
}

extension SparseBytes {
  /// The digest of the whole disk; pages that were never written cost nothing.
  package var stateDigest: Digest128 {
    var sum = StateSum()
    forEachPage { byteOffset, page in
      unsafe page.withUnsafeBytes { page in
        unsafe StateSum.forEachContribution(
          of: page, firstUnitIndex: byteOffset / UInt64(StateSum.unitByteCount)
        ) { sum += $1 }
      }
    }
    return sum.digest(diskByteCount: byteCount)
  }
}

import Bytes
import WriteLog
import Scheduling

public struct CrashState: Hashable, Sendable, CustomStringConvertible {
  public var cut: Int
  public var lost: [Int]
  public init(cut: Int, lost: [Int]) { self.cut = cut; self.lost = lost }
  public var description: String { lost.isEmpty ? "cut:\(cut)" : "cut:\(cut) lost:" + lost.map { "\($0)" }.joined(separator: ",") }
}
public struct TierError: Error { var text: String }
public enum Tier: Hashable, Sendable, CustomStringConvertible {
  case prefix, flushedOnly, drop(Int), keep(Int), random(Int)
  public init(parsing text: String) throws(TierError) {
    switch text { case "prefix": self = .prefix
    case "flushed-only": self = .flushedOnly
    case "drop:1": self = .drop(1)
    case "drop:2": self = .drop(2)
    case "keep:1": self = .keep(1)
    default: throw TierError(text: text) }
  }
  public var description: String { switch self { case .prefix: "prefix"; case .flushedOnly: "flushed-only"; case .drop(let k): "drop:\(k)"; case .keep(let k): "keep:\(k)"; case .random(let n): "random:\(n)" } }
}
public enum UnitContents: Hashable, Sendable { case zero, log(Int), base(Int), bytes([UInt8]) }
public struct Epoch { public var durableEntryCount: Int; public var optional: [Int] }
public final class DiskHistory: Sendable {
  let index: WriteLogIndex
  let initial: UInt64
  let sums: [Digest128]
  let counts: [UInt64]
  public init(index: WriteLogIndex, base: ByteRegion?, initialByteCount: UInt64?) throws(FormatError) {
    self.index = index
    initial = initialByteCount ?? 0
    var units: [UInt64: UnitContents] = [:]
    var sums: [Digest128] = []
    var counts: [UInt64] = []
    var len = initial
    func digest() -> Digest128 {
      var s = StateSum()
      for (u, c) in units { s += StateSum.contribution(ofHash: Self.hash(c, index), unitIndex: u) }
      return s.digest(diskByteCount: len)
    }
    sums.append(digest()); counts.append(len)
    for i in 0..<index.entryCount {
      Self.apply(index, i, &units, &len)
      sums.append(digest()); counts.append(len)
    }
    self.sums = sums
    self.counts = counts
  }
  static func hash(_ c: UnitContents, _ index: WriteLogIndex) -> Digest128 {
    switch c { case .zero: StateSum.zeroUnitHash
    case .log(let o): Checksum.xxh3Wide(index.region, in: o..<o + 512)
    case .base: StateSum.zeroUnitHash
    case .bytes(let b): Checksum.xxh3Wide(b) }
  }
  static func apply(_ index: WriteLogIndex, _ i: Int, _ units: inout [UInt64: UnitContents], _ len: inout UInt64) {
    let e = index[i]
    switch e.kind {
    case .flush: return
    case .mark:
      if case .size(let n)? = try? ClientMark(parsing: index.text(of: e), at: 0) {
        len = n
        units = units.filter { $0.key * 512 < n }
      }
    case .discard:
      for u in e.deviceRange.units { units[u] = nil }
      len = max(len, e.deviceRange.endByteOffset)
    case .write:
      var o = e.payloadRange.lowerBound
      for u in e.deviceRange.units { units[u] = .log(o); o += 512 }
      len = max(len, e.deviceRange.endByteOffset)
    }
  }
  func map(_ s: CrashState) -> ([UInt64: UnitContents], UInt64) {
    var units: [UInt64: UnitContents] = [:]
    var len = initial
    for i in 0..<s.cut where !s.lost.contains(i) { Self.apply(index, i, &units, &len) }
    return (units, len)
  }
  public var entryCount: Int { index.entryCount }
  public func byteCount(atCut n: Int) -> UInt64 { counts[n] }
  public func digest(atCut n: Int) -> Digest128 { sums[n] }
  public func isState(_ i: Int) -> Bool {
    let e = index[i]
    switch e.kind { case .flush: return false
    case .mark: if case .size? = try? ClientMark(parsing: index.text(of: e), at: 0) { return true }; return false
    default: return true }
  }
  public func epoch(atCut n: Int) -> Epoch {
    var d = 0
    for i in 0..<n where index[i].flags.contains(.flush) { d = i }
    let opt = (d..<n).filter { isState($0) && !index[$0].flags.contains(.fua) }
    return Epoch(durableEntryCount: d, optional: opt)
  }
  public func digest(of s: CrashState) -> Digest128 {
    if s.lost.isEmpty { return sums[s.cut] }
    let (units, len) = map(s)
    var sum = StateSum()
    for (u, c) in units { sum += StateSum.contribution(ofHash: Self.hash(c, index), unitIndex: u) }
    return sum.digest(diskByteCount: len)
  }
  public func byteCount(of s: CrashState) -> UInt64 { s.lost.isEmpty ? counts[s.cut] : map(s).1 }
  public func affectedUnits(of s: CrashState) -> [UInt64] {
    let a = map(CrashState(cut: s.cut, lost: [])).0, b = map(s).0
    return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
  }
  public func unitsOfLastEntry(atCut n: Int) -> [UInt64] {
    guard n > 0 else { return [] }
    let a = map(CrashState(cut: n - 1, lost: [])).0, b = map(CrashState(cut: n, lost: [])).0
    return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
  }
  public func contents(ofUnit u: UInt64, in s: CrashState) -> UnitContents { map(s).0[u] ?? .zero }
  public func unitHash(_ c: UnitContents) -> Digest128 { Self.hash(c, index) }
  public func bytes(_ c: UnitContents) -> [UInt8] {
    switch c { case .zero, .base: [UInt8](repeating: 0, count: 512)
    case .log(let o): index.region.bytes(in: o..<o + 512)
    case .bytes(let b): b }
  }
}
public struct StateEnumerator: Sequence {
  let h: DiskHistory, tiers: [Tier]
  public init(history: DiskHistory, tiers: [Tier], seed: UInt64) { h = history; self.tiers = tiers }
  public func makeIterator() -> AnyIterator<(Tier, CrashState)> {
    var all: [(Tier, CrashState)] = []
    for n in 0...h.entryCount {
      let e = h.epoch(atCut: n)
      for t in tiers {
        switch t {
        case .prefix: all.append((t, CrashState(cut: n, lost: [])))
        case .flushedOnly: all.append((t, CrashState(cut: n, lost: e.optional)))
        case .drop: for o in e.optional { all.append((t, CrashState(cut: n, lost: [o]))) }
        default: break
        }
      }
    }
    var i = all.makeIterator()
    return AnyIterator { i.next() }
  }
}

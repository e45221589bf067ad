/// A stream of random numbers for one purpose of one run.
///
/// Each draw is keyed by what it is for: a stream is made of the seed, its purpose and up to two
/// numbers of the caller's, so removing one operation does not change what the others draw.
///
/// The generator is SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
package struct RandomStream: RandomNumberGenerator, Sendable {
  package enum Purpose: UInt64, Sendable {
    case configuration = 1
    case workload = 2
    case schedule = 3
    case faults = 4
    case contents = 5
    case states = 6
    case tears = 7
    case samples = 8
  }

  @usableFromInline var state: UInt64

  @inlinable
  package init(_ seed: Seed, _ purpose: Purpose, _ first: UInt64 = 0, _ second: UInt64 = 0) {
    state = Self.mix(seed.rawValue &+ Self.increment)
    state = Self.mix(state ^ purpose.rawValue &* 0xd6e8_feb8_6659_fd93)
    state = Self.mix(state ^ first &* 0xa076_1d64_78bd_642f)
    state = Self.mix(state ^ second &* 0xe703_7ed1_a0b4_28db)
  }

  @inlinable
  package mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A number from 0 to `bound - 1`. The bias is below `bound` in 2^64, far below what a run sees.
  @inlinable
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a choice has at least one answer")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number of `range`.
  @inlinable
  package mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + next(below: range.count)
  }

  /// True in `count` of `total` draws.
  @inlinable
  package mutating func chance(_ count: Int, of total: Int) -> Bool {
    next(below: total) < count
  }

  /// One of `values`, each as likely as its weight; at least one weight is above 0.
  package mutating func pick<Value>(_ values: [(value: Value, weight: Int)]) -> Value {
    var rest = next(below: values.reduce(0) { $0 + $1.weight })
    for candidate in values {
      if rest < candidate.weight { return candidate.value }
      rest -= candidate.weight
    }
    preconditionFailure("weights do not change while one is picked")
  }

  /// One of `values`, of which there is at least one.
  @inlinable
  package mutating func pick<Value>(_ values: [Value]) -> Value {
    values[next(below: values.count)]
  }

  @usableFromInline static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inlinable
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

import Bytes

/// What a read returned: for each of its units of 512 bytes, whose contents they were.
///
/// In a log it is words, each with how often it repeats from there on:
///
///     17*8         eight units as operation 17 wrote them there
///     0*2          two units of zeroes
///     x93d1…       a unit of other bytes, by their XXH3-128 in 32 digits
package struct ReadContents: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    /// What the operation of this number, from 1 on, wrote at that place: all of the unit.
    case operation(UInt64)
    case zeroes
    /// Anything else, by its hash.
    case other(Digest128)
  }

  package struct Run: Hashable, Sendable {
    package var source: Source
    /// At least 1.
    package var unitCount: UInt64
  }

  /// In the order of the units; no two neighbours have one source.
  package private(set) var runs: [Run] = []
  package private(set) var unitCount: UInt64 = 0

  package init() {}

  package init(_ sources: [Source]) {
    for source in sources { append(source) }
  }

  package mutating func append(_ source: Source) {
    append(Run(source: source, unitCount: 1))
  }

  package mutating func append(_ other: ReadContents) {
    for run in other.runs { append(run) }
  }

  private mutating func append(_ run: Run) {
    unitCount = Self.sum(unitCount, run.unitCount)
    if let last = runs.last, last.source == run.source {
      runs[runs.count - 1].unitCount = Self.sum(last.unitCount, run.unitCount)
    } else {
      runs.append(run)
    }
  }

  /// Many marks can claim more units than can be counted; that many say too much in any case.
  private static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let sum = one.addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }

  // MARK: In words

  var words: [String] {
    runs.map { $0.unitCount == 1 ? $0.source.word : "\($0.source.word)*\($0.unitCount)" }
  }

  /// `nil` where a word is none of these, or there is no word.
  init?(words: some Collection<String>) {
    for word in words {
      let parts = word.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let source = Source(word: parts[0]) else { return nil }
      let count = parts.count == 2 ? UInt64(parts[1]) : 1
      guard let count, count > 0 else { return nil }
      append(Run(source: source, unitCount: count))
    }
    if runs.isEmpty { return nil }
  }

  /// The same in pieces whose words, with a blank in front of each, take so many bytes at most.
  ///
  /// - Parameter byteCount: room for any single word: at least 54.
  func pieces(ofWordBytes byteCount: Int) -> [ReadContents] {
    var pieces: [ReadContents] = []
    var room = 0
    for (run, word) in zip(runs, words) {
      if pieces.isEmpty || room < word.utf8.count + 1 {
        pieces.append(ReadContents())
        room = byteCount
      }
      room -= word.utf8.count + 1
      pieces[pieces.count - 1].append(run)
    }
    return pieces
  }
}

extension ReadContents.Source {
  fileprivate var word: String {
    switch self {
    case .operation(let number): "\(number)"
    case .zeroes: "0"
    case .other(let hash): "x\(hash)"
    }
  }

  fileprivate init?(word: String) {
    if word.hasPrefix("x") {
      guard word.utf8.count == 33, let high = UInt64(word.dropFirst().prefix(16), radix: 16),
        let low = UInt64(word.suffix(16), radix: 16)
      else { return nil }
      self = .other(Digest128(low: low, high: high))
    } else {
      guard let number = UInt64(word) else { return nil }
      self = number == 0 ? .zeroes : .operation(number)
    }
  }
}

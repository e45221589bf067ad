import Bytes
import Checking
import Rules
import VHDX

/// Collects every violation of one image, up to 64 of one rule, so that a table of millions of wrong
/// entries makes no list of millions.
struct ImageViolations {
  static let maximumCountPerRule = 64

  private(set) var violations: [Violation] = []
  private var counts: [Rule: Int] = [:]

  /// Whether more of this rule would be thrown away.
  func isFull(_ rule: Rule) -> Bool { counts[rule, default: 0] >= Self.maximumCountPerRule }

  func has(_ rule: Rule) -> Bool { counts[rule] != nil }

  mutating func add(
    _ rule: Rule, _ title: @autoclosure () -> String, _ evidence: @autoclosure () -> [String] = []
  ) {
    if isFull(rule) { return }
    counts[rule, default: 0] += 1
    violations.append(Violation(by: .imageStructures, rule, title(), evidence: evidence()))
  }

  /// A defect that a reader found; a limit of the reader's own breaks no rule.
  ///
  /// - Parameter evidence: what to see besides.
  mutating func add(_ defect: FormatError, _ evidence: [String] = []) {
    guard let rule = defect.rule else { return }
    add(rule, defect.finding, evidence + [defect.hint])
  }
}

/// What no block may lie on, by the name that reports call it.
package struct OccupiedRange: Hashable, Sendable {
  package var name: String
  package var range: ByteRange
  /// Whether it is the log, which has a rule of its own (H08).
  package var isLog: Bool

  package init(name: String, range: ByteRange, isLog: Bool = false) {
    self.name = name
    self.range = range
    self.isLog = isLog
  }
}

extension ImageRegions {
  /// The regions and the log, with their names.
  package var occupied: [OccupiedRange] {
    var ranges = [
      OccupiedRange(name: "the block table region", range: blockTable.range),
      OccupiedRange(name: "the metadata region", range: metadata.range),
    ]
    for region in unknown {
      ranges.append(OccupiedRange(name: "the region \(region.guid)", range: region.range))
    }
    if let log, !log.isEmpty {
      ranges.append(OccupiedRange(name: "the log", range: log, isLog: true))
    }
    return ranges
  }
}

import CrashStates
import Rules

/// A broken rule: where, and what stands there.
package struct Violation: Hashable, Sendable {
  package var rule: Rule
  /// Which part of the checking found it.
  package var judge: JudgeName
  /// One sentence with the numbers.
  package var title: String
  /// The crash state in which it shows; `nil` where it is the log that is wrong.
  package var state: CrashState?
  /// The entries of the log that it is about, from zero.
  package var entries: [Int]
  /// The client operations that it is about.
  package var operations: [UInt64]
  /// Where on the client's disk the first unit of 512 bytes is that is wrong; `nil` where it is not about one.
  package var byteOffset: UInt64?
  /// What stands around it; `nil` where nobody has looked.
  package var bytes: ByteMap?
  /// What a person needs to see, line by line.
  package var evidence: [String]
  /// Which lost, torn or moved writes it takes, line by line: without any of them the same cut keeps the
  /// rule.
  package var difference: [String] = []
  /// How many more of the same rule were found beside this first one.
  package var repeatCount = 0

  package init(
    by judge: JudgeName, _ rule: Rule, _ title: String, state: CrashState? = nil,
    entries: [Int] = [], operations: [UInt64] = [], evidence: [String] = []
  ) {
    self.rule = rule
    self.judge = judge
    self.title = title
    self.state = state
    self.entries = entries
    self.operations = operations
    self.evidence = evidence
  }
}

import Bytes
import CrashStates

/// The tier `recrash`: the power fails again while a crash state is recovered, at every change that
/// recovery makes.
package protocol SecondCrashJudge: Sendable {
  /// Judges every cut of a recovery.
  ///
  /// - Parameter opened: what recovery made of `image`.
  func judge(_ image: StateImage, _ opened: OpenedState) -> SecondCrashFindings
}

/// What the cuts of one recovery came to.
package struct SecondCrashFindings: Sendable {
  /// With their states.
  package var violations: [Violation] = []
  /// How many states the recovery can leave; 2^64 - 1 for that many and more.
  package var totalCount: UInt64 = 0
  /// How many were gone through.
  package var goneCount = 0
  /// Of the images that were recovered again and judged.
  package var digests: [Digest128] = []

  package init() {}
}

/// How many states the tier `recrash` came to.
package struct RecrashCount: Hashable, Sendable {
  /// All that the recoveries can leave; 2^64 - 1 for that many and more.
  package var total: UInt64 = 0
  /// Those that were gone through.
  package var gone: Int = 0
  /// Those with an image that no state of this tier had before.
  package var distinct: Int = 0
  /// Those that were recovered again and judged.
  package var judged: Int = 0
  private var seen: Set<Digest128> = []

  package init() {}

  package mutating func add(_ findings: SecondCrashFindings) {
    let (sum, overflow) = total.addingReportingOverflow(findings.totalCount)
    total = overflow ? .max : sum
    gone += findings.goneCount
    judged += findings.digests.count
    for digest in findings.digests where seen.insert(digest).inserted { distinct += 1 }
  }
}

import CrashStates

/// The tier `recrash`: the power fails again while a crash state is recovered, at every change that
/// recovery makes.
package protocol SecondCrashJudge: AnyObject {
  /// How many states there were until now.
  var count: RecrashCount { get }

  /// Judges every cut of a recovery.
  ///
  /// - Parameter opened: what recovery made of `image`.
  /// - Returns: the violations with their states.
  func judge(_ image: StateImage, _ opened: OpenedState) -> [Violation]
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

  package init() {}
}

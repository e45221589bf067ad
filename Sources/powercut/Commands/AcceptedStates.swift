import Bytes
import Campaign
import Checking
import Stacks
import Synchronization

/// The disks that commands have accepted: the same bytes are not asked about again, in whichever run they
/// turn up. Smaller runs of one seed, as minimizing makes them, share most of their states.
final class AcceptedStates: Sendable {
  struct Key: Hashable {
    /// What the file is compared with afterwards depends on these.
    var stack: StackName
    var bugs: Set<PlantedBug>
    /// The place of the command among the others.
    var command: Int
    var digest: Digest128
  }

  /// Some hundred bytes each.
  private static let maximumCount = 1 << 20
  /// Whether the recoveries were compared.
  private let known = Mutex<[Key: Bool]>([:])

  /// What `ask` says, which is not called where the answer is known.
  func answer(_ key: Key, _ ask: () throws -> JudgedAnswer) rethrows -> JudgedAnswer {
    if let isRecoveryCompared = known.withLock({ $0[key] }) {
      return JudgedAnswer(verdict: .accepted, isRecoveryCompared: isRecoveryCompared)
    }
    let judged = try ask()
    if judged.verdict == .accepted, judged.violations.isEmpty {
      known.withLock {
        if $0.count < Self.maximumCount { $0[key] = judged.isRecoveryCompared }
      }
    }
    return judged
  }
}

import Bytes
import CrashStates
import VHDX

/// The three digests of a crash state of an image.
package struct ImageDigests: Hashable, Sendable, CustomStringConvertible {
  /// The file as the power cut left it.
  package var image: Digest128
  /// The file after its log was replayed; `nil` where it does not open.
  package var recovered: Digest128?
  /// The virtual disk that the recovered file maps.
  package var virtualDisk: Digest128?

  /// The three, with spaces between them; `-` where there is none.
  package var description: String {
    [image, recovered, virtualDisk].map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ")
  }
}

/// Works out the digests of crash states, one after the other.
package struct ImageDigester {
  private let history: DiskHistory
  private var recovery: StateRecovery

  package init(history: DiskHistory, recovery profile: RecoveryProfile = .exact) {
    self.history = history
    recovery = StateRecovery(history: history, evidence: ImageEvidence(recovery: profile))
  }

  package mutating func digests(of state: CrashState) -> ImageDigests {
    let recovered = recovery.recovered(state).recovered
    var digests = ImageDigests(image: history.digest(of: state))
    guard let map = recovered.map else { return digests }
    let image = StateImage(history, state)
    digests.recovered = recovered.digest(over: image)
    digests.virtualDisk =
      VirtualDisk(map, of: image, recovered).digest
    return digests
  }
}

import Bytes
import CrashStates
import VHDX

/// The three digests of a crash state of an image.
public struct ImageDigests: Hashable, Sendable, CustomStringConvertible {
  /// The file as the power cut left it.
  public var image: Digest128
  /// The file after its log was replayed; `nil` where it does not open.
  public var recovered: Digest128?
  /// The virtual disk that the recovered file maps.
  public var virtualDisk: Digest128?

  /// The three, with spaces between them; `-` where there is none.
  public var description: String {
    [image, recovered, virtualDisk].map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ")
  }
}

/// Works out the digests of crash states, one after the other.
public struct ImageDigester {
  private let history: DiskHistory
  private var recovery: StateRecovery

  public init(history: DiskHistory, recovery profile: RecoveryProfile = .exact) {
    self.history = history
    recovery = StateRecovery(history: history, evidence: ImageEvidence(recovery: profile))
  }

  public mutating func digests(of state: CrashState) -> ImageDigests {
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

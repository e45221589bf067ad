import Bytes
import VHDX

/// What else is known where the disk holds a VHDX image.
public struct ImageEvidence: Sendable {
  /// What opens the image after a crash.
  public var recovery: RecoveryProfile
  /// Goes on with an image as a power cut left it: opens it with the program under test, writes,
  /// cuts the power again and looks. Returns what went wrong, `nil` where nothing did (rule D10). The
  /// bytes are those of the image's structures; its payload reads as zeroes.
  public var goOn: (@Sendable (SparseBytes) -> String?)?

  public init(recovery: RecoveryProfile = .exact) {
    self.recovery = recovery
  }

  /// What these facts let be judged, besides the promises to the client.
  var judgedRules: Set<Rule> {
    var rules: Set<Rule> = [.s05, .d08, .d09]
    if goOn != nil { rules.insert(.d10) }
    return rules
  }
}

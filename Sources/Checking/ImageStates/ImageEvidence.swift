import Bytes
import Rules
import VHDX

/// What else is known where the disk holds a VHDX image.
package struct ImageEvidence: Sendable {
  /// What opens the image after a crash.
  package var recovery: RecoveryProfile
  /// Goes on with an image as a power cut left it: opens it with the program under test, writes,
  /// cuts the power again and looks. Returns what went wrong, `nil` where nothing did (rule D10). The
  /// bytes are those of the image's structures; its payload reads as zeroes.
  package var goOn: (@Sendable (SparseBytes) -> String?)?

  package init(recovery: RecoveryProfile = .exact) {
    self.recovery = recovery
  }

  /// What these facts let be judged, besides the promises to the client.
  var judgedRules: Set<Rule> {
    var rules: Set<Rule> = [
      .s05, .d08, .d09, .h01, .h03, .h04, .h05, .h06, .h07, .h08, .g01, .g02, .g03, .g04, .g05,
      .g06, .g07, .g09, .m01, .m02, .m03, .m04, .m05, .m06, .m07, .m08, .m09, .m10, .m11, .b01,
      .b02, .b03, .b04, .b05, .b06, .b07, .b11,
    ]
    if goOn != nil { rules.insert(.d10) }
    return rules.union(RecoveryJudge.rules)
  }
}

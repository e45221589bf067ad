import Bytes
import Checking
import VHDX

/// What a recovery under test was seen to do with an image: our own code with mistakes switched on,
/// or another program.
package struct RecoveryObservation {
  package enum Answer: Equatable, Sendable {
    case opened
    /// With what was said.
    case refused(String)
    case neverEnded
    /// With what ended it.
    case crashed(String)
  }

  package var answer: Answer
  /// The file afterwards.
  package var after: any ImageFile
  /// What was done to the file, in order; `nil` where nobody looked.
  package var changes: [ImageChange]?
  /// Whether the image was opened for reading only.
  package var isReadOnly: Bool

  package init(
    answer: Answer, after: any ImageFile, changes: [ImageChange]? = nil, isReadOnly: Bool = false
  ) {
    self.answer = answer
    self.after = after
    self.changes = changes
    self.isReadOnly = isReadOnly
  }

  /// What our own recovery did.
  package init(_ outcome: RecoveryOutcome, _ file: OverlayImage, isReadOnly: Bool = false) {
    let answer: Answer
    switch outcome {
    case .notNeeded, .recovered, .openedWithoutReplay: answer = .opened
    case .refused(let refusal): answer = .refused("\(refusal)")
    case .neverEnds: answer = .neverEnded
    }
    self.init(answer: answer, after: file, changes: file.changes, isReadOnly: isReadOnly)
  }
}

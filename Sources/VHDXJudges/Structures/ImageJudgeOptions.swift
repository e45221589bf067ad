import Bytes
import VHDX

/// How an image is judged where the specification is silent; strict by default.
package struct ImageJudgeOptions: Equatable, Sendable {
  package var equalSequenceNumbers: HeaderReadingOptions.EqualSequenceNumbers
  /// Whether H09 and H18 are judged. A cut between two header updates breaks H18 with good reason.
  package var judgesWarnings: Bool
  /// The parent's DataWriteGuid, where the parent is known (rule M12).
  package var parentDataWriteGUID: GUID?

  package init(
    equalSequenceNumbers: HeaderReadingOptions.EqualSequenceNumbers = .refuse,
    judgesWarnings: Bool = true, parentDataWriteGUID: GUID? = nil
  ) {
    self.equalSequenceNumbers = equalSequenceNumbers
    self.judgesWarnings = judgesWarnings
    self.parentDataWriteGUID = parentDataWriteGUID
  }
}

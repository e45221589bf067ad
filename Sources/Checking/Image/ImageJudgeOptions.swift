import VHDX

/// How an image is judged where the specification is silent; strict by default.
package struct ImageJudgeOptions: Equatable, Sendable {
  package enum DifferingRegionTables: Sendable {
    /// Copies that differ, or of which one is damaged, break rule G09.
    case flag
    /// The first valid copy counts, whatever the other one holds.
    case firstValid
  }

  package var equalSequenceNumbers: HeaderReadingOptions.EqualSequenceNumbers
  package var differingRegionTables: DifferingRegionTables
  /// Whether reserved bytes and bits must be zero (parts of G02, M01, M05, M08 and M11, and all of
  /// B02).
  package var isReservedJudged: Bool
  /// Whether H09 and H18 are judged. A cut between two header updates breaks H18 with good reason.
  package var judgesWarnings: Bool
  /// The parent's DataWriteGuid, where the parent is known (rule M12).
  package var parentDataWriteGUID: GUID?

  package init(
    equalSequenceNumbers: HeaderReadingOptions.EqualSequenceNumbers = .refuse,
    differingRegionTables: DifferingRegionTables = .flag, isReservedJudged: Bool = true,
    judgesWarnings: Bool = true, parentDataWriteGUID: GUID? = nil
  ) {
    self.equalSequenceNumbers = equalSequenceNumbers
    self.differingRegionTables = differingRegionTables
    self.isReservedJudged = isReservedJudged
    self.judgesWarnings = judgesWarnings
    self.parentDataWriteGUID = parentDataWriteGUID
  }
}

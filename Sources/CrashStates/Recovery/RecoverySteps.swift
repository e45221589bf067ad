import Bytes

/// What a recovery did to a disk, as far as the power can fail in the middle of it: a log of its own.
///
/// At a cut after n steps everything before the last flush among them is *durable*; each write, zeroing
/// or change of the length since then is *optional*, and one of the writes may be torn. That is the
/// crash model of ``DiskHistory``, for writes that are in no write log.
package struct RecoverySteps: Sendable {
  package enum Step: Hashable, Sendable {
    case write(ByteRange)
    /// Zeroing, or another length: it persisted or not, never in part.
    case whole
    case flush
  }

  package let steps: [Step]
  /// For each cut, how many steps are durable.
  private let durableCounts: [Int]

  package init(_ steps: [Step]) {
    self.steps = steps
    var durableCounts = [0]
    durableCounts.reserveCapacity(steps.count + 1)
    for (index, step) in steps.enumerated() {
      durableCounts.append(step == .flush ? index + 1 : durableCounts[index])
    }
    self.durableCounts = durableCounts
  }

  package var count: Int { steps.count }

  /// The steps that may be lost at a cut.
  package func optional(atCut cut: Int) -> Range<Int> { durableCounts[cut]..<cut }

  /// Makes sure that a cut from outside is one of this recovery.
  ///
  /// - Throws: ``CrashStateError`` where it is after the last step, or where it loses or tears what
  ///   cannot be.
  package func check(_ cut: RecoveryCut) throws(CrashStateError) {
    guard cut.cut >= 0, cut.cut <= count else {
      throw CrashStateError(
        field: "then cut", expected: "0 to \(count)", found: "\(cut.cut)",
        hint: "Recovery of this state makes \(count) changes, flushes counted.")
    }
    for index in cut.lost { try checkOptional(index, cut, field: "then lost") }
    guard let torn = cut.torn else { return }
    try checkOptional(torn.entryIndex, cut, field: "then torn")
    guard case .write(let range) = steps[torn.entryIndex], !cut.lost.contains(torn.entryIndex)
    else {
      throw CrashStateError(
        field: "then torn", expected: "a write that is not lost", found: "\(torn.entryIndex)",
        hint: "Only a write can persist in part.")
    }
    let unitCount = Tear.unitCount(of: range, unitByteCount: torn.unitByteCount)
    guard torn.shape.fits(unitCount: unitCount) else {
      throw CrashStateError(
        field: "then torn",
        expected: "a part of the \(unitCount) units of change \(torn.entryIndex)",
        found: "\(torn.shape)", hint: "Units are counted from 0.")
    }
  }

  private func checkOptional(
    _ index: Int, _ cut: RecoveryCut, field: String
  ) throws(CrashStateError) {
    let optional = optional(atCut: cut.cut)
    if optional.contains(index) { return }
    throw CrashStateError(
      field: field,
      expected: optional.isEmpty
        ? "nothing, for a flush made all changes durable"
        : "changes from \(optional.lowerBound) to \(optional.upperBound - 1)",
      found: "\(index)", hint: "A flush made it durable, or it is behind the cut.")
  }
}

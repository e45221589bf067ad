import Bytes

extension DiskHistory {
  /// Makes sure that a state from outside is one of this log.
  ///
  /// What recovery wrote is not looked at: it is not in the log.
  ///
  /// - Parameter origin: who wrote the log; `nil` where the log shows it.
  /// - Throws: ``CrashStateError`` where its cut is after the last entry, or where it loses, tears or
  ///   reorders what cannot be.
  package func check(
    _ state: CrashState, origin: LogOrigin? = nil
  ) throws(CrashStateError) {
    guard state.cut >= 0, state.cut <= entryCount else {
      throw CrashStateError(
        field: "cut", expected: "0 to \(entryCount)", found: "\(state.cut)",
        hint: "The log has \(entryCount) entries.")
    }
    try checkEarly(state, origin ?? LogOrigin(recognizing: index))
    for entryIndex in state.lost { try checkOptional(entryIndex, state, field: "lost") }
    if let torn = state.torn { try check(torn, state) }
  }

  private func checkOptional(
    _ entryIndex: Int, _ state: CrashState, field: String
  ) throws(CrashStateError) {
    let durable = durableEntryCount(atCut: state.cut)
    let isOptional =
      entryIndex >= durable && entryIndex < state.cut && blockHistory.events.isVolatile(entryIndex)
    // One that took effect early is durable all the same where a flush or FUA has covered it by now.
    let isEarly =
      entryIndex >= state.cut && state.early.contains { $0.entryIndex == entryIndex }
    if isOptional || isEarly { return }
    throw CrashStateError(
      field: field, expected: "entries from \(durable) to \(state.cut - 1) that can be lost",
      found: "\(entryIndex)",
      hint:
        "A flush or FUA made it durable, it is behind the cut, or it changes nothing on the disk.")
  }

  private func check(_ torn: Tear, _ state: CrashState) throws(CrashStateError) {
    try checkOptional(torn.entryIndex, state, field: "torn")
    let event = blockHistory.events[torn.entryIndex]
    let unitCount = Tear.unitCount(of: event.range, unitByteCount: torn.unitByteCount)
    guard event.kind == .write, !state.lost.contains(torn.entryIndex) else {
      throw CrashStateError(
        field: "torn", expected: "a write that is not lost", found: "\(torn.entryIndex)",
        hint: "Only a write can persist in part.")
    }
    guard torn.shape.fits(unitCount: unitCount) else {
      throw CrashStateError(
        field: "torn", expected: "a part of the \(unitCount) units of entry \(torn.entryIndex)",
        found: "\(torn.shape)", hint: "Units are counted from 0.")
    }
  }

  private func checkEarly(
    _ state: CrashState, _ origin: LogOrigin
  ) throws(CrashStateError) {
    if state.early.isEmpty { return }
    let order = inFlightOrder(origin)
    var last = 0
    for (place, early) in state.early.enumerated() {
      let isAgain = state.early[..<place].contains { $0.entryIndex == early.entryIndex }
      guard !isAgain, early.beforeEntryIndex >= last, early.beforeEntryIndex <= state.cut,
        early.entryIndex >= state.cut || early.entryIndex > early.beforeEntryIndex,
        order.allows(early)
      else {
        throw CrashStateError(
          field: "early",
          expected:
            "entries that were in flight at the cut or with those they overtook, in the order "
            + "of their effects",
          found: "\(early.entryIndex)@\(early.beforeEntryIndex)",
          hint: "The log was taken for one of '\(origin.rawValue)' (--origin).")
      }
      last = early.beforeEntryIndex
    }
  }
}

extension Tear.Shape {
  func fits(unitCount: Int) -> Bool {
    switch self {
    case .prefix(let count), .suffix(let count): count > 0 && count < unitCount
    case .hole(let hole): hole.upperBound <= unitCount && hole.count < unitCount
    case .mixture: unitCount > 1
    }
  }
}

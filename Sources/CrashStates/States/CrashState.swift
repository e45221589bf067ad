/// A disk as a power cut could have left it: the first `cut` entries of the log happened, and of
/// those that no flush had made durable by then, the `lost` ones did not persist.
///
/// As text, on a command line and in reports:
///
///     cut:37                        everything before entry 37 persisted
///     cut:37 lost:35,36             but not entries 35 and 36
///     cut:37 torn:34:512:prefix:3   of entry 34 only its first three units of 512 bytes
///     cut:37 early:40@37            entry 40, in flight then, took effect right before entry 37
///     cut:37 then cut:4 lost:2      the disk was recovered, and the power failed again after four
///                                   changes of recovery, of which the one with number 2 was lost
package struct CrashState: Hashable, Sendable {
  /// How many entries happened: 0 is the disk before the first one.
  package var cut: Int
  /// Indices of entries, ascending, each below ``cut`` and optional there
  /// (``DiskHistory/epoch(atCut:)``).
  package var lost: [Int]
  /// The one write that persisted in part.
  package var torn: Tear?
  /// The entries that took effect before their place in the log, in the order of their effects.
  package var early: [EarlyEntry]
  /// Where the power failed again, while this disk was being recovered.
  package var recovery: RecoveryCut?

  package init(
    cut: Int, lost: [Int] = [], torn: Tear? = nil, early: [EarlyEntry] = [],
    recovery: RecoveryCut? = nil
  ) {
    self.cut = cut
    self.lost = lost
    self.torn = torn
    self.early = early
    self.recovery = recovery
  }

  /// Whether everything before the cut persisted, whole and in the order of the log.
  package var isPrefix: Bool { lost.isEmpty && isPlain && recovery == nil }

  /// Whether entries are only there or lost: none is torn, none out of its order.
  var isPlain: Bool { torn == nil && early.isEmpty }
}

/// An entry that took effect before its place in the log: it was in flight together with those that it
/// overtook, so the device may have carried it out first.
package struct EarlyEntry: Hashable, Sendable {
  package var entryIndex: Int
  /// It took effect right before this entry, which stands before it in the log.
  package var beforeEntryIndex: Int

  package init(entryIndex: Int, beforeEntryIndex: Int) {
    self.entryIndex = entryIndex
    self.beforeEntryIndex = beforeEntryIndex
  }
}

/// A power cut while recovery was writing: which of its changes, in the order in which it made them,
/// persisted. Numbers count changes as a log counts entries; a flush is one of them.
package struct RecoveryCut: Hashable, Sendable {
  /// How many changes happened.
  package var cut: Int
  /// Those that did not persist, ascending.
  package var lost: [Int]
  /// The one write that persisted in part.
  package var torn: Tear?

  package init(cut: Int, lost: [Int] = [], torn: Tear? = nil) {
    self.cut = cut
    self.lost = lost
    self.torn = torn
  }
}

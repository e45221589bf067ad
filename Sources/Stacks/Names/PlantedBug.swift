import Rules
import VHDX

/// A mistake that a run can be told to make, in the stack that writes or in the recovery of what it
/// left.
package enum PlantedBug: Hashable, Comparable, Sendable {
  case stack(BugSwitch)
  case recovery(RecoveryBug)

  /// - Parameter identifier: the public name, as `logger.position-reread`.
  package init?(_ identifier: String) {
    if let bug = BugSwitch(rawValue: identifier) {
      self = .stack(bug)
    } else if let bug = RecoveryBug(rawValue: identifier) {
      self = .recovery(bug)
    } else {
      return nil
    }
  }

  package static var all: [PlantedBug] {
    BugSwitch.allCases.map(Self.stack) + RecoveryBug.allCases.map(Self.recovery)
  }

  package var identifier: String {
    switch self {
    case .stack(let bug): bug.rawValue
    case .recovery(let bug): bug.rawValue
    }
  }

  /// What goes wrong, and which rules say so.
  package var row: BugRow {
    switch self {
    case .stack(let bug): bug.row
    case .recovery(let bug): bug.row
    }
  }

  /// What goes wrong, in one line.
  package var summary: String { row.summary }

  package static func < (left: Self, right: Self) -> Bool { left.identifier < right.identifier }
}

extension Set<PlantedBug> {
  /// Those of what writes.
  package var ofStack: Set<BugSwitch> {
    reduce(into: []) { all, bug in
      if case .stack(let bug) = bug { all.insert(bug) }
    }
  }
}

/// An operation that waits to be let go.
package struct PendingOperation: Hashable, Sendable {
  /// Which wait of a run this is, whatever it waits to do.
  struct Identity: Hashable {
    var task: Int
    var point: Int
  }

  /// Which task of the run waits.
  package var task: Int
  /// Which point of that task it is, from zero.
  package var point: Int
  /// How many operations had been let go when this one began to wait.
  package var sinceStep: Int
  /// `nil` where it is not known what it will do.
  package var access: DeviceAccess?

  package init(task: Int, point: Int, sinceStep: Int = 0, access: DeviceAccess? = nil) {
    self.task = task
    self.point = point
    self.sinceStep = sinceStep
    self.access = access
  }

  /// Whether the order of the two can matter. What is not known races with everything.
  package func races(with other: PendingOperation) -> Bool {
    guard let access, let otherAccess = other.access else { return true }
    return access.races(with: otherAccess)
  }

  var identity: Identity { Identity(task: task, point: point) }
}

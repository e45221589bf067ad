import Stacks

extension PlantedBug {
  /// Whether a stack can have this mistake: the logger is below every simulated stack, a writer and a
  /// recovery belong to an image. A program has its own.
  package func isOf(_ stack: StackName) -> Bool {
    guard stack.program == nil else { return false }
    if case .stack(let bug) = self, BugSwitch.loggerBugs.contains(bug) { return true }
    return stack.image.isOfKnownFormat
  }

  /// The simulated stacks that can have it.
  package var stacks: [StackName] {
    StackName.allNames.compactMap { StackName($0) }.filter { isOf($0) }
  }
}

extension Set<PlantedBug> {
  /// Why these bugs cannot all be switched on; `nil` where they can.
  ///
  /// - Parameter isDirtyImages: whether made-up images are recovered, which nobody writes.
  package func reasonToRefuse(in stack: StackName, isDirtyImages: Bool) -> String? {
    for bug in sorted() {
      if !bug.isOf(stack) {
        let others = bug.stacks.map { "\($0)" }.joined(separator: ", ")
        return "\(stack) cannot have the bug \(bug.identifier); these stacks can: \(others)"
      }
      if isDirtyImages, case .stack = bug {
        return
          "\(bug.identifier) is a bug of what writes, and dirty images are made up: a client's workload "
          + "shows it"
      }
    }
    return nil
  }
}

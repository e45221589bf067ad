import Workload

extension RunConfiguration {
  /// About how many device operations, those of the log included, a task waits for until it has carried
  /// `operations` out, in a run where nothing else happens.
  func expectedStepCount(of operations: [ClientOperation]) -> Int {
    operations.reduce(0) { $0 + expectedStepCount(of: $1) }
  }

  private func expectedStepCount(of operation: ClientOperation) -> Int {
    // The mark of its beginning and that of its end, and of a read what it returned.
    let markCount = stack.profile.writesOwnFields ? (operation.action == .read ? 3 : 2) : 0
    // A flush of the log and a superblock.
    let countingStepCount = 2
    switch operation.action {
    case .read: return markCount + 1
    case .write, .discard, .resize: return markCount + 2 + (operation.isFUA ? countingStepCount : 0)
    case .writeZeroes: return markCount + 3 + (operation.isFUA ? countingStepCount : 0)
    case .flush, .close: return markCount + 2 + countingStepCount
    }
  }
}

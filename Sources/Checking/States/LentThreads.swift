/// Threads, lent out by who may start them.
package struct LentThreads: Sendable {
  /// How many work at once, at least one.
  package var count: Int
  /// Calls the body in so many threads at once, and returns when all have returned.
  package var run: @Sendable (_ body: @escaping @Sendable () -> Void) -> Void

  package init(
    count: Int, run: @escaping @Sendable (_ body: @escaping @Sendable () -> Void) -> Void
  ) {
    precondition(count > 0, "somebody has to do the work")
    self.count = count
    self.run = run
  }
}

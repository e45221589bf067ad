extension Word {
  /// Which of the operations that wait goes next in a simulated or controlled run.
  static let strategies = [
    Word(
      "auto", .strategy,
      "The seed picks one of pos, pct and urw; no single strategy is best at every kind of bug."),
    Word(
      "random", .strategy, "At each step every operation that waits is as likely as the others."),
    Word(
      "sticky", .strategy,
      """
      Nine times in ten the task that went last goes on: one task gets far ahead of another.
      """),
    Word(
      "pct", .strategy,
      """
      Each task has a random priority and the highest one goes, but for a few random steps at \
      which the running task falls to the lowest. Good at bugs that need two to five events in \
      one order.
      """),
    Word(
      "pos", .strategy,
      """
      Each operation draws its priority, and those that race with the one that went draw theirs \
      again: the orders of racing operations are sampled evenly.
      """),
    Word(
      "urw", .strategy,
      """
      Tasks are chosen in proportion to how much they still have to do, so that every \
      interleaving of the same length is about as likely.
      """),
    Word(
      "delay", .strategy,
      "The oldest operation goes, but at a few random steps the one whose turn it is queues again."),
    Word(
      "dfs", .strategy,
      """
      Every schedule, one after the other, for small runs; --preemptions bounds how often a task \
      is interrupted. If nothing breaks, nothing within the bound can.
      """),
  ]
}

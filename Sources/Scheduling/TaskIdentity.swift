/// On whose behalf the current code of a simulation runs.
public enum TaskIdentity {
  /// The number that the task was spawned with.
  @TaskLocal public static var current = 0
  /// The client operation that is being carried out, where there is one.
  @TaskLocal public static var operation: UInt64?
}

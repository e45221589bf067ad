/// On whose behalf the current code of a simulation runs.
package enum TaskIdentity {
  /// The number that the task was spawned with.
  @TaskLocal package static var current = 0
  /// The client operation that is being carried out, where there is one.
  @TaskLocal package static var operation: UInt64?
}

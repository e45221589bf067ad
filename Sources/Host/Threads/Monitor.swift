import Glibc

/// A lock with a condition: threads that wait for each other's progress.
@safe package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` while no other thread is in a `locked` of this monitor.
  package func locked<Outcome, Failure: Error>(
    _ body: () throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Inside of `locked`: lets others in until one calls ``wakeAll()``. The caller asks its
  /// question again then.
  package func wait() {
    unsafe pthread_cond_wait(condition, mutex)
  }

  /// The same, for at most so long.
  package func wait(milliseconds: Int) {
    var end = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &end)
    let nanoseconds = end.tv_nsec + (milliseconds % 1000) * 1_000_000
    end.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    _ = unsafe pthread_cond_timedwait(condition, mutex, &end)
  }

  package func wakeAll() {
    unsafe pthread_cond_broadcast(condition)
  }
}

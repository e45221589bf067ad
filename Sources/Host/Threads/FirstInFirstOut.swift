import Glibc

/// The policy by which no thread is interrupted by another one of its rank (SCHED_FIFO).
package enum FirstInFirstOut {
  /// Whether programs that we start may take it, which needs a privilege (CAP_SYS_NICE, or a limit of real-time
  /// priorities above 0).
  package static let isAllowed: Bool = {
    // Asking is not enough: a container can refuse what the privilege allows. So it is tried, for a moment.
    var before = sched_param()
    let policy = sched_getscheduler(0)
    guard policy >= 0, unsafe sched_getparam(0, &before) == 0 else { return false }
    var lowest = sched_param(sched_priority: sched_get_priority_min(SCHED_FIFO))
    guard unsafe sched_setscheduler(0, SCHED_FIFO, &lowest) == 0 else { return false }
    _ = unsafe sched_setscheduler(0, policy, &before)
    return true
  }()
}

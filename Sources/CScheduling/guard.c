#include "CScheduling.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT_CC __attribute__((swiftcall))

// The Swift runtime calls these instead of its global executor when they are set: one for a job that
// is to run now, two for one that is to run later, as Task.sleep asks for.
typedef SWIFT_CC void (*now_original)(void *job);
typedef SWIFT_CC void (*now_hook)(void *job, now_original original);
typedef SWIFT_CC void (*delay_original)(unsigned long long nanoseconds, void *job);
typedef SWIFT_CC void (*delay_hook)(unsigned long long nanoseconds, void *job,
                                    delay_original original);
typedef SWIFT_CC void (*deadline_original)(long long seconds, long long nanoseconds,
                                           long long tolerance_seconds,
                                           long long tolerance_nanoseconds, int clock, void *job);
typedef SWIFT_CC void (*deadline_hook)(long long seconds, long long nanoseconds,
                                       long long tolerance_seconds,
                                       long long tolerance_nanoseconds, int clock, void *job,
                                       deadline_original original);

extern now_hook swift_task_enqueueGlobal_hook;
extern delay_hook swift_task_enqueueGlobalWithDelay_hook;
extern deadline_hook swift_task_enqueueGlobalWithDeadline_hook;

static _Thread_local int guard_depth = 0;

static void check_guard(void) {
  if (guard_depth > 0) {
    fputs("powercut: a task left its simulation: code under test uses Task {}, Task.detached, "
          "Task.sleep or an executor of its own. Start tasks with Simulation.spawn.\n",
          stderr);
    abort();
  }
}

static SWIFT_CC void guarded_now(void *job, now_original original) {
  check_guard();
  original(job);
}

static SWIFT_CC void guarded_delay(unsigned long long nanoseconds, void *job,
                                   delay_original original) {
  check_guard();
  original(nanoseconds, job);
}

static SWIFT_CC void guarded_deadline(long long seconds, long long nanoseconds,
                                      long long tolerance_seconds, long long tolerance_nanoseconds,
                                      int clock, void *job, deadline_original original) {
  check_guard();
  original(seconds, nanoseconds, tolerance_seconds, tolerance_nanoseconds, clock, job);
}

static pthread_once_t hook_once = PTHREAD_ONCE_INIT;

static void install_hooks(void) {
  swift_task_enqueueGlobal_hook = guarded_now;
  swift_task_enqueueGlobalWithDelay_hook = guarded_delay;
  swift_task_enqueueGlobalWithDeadline_hook = guarded_deadline;
}

uintptr_t powercut_thread_identity(void) { return (uintptr_t)&guard_depth; }

void powercut_guard_enter(void) {
  pthread_once(&hook_once, install_hooks);
  guard_depth++;
}

void powercut_guard_leave(void) { guard_depth--; }

#include "CScheduling.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef __attribute__((swiftcall)) void (*enqueue_original)(void *job);
typedef __attribute__((swiftcall)) void (*enqueue_hook)(void *job, enqueue_original original);

// The Swift runtime calls this instead of its global executor when it is set.
extern enqueue_hook swift_task_enqueueGlobal_hook;

static _Thread_local int guard_depth = 0;

static __attribute__((swiftcall)) void guarded_enqueue(void *job, enqueue_original original) {
  if (guard_depth > 0) {
    fputs("powercut: a task left its simulation: code under test uses Task {}, Task.detached, "
          "Task.sleep or an executor of its own. Start tasks with Simulation.spawn.\n",
          stderr);
    abort();
  }
  original(job);
}

static pthread_once_t hook_once = PTHREAD_ONCE_INIT;

static void install_hook(void) { swift_task_enqueueGlobal_hook = guarded_enqueue; }

uintptr_t powercut_thread_identity(void) { return (uintptr_t)&guard_depth; }

void powercut_guard_enter(void) {
  pthread_once(&hook_once, install_hook);
  guard_depth++;
}

void powercut_guard_leave(void) { guard_depth--; }

#ifndef POWERCUT_CSCHEDULING_H
#define POWERCUT_CSCHEDULING_H

#include <stdint.h>

// A value that differs between threads that are alive at the same time.
uintptr_t powercut_thread_identity(void);

// While a thread is between enter and leave, a job that it sends to Swift's global executor ends the
// process: such a job would run on another thread, at a moment that no seed decides.
void powercut_guard_enter(void);
void powercut_guard_leave(void);

#endif

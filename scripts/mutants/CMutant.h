#pragma once

#include <stdbool.h>

/// The number of the mutant that POWERCUT_MUTANT chose when the process began; 0 for none.
extern int powercut_mutant __attribute__((visibility("hidden")));

static inline bool mutantIsOn(int number) {
  return __builtin_expect(powercut_mutant == number, 0);
}

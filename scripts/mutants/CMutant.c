#include "CMutant.h"

#include <stddef.h>

int powercut_mutant;

extern char **environ;

// Before any other code of the program or library, and without a call: the library is preloaded into
// programs whose functions are not to be used yet. From `environ`, since not every C library hands the
// variables to what runs this early.
__attribute__((constructor(101))) static void read_choice(void) {
  static const char name[] = "POWERCUT_MUTANT=";
  for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
    const char *text = *variable;
    size_t at = 0;
    while (name[at] != '\0' && text[at] == name[at]) at++;
    if (name[at] != '\0') continue;
    int number = 0;
    for (; text[at] >= '0' && text[at] <= '9'; at++) number = number * 10 + (text[at] - '0');
    powercut_mutant = number;
  }
}

// What a descriptor stands for changes here: close, dup, fcntl.

#include "preload.h"

#include <dirent.h>
#include <stdarg.h>

PC_HOOK int close(int fd) {
  pc_forget(fd);
  return PC_NEXT(close)(fd);
}

PC_HOOK int close_range(unsigned first, unsigned last, int flags) {
  pc_forget_range(first, last);
  return PC_NEXT(close_range)(first, last, flags);
}

PC_HOOK void closefrom(int first) {
  pc_forget_range(first < 0 ? 0 : (unsigned)first, UINT32_MAX);
  PC_NEXT(closefrom)(first);
}

PC_HOOK int closedir(DIR *folder) {
  pc_forget(dirfd(folder));
  return PC_NEXT(closedir)(folder);
}

PC_HOOK int dup(int fd) {
  int copy = PC_NEXT(dup)(fd);
  pc_copy_state(fd, copy);
  return copy;
}

static int copied_onto(int fd, int copy) {
  if (copy >= 0 && copy != fd) pc_copy_state(fd, copy);
  return copy;
}

PC_HOOK int dup2(int fd, int target) { return copied_onto(fd, PC_NEXT(dup2)(fd, target)); }

PC_HOOK int dup3(int fd, int target, int flags) {
  return copied_onto(fd, PC_NEXT(dup3)(fd, target, flags));
}

PC_HOOK int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  // Every command takes at most one word, and the C library reads it the same way.
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  int outcome = PC_NEXT(fcntl64)(fd, command, argument);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) pc_copy_state(fd, outcome);
  // O_APPEND may have changed, for all copies of the descriptor.
  if (command == F_SETFL) pc_forget_range(0, UINT32_MAX);
  return outcome;
}

PC_HOOK int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  return fcntl64(fd, command, argument);
}

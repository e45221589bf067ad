// Times of files. Nothing of them is recorded; but a file that nobody writes to is told by its time from one
// that was written past every hook, so the contents of one whose time is set are kept and compared.

#include "preload.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

void pc_keep_untimed(int folder, const char *path, int flags) {
  if (pc_is_off()) return;
  pc_enter();
  if (path == NULL || (path[0] == 0 && flags & AT_EMPTY_PATH)) pc_state(folder);
  else pc_state_of_path(folder, path, flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0);
  pc_leave();
}

PC_HOOK int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  pc_keep_untimed(folder, path, flags);
  return PC_NEXT(utimensat)(folder, path, times, flags);
}

PC_HOOK int futimens(int fd, const struct timespec times[2]) {
  pc_keep_untimed(fd, NULL, 0);
  return PC_NEXT(futimens)(fd, times);
}

PC_HOOK int futimes(int fd, const struct timeval times[2]) {
  pc_keep_untimed(fd, NULL, 0);
  return PC_NEXT(futimes)(fd, times);
}

PC_HOOK int utimes(const char *path, const struct timeval times[2]) {
  pc_keep_untimed(AT_FDCWD, path, 0);
  return PC_NEXT(utimes)(path, times);
}

PC_HOOK int lutimes(const char *path, const struct timeval times[2]) {
  pc_keep_untimed(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  return PC_NEXT(lutimes)(path, times);
}

PC_HOOK int futimesat(int folder, const char *path, const struct timeval times[2]) {
  pc_keep_untimed(folder, path, 0);
  return PC_NEXT(futimesat)(folder, path, times);
}

PC_HOOK int utime(const char *path, const struct utimbuf *times) {
  pc_keep_untimed(AT_FDCWD, path, 0);
  return PC_NEXT(utime)(path, times);
}

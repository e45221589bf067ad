// Changes a file by means that `powercut record` cannot see. Which one is the first word.
//
//     cc -O1 -o unseen unseen.c && ./unseen mapping FILE

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int map(const char *path, int protection, int later) {
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  if (fd < 0 || ftruncate(fd, 8192) != 0) return 1;
  char *bytes = mmap(NULL, 8192, protection, MAP_SHARED, fd, 0);
  if (bytes == MAP_FAILED || (later && mprotect(bytes, 8192, later) != 0)) return 1;
  memset(bytes + 5000, 7, 100);
  return 0;
}

/// Whether a ring can be had. The file is written in any case, by a call that is seen.
static int ring(const char *path, int insists) {
  char parameters[120] = {0};
  long descriptor = syscall(SYS_io_uring_setup, 4, parameters);
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  if (fd < 0 || pwrite(fd, "seen", 4, 0) != 4) return 1;
  return insists && descriptor < 0 ? 9 : 0;
}

int main(int count, char **words) {
  if (count != 3) return 1;
  if (strcmp(words[1], "mapping") == 0) return map(words[2], PROT_READ | PROT_WRITE, 0);
  if (strcmp(words[1], "late-mapping") == 0) return map(words[2], PROT_READ, PROT_READ | PROT_WRITE);
  if (strcmp(words[1], "ring") == 0) return ring(words[2], 0);
  if (strcmp(words[1], "ring-only") == 0) return ring(words[2], 1);
  if (strcmp(words[1], "write") == 0) {
    int fd = open(words[2], O_RDWR | O_CREAT, 0644);
    return fd >= 0 && write(fd, "written", 7) == 7 ? 0 : 1;
  }
  return 1;
}

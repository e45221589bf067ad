// Writes files below the folder that is named, by system calls and, with a second word, through a stream: for
// C libraries other than glibc. Exit 0: each call returned what it should.
//
//     musl-gcc -O1 -o other-library other-library.c && mkdir d && ./other-library d

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPECT(condition)                                                              \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, strerror(errno));    \
      exit(1);                                                                         \
    }                                                                                  \
  } while (0)

static char data[10000];

static void calls(void) {
  int fd = open("calls", O_RDWR | O_CREAT | O_TRUNC, 0644);
  struct iovec parts[2] = {{data, 600}, {data + 7, 1}};
  EXPECT(fd >= 0 && write(fd, data, 5000) == 5000 && pwrite(fd, data + 9, 100, 8000) == 100);
  EXPECT(writev(fd, parts, 2) == 601 && pwritev(fd, parts, 2, 9000) == 601);
  EXPECT(syscall(SYS_pwritev2, fd, parts, 2, 12000L, 0L, 0) == 601);
  EXPECT(dprintf(fd, "%s %d", "number", 42) == 9);
  EXPECT(ftruncate(fd, 11000) == 0 && posix_fallocate(fd, 0, 15000) == 0);
  EXPECT(fsync(fd) == 0 && fdatasync(fd) == 0);
  EXPECT(fcntl(fd, F_SETFL, O_APPEND) == 0 && write(fd, "end", 3) == 3);
  int copy = dup(fd);
  EXPECT(copy >= 0 && close(fd) == 0 && write(copy, "copy", 4) == 4 && close(copy) == 0);
}

static void names(void) {
  EXPECT(mkdir("folder", 0755) == 0 && symlink("calls", "folder/link") == 0);
  EXPECT(link("calls", "folder/other") == 0 && rename("folder", "moved") == 0);
  EXPECT(syscall(SYS_renameat2, AT_FDCWD, "moved/other", AT_FDCWD, "named", 1) == 0);
  char made[] = "made-XXXXXX";
  int fd = mkstemp(made);
  EXPECT(fd >= 0 && write(fd, "made", 4) == 4 && close(fd) == 0 && rename(made, "made") == 0);
  EXPECT(unlink("calls") == 0);
}

static void child(void) {
  int fd = open("child", O_WRONLY | O_CREAT, 0600), status;
  pid_t process = fork();
  if (process == 0) _exit(write(fd, "of a child", 10) == 10 ? 0 : 1);
  EXPECT(process > 0 && waitpid(process, &status, 0) == process && status == 0);
  EXPECT(write(fd, " and its parent", 15) == 15 && close(fd) == 0);
}

int main(int count, char **words) {
  EXPECT(count >= 2 && chdir(words[1]) == 0);
  for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 2654435761u >> 13);
  calls();
  names();
  child();
  if (count == 2) return 0;
  FILE *stream = fopen("stream", "w");
  EXPECT(stream != NULL && fputs("a stream\n", stream) >= 0 && fclose(stream) == 0);
  return 0;
}

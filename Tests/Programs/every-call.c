// Makes each call that `powercut record` has to see, each in a file of its own below the folder that is
// named, and checks that the calls do what they do without a recorder. Exit 0: all went as expected.
//
//     cc -O1 -pthread -o every-call every-call.c && mkdir d && ./every-call d

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
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

static int folder;
static char data[1 << 20];

static int make(const char *name, int flags) {
  int fd = openat(folder, name, O_RDWR | O_CREAT | flags, 0644);
  EXPECT(fd >= 0);
  return fd;
}

static struct stat status_of(int fd) {
  struct stat status;
  EXPECT(fstat(fd, &status) == 0);
  return status;
}

static void positioned(void) {
  int fd = make("write", 0);
  EXPECT(write(fd, data, 100) == 100);
  EXPECT(write(fd, data + 100, 5000) == 5000);
  EXPECT(lseek(fd, 1000, SEEK_SET) == 1000);
  EXPECT(write(fd, "inside", 6) == 6);
  EXPECT(lseek(fd, 20000, SEEK_SET) == 20000);
  EXPECT(write(fd, "behind a hole", 13) == 13);
  struct iovec parts[2] = {{data + 7, 600}, {data + 9000, 1}};
  EXPECT(writev(fd, parts, 2) == 601);
  EXPECT(lseek(fd, 0, SEEK_CUR) == 20614);
  close(fd);
  fd = make("pwrite", 0);
  EXPECT(pwrite(fd, data, 4096, 4096) == 4096);
  EXPECT(pwrite64(fd, data + 1, 3, 511) == 3);
  EXPECT(pwritev(fd, parts, 2, 30000) == 601);
  EXPECT(pwritev2(fd, parts, 2, 40000, 0) == 601);
  EXPECT(syscall(SYS_pwrite64, fd, data + 5, 77, 50000) == 77);
  EXPECT(pwrite(fd, data, sizeof data, 100000) == sizeof data);
  EXPECT(lseek(fd, 0, SEEK_CUR) == 0);
  EXPECT(pwritev2(fd, parts, 2, -1, 0) == 601);
  EXPECT(lseek(fd, 0, SEEK_CUR) == 601);
  close(fd);
}

static void appending(void) {
  int fd = make("append", O_APPEND);
  EXPECT(write(fd, data, 700) == 700);
  // On Linux such a write appends, wherever it is told to go.
  EXPECT(pwrite(fd, data + 9, 50, 0) == 50);
  EXPECT(status_of(fd).st_size == 750);
  EXPECT(fcntl(fd, F_SETFL, 0) == 0);
  EXPECT(pwrite(fd, "now inside", 10, 20) == 10);
  EXPECT(status_of(fd).st_size == 750);
  struct iovec part = {data + 50, 30};
  EXPECT(pwritev2(fd, &part, 1, 0, RWF_APPEND) == 30);
  EXPECT(status_of(fd).st_size == 780);
  close(fd);
}

/// Five flushes and three durable writes.
static void flushing(void) {
  int fd = make("flushes", 0);
  for (int i = 0; i < 3; i++) {
    EXPECT(pwrite(fd, data, 512, i * 512) == 512);
    EXPECT(fsync(fd) == 0);
  }
  EXPECT(fdatasync(fd) == 0);
  EXPECT(syscall(SYS_fdatasync, fd) == 0);
  EXPECT(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE) == 0);
  struct iovec part = {data, 512};
  EXPECT(pwritev2(fd, &part, 1, 2048, RWF_DSYNC) == 512);
  close(fd);
  fd = make("flushes", O_DSYNC);
  EXPECT(pwrite(fd, data, 512, 4096) == 512);
  close(fd);
  fd = make("flushes", O_SYNC);
  EXPECT(pwrite(fd, data, 512, 8192) == 512);
  close(fd);
  EXPECT(fsync(folder) == 0);
}

static void resizing(const char *path) {
  char name[4096];
  int fd = make("sizes", 0);
  EXPECT(pwrite(fd, data, 10000, 0) == 10000);
  EXPECT(ftruncate(fd, 5000) == 0);
  EXPECT(ftruncate(fd, 70000) == 0);
  EXPECT(pwrite(fd, data, 100, 60000) == 100);
  snprintf(name, sizeof name, "%s/sizes", path);
  EXPECT(truncate(name, 60050) == 0);
  EXPECT(ftruncate(fd, 65536) == 0);
  close(fd);
  fd = make("allocated", 0);
  EXPECT(fallocate(fd, 0, 0, 100000) == 0);
  EXPECT(pwrite(fd, data, 100000, 0) == 100000);
  EXPECT(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192) == 0);
  EXPECT(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 20100, 333) == 0);
  EXPECT(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 90000, 90000) == 0);
  if (fallocate(fd, FALLOC_FL_ZERO_RANGE, 30000, 5000) != 0) EXPECT(errno == EOPNOTSUPP);
  if (fallocate(fd, FALLOC_FL_ZERO_RANGE, 99999, 777) != 0) EXPECT(errno == EOPNOTSUPP);
  EXPECT(fallocate(fd, FALLOC_FL_KEEP_SIZE, 200000, 4096) == 0);
  EXPECT(posix_fallocate(fd, 0, 120001) == 0);
  // Only a recorder refuses this on every file system.
  if (getenv("POWERCUT_JOURNAL") != NULL) {
    EXPECT(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096) == -1 && errno == EOPNOTSUPP);
  }
  EXPECT(status_of(fd).st_size == 120001);
  close(fd);
}

static void copying(void) {
  int from = make("source", 0), to = make("copy", 0);
  EXPECT(pwrite(from, data, 200000, 0) == 200000);
  off64_t source = 1000, target = 3000;
  EXPECT(copy_file_range(from, &source, to, &target, 5000, 0) == 5000);
  EXPECT(source == 6000 && target == 8000);
  off_t start = 50000;
  EXPECT(lseek(to, 10000, SEEK_SET) == 10000);
  EXPECT(sendfile(to, from, &start, 1234) == 1234);
  EXPECT(lseek(to, 0, SEEK_CUR) == 11234);
  close(from);
  close(to);
}

static void naming(void) {
  int fd = make("truncated", 0);
  EXPECT(write(fd, data, 3000) == 3000);
  close(fd);
  close(make("truncated", O_TRUNC));
  fd = openat(folder, "truncated", O_WRONLY);
  EXPECT(write(fd, "short", 5) == 5);
  close(fd);
  fd = make("old-name", 0);
  EXPECT(write(fd, data, 600) == 600);
  EXPECT(renameat(folder, "old-name", folder, "new-name") == 0);
  EXPECT(write(fd, data, 600) == 600);
  EXPECT(linkat(folder, "new-name", folder, "second-name", 0) == 0);
  EXPECT(unlinkat(folder, "new-name", 0) == 0);
  close(fd);
  fd = openat(folder, "second-name", O_WRONLY | O_APPEND);
  EXPECT(write(fd, "by another name", 15) == 15);
  close(fd);
  fd = make("gone", 0);
  EXPECT(write(fd, data, 10) == 10);
  EXPECT(unlinkat(folder, "gone", 0) == 0);
  EXPECT(write(fd, data, 10) == 10);
  close(fd);
  // Often gets the inode number of the one before.
  fd = make("gone", 0);
  EXPECT(write(fd, "another file of that name", 25) == 25);
  close(fd);
}

static void copies_of_descriptors(void) {
  int fd = make("copies", 0);
  int second = dup(fd), third = fcntl(fd, F_DUPFD_CLOEXEC, 100);
  EXPECT(write(second, data, 10) == 10);
  close(fd);
  int other = make("copies-2", 0);
  EXPECT(dup2(other, second) == second);
  EXPECT(write(second, data + 50, 20) == 20);
  EXPECT(write(third, data, 30) == 30);
  EXPECT(dup3(third, other, O_CLOEXEC) == other);
  EXPECT(write(other, data, 40) == 40);
  close(second);
  close(third);
  close(other);
}

static void streams(const char *path) {
  char name[4096];
  snprintf(name, sizeof name, "%s/stream", path);
  FILE *stream = fopen(name, "w+");
  EXPECT(stream != NULL && fileno(stream) >= 0);
  for (int i = 0; i < 2000; i++) EXPECT(fprintf(stream, "line %d\n", i) > 0);
  EXPECT(fseek(stream, 100, SEEK_SET) == 0);
  EXPECT(fputs("in the middle", stream) >= 0);
  EXPECT(fflush(stream) == 0 && fsync(fileno(stream)) == 0);
  char word[5] = "";
  EXPECT(fseek(stream, 0, SEEK_SET) == 0 && fread(word, 4, 1, stream) == 1);
  EXPECT(strcmp(word, "line") == 0);
  EXPECT(fclose(stream) == 0);
  stream = fopen(name, "a");
  EXPECT(stream != NULL && fputs("appended\n", stream) >= 0 && fclose(stream) == 0);
  snprintf(name, sizeof name, "%s/made-XXXXXX", path);
  int fd = mkstemp(name);
  stream = fdopen(fd, "w");
  EXPECT(stream != NULL && fputs("temporary\n", stream) >= 0 && fclose(stream) == 0);
}

/// None of these does anything.
static void failing(void) {
  int fd = make("failing", 0);
  EXPECT(write(fd, data, 1000) == 1000);
  close(fd);
  fd = openat(folder, "failing", O_RDONLY);
  EXPECT(write(fd, data, 10) == -1 && errno == EBADF);
  EXPECT(ftruncate(fd, 5) == -1);
  EXPECT(write(fd, data, 0) <= 0);
  close(fd);
  EXPECT(openat(folder, "failing", O_RDWR | O_CREAT | O_EXCL | O_TRUNC, 0600) == -1);
  EXPECT(write(fd, data, 10) == -1 && errno == EBADF);
  // A short write: the limit of file sizes lies within it.
  fd = make("short", 0);
  struct rlimit old, limit;
  EXPECT(getrlimit(RLIMIT_FSIZE, &old) == 0);
  limit = (struct rlimit){100000, old.rlim_max};
  pid_t child = fork();
  EXPECT(child >= 0);
  if (child == 0) {
    // The recorder's journal is a file too, and must have its place before the limit is set.
    EXPECT(pwrite(fd, data, 1, 0) == 1);
    EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    EXPECT(pwrite(fd, data, 9000, 95000) == 5000);
    _exit(0);
  }
  int status;
  EXPECT(waitpid(child, &status, 0) == child && status == 0);
  close(fd);
}

static void *write_blocks(void *number) {
  uintptr_t thread = (uintptr_t)number;
  int fd = make("threads", 0);
  for (uintptr_t i = 0; i < 200; i++) {
    size_t block = (i * 7 % 50) * 8 + thread;
    EXPECT(pwrite(fd, data + i * 11 + thread, 4096, (off_t)(block * 4096)) == 4096);
    if (i % 16 == 15) EXPECT(fdatasync(fd) == 0);
  }
  close(fd);
  return NULL;
}

static void *append_lines(void *number) {
  int fd = make("appending-threads", O_APPEND);
  char line[64];
  for (int i = 0; i < 200; i++) {
    int length = snprintf(line, sizeof line, "thread %d line %d\n", (int)(intptr_t)number, i);
    EXPECT(write(fd, line, (size_t)length) == length);
  }
  close(fd);
  return NULL;
}

static void threads(void) {
  pthread_t all[16];
  for (intptr_t i = 0; i < 8; i++) {
    EXPECT(pthread_create(&all[i], NULL, write_blocks, (void *)i) == 0);
    EXPECT(pthread_create(&all[i + 8], NULL, append_lines, (void *)i) == 0);
  }
  for (int i = 0; i < 16; i++) EXPECT(pthread_join(all[i], NULL) == 0);
}

static void processes(const char *self) {
  int fd = make("children", 0);
  EXPECT(pwrite(fd, "parent", 6, 0) == 6);
  pid_t child = fork();
  EXPECT(child >= 0);
  if (child == 0) {
    EXPECT(pwrite(fd, "child", 5, 1000) == 5);
    char number[16];
    snprintf(number, sizeof number, "%d", fd);
    execl(self, self, "--inherited", number, NULL);
    _exit(127);
  }
  int status;
  EXPECT(waitpid(child, &status, 0) == child && status == 0);
  EXPECT(pwrite(fd, "parent again", 12, 3000) == 12);
  close(fd);
}

int main(int count, char **words) {
  for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 2654435761u >> 13);
  if (count == 3 && strcmp(words[1], "--inherited") == 0) {
    int fd = atoi(words[2]);
    EXPECT(pwrite(fd, "after exec", 10, 2000) == 10);
    EXPECT(fsync(fd) == 0);
    return 0;
  }
  EXPECT(count == 2);
  folder = open(words[1], O_RDONLY | O_DIRECTORY);
  EXPECT(folder >= 0);
  positioned();
  appending();
  flushing();
  resizing(words[1]);
  copying();
  naming();
  copies_of_descriptors();
  streams(words[1]);
  failing();
  threads();
  processes(words[0]);
  return 0;
}

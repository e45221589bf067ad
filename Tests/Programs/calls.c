// Makes the calls that its arguments name, one each, in the folder that is the first one. A call ends with what it
// is to return where that is not success: `=512`, or `=-5` for errno 5. Exit 0: all went as expected.
//
//     cc -O1 -o calls calls.c && mkdir d && ./calls d 'open a c+ file' 'pwrite a 0 512' 'fsync a' 'fsync b =-9'
//
// Descriptors are letters. Every write has bytes of its own.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

enum { WORDS = 12 };
/// What a group of calls returns for one that is none of its own.
enum { OTHER = -1000 };
static int descriptors[256];
static char bytes[1 << 20];
static char *word[WORDS];
static FILE *stream;

static bool is(const char *name) { return strcmp(word[0], name) == 0; }
static int *slot(int i) { return &descriptors[(unsigned char)word[i][0]]; }
static int fd(int i) { return *slot(i); }
static long number(int i) { return word[i] == NULL ? 0 : strtol(word[i], NULL, 0); }

static int flags(const char *letters) {
  int flags = 0;
  for (; *letters != 0; letters++) {
    flags |= *letters == '+'   ? O_RDWR
             : *letters == 'w' ? O_WRONLY
             : *letters == 'c' ? O_CREAT
             : *letters == 't' ? O_TRUNC
             : *letters == 'x' ? O_EXCL
             : *letters == 'a' ? O_APPEND
             : *letters == 'd' ? O_DSYNC
             : *letters == 's' ? O_SYNC
             : *letters == 'T' ? O_TMPFILE
             : *letters == 'p' ? O_PATH
                               : 0;
  }
  return flags;
}

static const char *data(void) {
  static unsigned char last;
  last = (unsigned char)(last % 250 + 1);
  memset(bytes, last, sizeof bytes);
  return bytes;
}

/// Pieces of the lengths from word `i` on.
static struct iovec *pieces(int i, int *count) {
  static struct iovec piece[WORDS];
  char *next = (char *)(size_t)data();
  for (*count = 0; word[i] != NULL; i++) {
    piece[(*count)++] = (struct iovec){next, (size_t)number(i)};
    next += number(i);
  }
  return piece;
}

/// The C library's own close, past every hook.
static int raw_close(int descriptor) {
  int (*next)(int) = (int (*)(int))dlsym(dlopen("libc.so.6", RTLD_LAZY), "close");
  return next(descriptor);
}

static long put(void) {
  int count;
  if (is("write")) return write(fd(1), data(), (size_t)number(2));
  if (is("pwrite")) return pwrite(fd(1), data(), (size_t)number(3), number(2));
  if (is("pwrite-by-number")) {
    return syscall(SYS_pwrite64, fd(1), data(), (size_t)number(3), number(2));
  }
  if (is("writev")) {
    struct iovec *all = pieces(2, &count);
    return writev(fd(1), all, count);
  }
  if (is("pwritev")) {
    struct iovec *all = pieces(3, &count);
    return pwritev(fd(1), all, count, number(2));
  }
  if (is("pwritev2")) {
    struct iovec *all = pieces(4, &count);
    return pwritev2(fd(1), all, count, number(2), (int)number(3));
  }
  if (!is("copy") && !is("sendfile")) return OTHER;
  // Source and where, target and where, how much; without a place the descriptor's own.
  off_t from = number(2), to = number(4);
  off_t *source = word[2][0] == '.' ? NULL : &from, *target = word[4][0] == '.' ? NULL : &to;
  long done = is("copy") ? copy_file_range(fd(1), source, fd(3), target, (size_t)number(5), 0)
                         : sendfile(fd(3), fd(1), source, (size_t)number(5));
  if (source != NULL && done > 0 && from != number(2) + done) return -1;
  return done;
}

static long change_size(void) {
  if (is("ftruncate")) return ftruncate(fd(1), number(2));
  if (is("truncate")) return truncate(word[1], number(2));
  if (is("fallocate")) return fallocate(fd(1), (int)number(2), number(3), number(4));
  if (is("posix_fallocate")) {
    errno = posix_fallocate(fd(1), number(2), number(3));
    return errno == 0 ? 0 : -1;
  }
  return OTHER;
}

static long flush(void) {
  if (is("fsync")) return fsync(fd(1));
  if (is("fdatasync")) return fdatasync(fd(1));
  if (is("fsync-by-number")) return syscall(SYS_fsync, fd(1));
  if (is("fdatasync-by-number")) return syscall(SYS_fdatasync, fd(1));
  if (is("syncfs")) return syncfs(fd(1));
  if (!is("sync")) return OTHER;
  sync();
  return 0;
}

static long change_name(void) {
  int here = AT_FDCWD;
  if (is("rename")) return rename(word[1], word[2]);
  if (is("rename-by-number")) return syscall(SYS_renameat2, here, word[1], here, word[2], 0);
  if (is("exchange")) return renameat2(here, word[1], here, word[2], RENAME_EXCHANGE);
  if (is("link")) return link(word[1], word[2]);
  if (is("link-followed")) return linkat(here, word[1], here, word[2], AT_SYMLINK_FOLLOW);
  if (is("unlink")) return unlink(word[1]);
  if (is("mkdir")) return mkdir(word[1], 0755);
  if (is("rmdir")) return rmdir(word[1]);
  if (is("symlink")) return symlink(word[1], word[2]);
  if (is("mknod")) return mknod(word[1], S_IFREG | 0644, 0);
  if (is("mkdtemp")) return mkdtemp(word[1]) == NULL ? -1 : 0;
  return OTHER;
}

static long change_descriptor(void) {
  if (is("open")) {
    *slot(1) = open(word[3], flags(word[2]), 0644);
    return fd(1) < 0 ? -1 : 0;
  }
  if (is("mkstemp")) return (*slot(1) = mkstemp(word[2])) < 0 ? -1 : 0;
  if (is("close")) return close(fd(1));
  if (is("close-unseen")) return raw_close(fd(1));
  if (is("close-range")) return close_range((unsigned)fd(1), (unsigned)fd(2), 0);
  if (is("memfd")) return (*slot(1) = memfd_create("memory", 0)) < 0 ? -1 : 0;
  if (is("pipe")) {
    int both[2];
    long outcome = pipe(both);
    *slot(1) = both[0];
    *slot(2) = both[1];
    return outcome;
  }
  if (is("dup")) return (*slot(2) = dup(fd(1))) < 0 ? -1 : 0;
  if (is("dup2")) return dup2(fd(1), fd(2)) == fd(2) ? 0 : -1;
  // Onto a number that is free.
  if (is("dup-from")) {
    int least = fd(2);
    return (*slot(2) = fcntl(fd(1), F_DUPFD, least)) == least ? 0 : -1;
  }
  if (is("setfl")) return fcntl(fd(1), F_SETFL, flags(word[2]));
  if (is("seek")) return lseek(fd(1), number(2), SEEK_SET);
  if (is("seek-hole")) return lseek(fd(1), number(2), SEEK_HOLE);
  if (is("tell")) return lseek(fd(1), 0, SEEK_CUR);
  return OTHER;
}

static long use_stream(void) {
  if (is("fopen")) {
    stream = fopen(word[1], word[2]);
    if (stream == NULL) return -1;
    setvbuf(stream, NULL, _IOFBF, 4096);
    return 0;
  }
  if (is("fclose")) return fclose(stream);
  if (is("fflush")) return fflush(stream);
  if (is("ferror")) return ferror(stream) != 0;
  if (is("fileno")) return (*slot(1) = fileno(stream)) < 0 ? -1 : 0;
  if (is("fputws")) return fputws(L"wide", stream) < 0 ? -1 : 0;
  if (!is("fputc")) return OTHER;
  for (long left = number(1); left > 0; left--) {
    if (fputc('s', stream) == EOF) return -1;
  }
  return 0;
}

/// Where a signal's handler writes more than a thread takes of the journal at once.
static int signalled;

static void write_much(int unused) {
  (void)unused;
  static char much[300000];
  int error = errno;
  if (pwrite(signalled, much, sizeof much, 0) != sizeof much) _exit(3);
  errno = error;
}

/// The system says within the call, whose locks are held, that the file would be too long.
static void write_within(int unused) {
  (void)unused;
  int error = errno;
  if (write(signalled, "handled", 7) != 7) _exit(3);
  errno = error;
}

static void *write_often(void *unused) {
  static int last;
  char text[32];
  memset(text, '0' + __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED), sizeof text);
  for (long left = number(2); left > 0; left--) {
    if (write(fd(1), text, sizeof text) != sizeof text) return NULL;
  }
  return unused;
}

/// Four threads write to one descriptor, where each write goes on behind the last one.
static long write_together(void) {
  pthread_t all[4];
  for (int i = 0; i < 4; i++) pthread_create(&all[i], NULL, write_often, all);
  void *outcome = all;
  for (int i = 0; i < 4 && outcome != NULL; i++) pthread_join(all[i], &outcome);
  return outcome == NULL ? -1 : 0;
}

static long set_up(void) {
  if (is("threads")) return write_together();
  if (is("on-limit")) {
    signalled = fd(1);
    alarm(10);
    return signal(SIGXFSZ, write_within) == SIG_ERR ? -1 : 0;
  }
  if (is("alarm")) {
    signalled = fd(1);
    signal(SIGALRM, write_much);
    return setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 400000}}, NULL);
  }
  if (is("limit")) {
    struct rlimit limit = {(rlim_t)number(1), RLIM_INFINITY};
    return setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (is("ring")) return syscall(SYS_io_uring_setup, 1, NULL);
  if (is("wait")) {
    for (int i = 0; i < 2000 && access(word[1], F_OK) != 0; i++) usleep(5000);
    return access(word[1], F_OK);
  }
  if (is("exit")) exit((int)number(1));
  return OTHER;
}

static long make(void) {
  long (*const groups[])(void) = {put,       change_size,       flush, change_name,
                                  use_stream, change_descriptor, set_up};
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    long outcome = groups[i]();
    if (outcome != OTHER) return outcome;
  }
  fprintf(stderr, "%s: no call\n", word[0]);
  exit(2);
}

/// Without a number, anything but a failure.
static bool is_expected(long outcome, const char *expected) {
  if (expected == NULL) return outcome >= 0;
  long value = strtol(expected + 1, NULL, 0);
  return value < 0 ? outcome == -1 && errno == -value : outcome == value;
}

int main(int count, char **words) {
  signal(SIGXFSZ, SIG_IGN);
  if (count < 2 || chdir(words[1]) != 0) return 2;
  bool is_child = false;
  for (int i = 2; i < count; i++) {
    char text[4096], *rest = text, *expected = NULL;
    snprintf(text, sizeof text, "%s", words[i]);
    memset(word, 0, sizeof word);
    for (int j = 0; j < WORDS - 1 && (word[j] = strtok_r(rest, " ", &rest)) != NULL; j++) {
      if (word[j][0] != '=') continue;
      expected = word[j];
      word[j] = NULL;
      break;
    }
    // A child makes the calls up to `end`, and its parent those behind it.
    if (is("child") || is("child-by-number")) {
      pid_t child = is("child") ? fork() : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
      is_child = child == 0;
      if (is_child) continue;
      int status;
      if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
      while (i < count && strcmp(words[i], "end") != 0) i++;
      continue;
    }
    if (is("end")) return is_child ? 0 : 2;
    long outcome = make();
    if (!is_expected(outcome, expected)) {
      fprintf(stderr, "%s: %ld (%s)\n", words[i], outcome, strerror(errno));
      return 1;
    }
  }
  return 0;
}

// Makes random calls on the files below the folder that is named, all of them drawn from a seed: everything
// that `powercut record` says it sees. What each call returned is printed, so that two runs can be compared,
// and what they leave: with a recorder and without one. Exit 0: all calls were made.
//
//     cc -O1 -pthread -o random-calls random-calls.c && mkdir d && ./random-calls 17 d
//
// With "unseen" as a third word also what a recorder cannot follow and has to say so.
//
// Seeds that are even: the threads take turns, and share descriptors, names and streams. Odd ones: each runs
// on its own in a folder of its own, and they meet in three files.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/openat2.h>
#include <locale.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#define SLOTS 6
#define STREAMS 3
#define DATA_BYTES 131072

struct thread {
  uint64_t random;
  int index;
  /// Of the folder that names are relative to.
  int folder;
  int *slots;
  FILE **streams;
  FILE *said;
  char *text;
  size_t text_length;
};

extern char **environ;

static char data[DATA_BYTES + 65536];
static char root[3000];
static int thread_count, step_count;
static bool takes_turns, is_unseen;
static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int turn;

static uint64_t draw(struct thread *t) {
  uint64_t word = t->random += UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
  return word ^ word >> 31;
}

static unsigned below(struct thread *t, unsigned bound) { return (unsigned)(draw(t) % bound); }
static bool once_in(struct thread *t, unsigned bound) { return below(t, bound) == 0; }

/// What a call returned; of a descriptor only that it is one.
static long say(struct thread *t, const char *call, long outcome, bool is_descriptor) {
  int error = errno;
  fprintf(t->said, "%s %ld %s\n", call, is_descriptor && outcome >= 0 ? 0 : outcome,
          outcome < 0 ? strerrorname_np(error) : "");
  return outcome;
}

#define CALL(call) (errno = 0, say(t, #call, (long)(call), false))
#define CALL_FD(call) (errno = 0, (int)say(t, #call, (long)(call), true))

static const char *const names[] = {
    "a",    "b",   "c",    "f",     "l",    "lx",   "d1/x",  "d1/n",  "d1/e/y", "d2/n", "d1/e/z",
    "ld/x", "./a", "ld/k", "d1/../c", "d1/lf", "void/v", "odd name%", "g",     "h",    "d2/m"};
static const char *const folders[] = {"d1", "d2", "d3", "d1/e", "void", "d2/s", "d1/e/", "d4/", "d5"};

static const char *name_of_file(struct thread *t) {
  return names[below(t, sizeof names / sizeof *names)];
}
static const char *name_of_folder(struct thread *t) {
  return folders[below(t, sizeof folders / sizeof *folders)];
}
static const char *any_name(struct thread *t) {
  return once_in(t, 4) ? name_of_folder(t) : name_of_file(t);
}

/// The same name from the root, in one of a few buffers.
static const char *absolute(struct thread *t, const char *name) {
  static __thread char buffers[4][4096];
  static __thread int next;
  char *buffer = buffers[next++ % 4];
  if (takes_turns) snprintf(buffer, sizeof buffers[0], "%s/%s", root, name);
  else snprintf(buffer, sizeof buffers[0], "%s/t%d/%s", root, t->index, name);
  return buffer;
}

static size_t length(struct thread *t) {
  static const size_t lengths[] = {0, 1, 7, 100, 511, 512, 513, 1024, 4096, 5000, 70000};
  return lengths[below(t, 11)];
}
static off_t place(struct thread *t) {
  static const off_t places[] = {0, 1, 100, 511, 512, 1000, 4096, 8191, 20000, 65536};
  return places[below(t, 10)];
}
static const char *bytes(struct thread *t) { return data + below(t, 65536); }
static int *slot(struct thread *t) { return &t->slots[below(t, SLOTS)]; }
static int fd_of(struct thread *t) { return *slot(t); }
static FILE **stream_slot(struct thread *t) { return &t->streams[below(t, STREAMS)]; }

static void put_into(struct thread *t, int fd) {
  if (fd < 0) return;
  int *place = slot(t);
  if (*place >= 0) close(*place);
  *place = fd;
}

static int open_flags(struct thread *t) {
  int flags = below(t, 5) == 0 ? O_RDONLY : below(t, 2) ? O_RDWR : O_WRONLY;
  if (below(t, 3) != 0) flags |= O_CREAT;
  if (once_in(t, 5)) flags |= O_EXCL;
  if (once_in(t, 4)) flags |= O_TRUNC;
  if (once_in(t, 4)) flags |= O_APPEND;
  if (once_in(t, 8)) flags |= O_SYNC;
  if (once_in(t, 8)) flags |= O_DSYNC;
  if (once_in(t, 8)) flags |= O_NOFOLLOW;
  if (once_in(t, 2)) flags |= O_CLOEXEC;
  // Without O_CREAT nobody promises what it means.
  if (!(flags & O_CREAT)) flags &= ~O_EXCL;
  return flags;
}

static void opening(struct thread *t) {
  static const mode_t modes[] = {0600, 0640, 0644, 0666, 0400};
  const char *name = once_in(t, 12) ? name_of_folder(t) : name_of_file(t);
  int flags = open_flags(t);
  mode_t mode = modes[below(t, 5)];
  struct open_how how = {.flags = (uint64_t)flags, .mode = flags & O_CREAT ? mode : 0};
  switch (below(t, 10)) {
    case 0: put_into(t, CALL_FD(open(absolute(t, name), flags, mode))); break;
    case 1: put_into(t, CALL_FD(open64(absolute(t, name), flags, mode))); break;
    case 2: put_into(t, CALL_FD(syscall(SYS_openat, t->folder, name, flags, mode))); break;
    case 3: put_into(t, CALL_FD(syscall(SYS_openat2, t->folder, name, &how, sizeof how))); break;
    case 4: put_into(t, CALL_FD(creat(absolute(t, name), mode))); break;
#ifdef SYS_open
    case 5: put_into(t, CALL_FD(syscall(SYS_open, absolute(t, name), flags, mode))); break;
    case 6: put_into(t, CALL_FD(syscall(SYS_creat, absolute(t, name), mode))); break;
#endif
    case 7:
      how.mode = mode;
      how.flags = (uint64_t)(flags & ~(O_CREAT | O_EXCL));
      put_into(t, CALL_FD(syscall(SYS_openat2, t->folder, name, &how, sizeof how)));
      break;
    default: put_into(t, CALL_FD(openat(t->folder, name, flags, mode))); break;
  }
}

static void closing(struct thread *t) {
  int *place = slot(t);
  if (once_in(t, 2)) CALL(close(*place));
  else CALL(syscall(SYS_close, *place));
  *place = -1;
}

static void writing(struct thread *t) {
  int fd = fd_of(t);
  size_t count = length(t);
  const char *from = bytes(t);
  off_t offset = place(t);
  struct iovec parts[3] = {{(void *)from, count}, {(void *)bytes(t), length(t)}, {(void *)from, 3}};
  switch (below(t, 14)) {
    case 0: CALL(syscall(SYS_write, fd, from, count)); break;
    case 1: CALL(pwrite(fd, from, count, offset)); break;
    case 2: CALL(pwrite64(fd, from, count, offset)); break;
    case 3: CALL(syscall(SYS_pwrite64, fd, from, count, offset)); break;
    case 4: CALL(writev(fd, parts, 3)); break;
    case 5: CALL(pwritev(fd, parts, 2, offset)); break;
    case 6: CALL(pwritev2(fd, parts, 3, offset, once_in(t, 2) ? RWF_DSYNC : 0)); break;
    case 7: CALL(pwritev2(fd, parts, 2, -1, once_in(t, 2) ? RWF_APPEND : 0)); break;
    case 8: CALL(pwritev2(fd, parts, 2, offset, RWF_APPEND | RWF_SYNC)); break;
    case 9: CALL(syscall(SYS_writev, fd, parts, 2)); break;
    case 10: CALL(dprintf(fd, "%d and %s\n", 42, "words")); break;
    default: CALL(write(fd, from, count)); break;
  }
}

static void seeking(struct thread *t) {
  int fd = fd_of(t);
  CALL(lseek(fd, place(t), once_in(t, 3) ? SEEK_END : SEEK_SET));
}

static void sizing(struct thread *t) {
  static const int modes[] = {0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                              FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
                              FALLOC_FL_PUNCH_HOLE};
  int fd = fd_of(t), mode = modes[below(t, 6)];
  off_t offset = place(t), count = (off_t)length(t);
  const char *name = any_name(t);
  switch (below(t, 8)) {
    case 0: CALL(ftruncate(fd, offset)); break;
    case 1: CALL(truncate(absolute(t, name), offset)); break;
    case 2: CALL(syscall(SYS_ftruncate, fd, offset)); break;
    case 3: CALL(syscall(SYS_truncate, absolute(t, name), offset)); break;
    case 4: CALL(posix_fallocate(fd, offset, count)); break;
    case 5: CALL(syscall(SYS_fallocate, fd, mode, offset, count)); break;
    default: CALL(fallocate(fd, mode, offset, count)); break;
  }
}

static void copying(struct thread *t) {
  int from = fd_of(t), to = fd_of(t);
  off64_t source = place(t), target = place(t);
  off64_t *at_source = once_in(t, 2) ? &source : NULL, *at_target = once_in(t, 2) ? &target : NULL;
  size_t count = length(t);
  struct stat one = {0}, other = {0};
  fstat(from, &one);
  fstat(to, &other);
  // What sendfile makes of one file that is both depends on the page cache.
  bool is_one = one.st_ino != 0 && one.st_ino == other.st_ino;
  switch (is_one ? below(t, 2) : below(t, 4)) {
    case 0: CALL(copy_file_range(from, at_source, to, at_target, count, 0)); break;
    case 1: CALL(syscall(SYS_copy_file_range, from, at_source, to, at_target, count, 0)); break;
    case 2: CALL(sendfile(to, from, at_source, count)); break;
    default: CALL(syscall(SYS_sendfile, to, from, at_source, count)); break;
  }
  fprintf(t->said, "at %ld %ld\n", (long)source, (long)target);
}

static void syncing(struct thread *t) {
  int fd = fd_of(t);
  switch (below(t, 9)) {
    case 0: CALL(fdatasync(fd)); break;
    case 1: CALL(syscall(SYS_fsync, fd)); break;
    case 2: CALL(syscall(SYS_fdatasync, fd)); break;
    case 3: CALL(fsync(t->folder)); break;
    case 4: CALL(syncfs(fd)); break;
    case 5: CALL(sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE)); break;
    case 6: sync(); break;
    default: CALL(fsync(fd)); break;
  }
}

static void naming(struct thread *t) {
  const char *name = any_name(t), *other = any_name(t);
  int fd = fd_of(t);
  char made[] = "made-XXXXXX", folder[4096];
  switch (below(t, 27)) {
    case 0: CALL(rename(absolute(t, name), absolute(t, other))); break;
    case 1: CALL(renameat(t->folder, name, t->folder, other)); break;
    case 2: CALL(renameat2(t->folder, name, t->folder, other, RENAME_NOREPLACE)); break;
    case 3: CALL(syscall(SYS_renameat2, t->folder, name, t->folder, other, 0)); break;
    case 4: CALL(link(absolute(t, name), absolute(t, other))); break;
    case 5: CALL(linkat(t->folder, name, t->folder, other, AT_SYMLINK_FOLLOW)); break;
    case 6: CALL(linkat(fd, "", t->folder, other, AT_EMPTY_PATH)); break;
    case 7: CALL(symlink(name, absolute(t, other))); break;
    case 8: CALL(symlinkat(absolute(t, name), t->folder, other)); break;
    case 9: CALL(syscall(SYS_symlinkat, name, t->folder, other)); break;
    case 10: CALL(unlink(absolute(t, name))); break;
    case 11: CALL(unlinkat(t->folder, name, 0)); break;
    case 12: CALL(remove(absolute(t, name))); break;
    case 13: CALL(rmdir(absolute(t, name_of_folder(t)))); break;
    case 14: CALL(unlinkat(t->folder, name_of_folder(t), AT_REMOVEDIR)); break;
    case 15: case 16: CALL(mkdir(absolute(t, name_of_folder(t)), 0755)); break;
    case 17: CALL(mkdirat(t->folder, name_of_folder(t), 0700)); break;
    case 18: CALL(mknodat(t->folder, name, S_IFREG | 0600, 0)); break;
    case 19: {
      // The name is another one in each run.
      snprintf(folder, sizeof folder, "%s", absolute(t, made));
      int made_fd = CALL_FD(mkostemp(folder, O_CLOEXEC));
      put_into(t, made_fd);
      if (made_fd < 0) break;
      if (CALL(rename(folder, absolute(t, other))) != 0) CALL(unlink(folder));
      break;
    }
    case 20:
      snprintf(folder, sizeof folder, "%s", absolute(t, made));
      CALL(mkdtemp(folder) != NULL);
      if (CALL(rename(folder, absolute(t, name_of_folder(t)))) != 0) CALL(rmdir(folder));
      break;
#ifdef SYS_rename
    case 21: CALL(syscall(SYS_rename, absolute(t, name), absolute(t, other))); break;
    case 22: CALL(syscall(SYS_unlink, absolute(t, name))); break;
    case 23: CALL(syscall(SYS_mkdir, absolute(t, name_of_folder(t)), 0755)); break;
    case 24: CALL(syscall(SYS_link, absolute(t, name), absolute(t, other))); break;
#endif
    default: CALL(fchmodat(t->folder, name, once_in(t, 2) ? 0600 : 0644, 0)); break;
  }
}

static void copying_descriptors(struct thread *t) {
  int fd = fd_of(t), *target = slot(t);
  switch (below(t, 7)) {
    case 0: put_into(t, CALL_FD(dup(fd))); break;
    case 1: put_into(t, CALL_FD(fcntl(fd, F_DUPFD_CLOEXEC, 50))); break;
    case 2: if (*target >= 0 && *target != fd) CALL_FD(dup2(fd, *target)); break;
    case 3: if (*target >= 0 && *target != fd) CALL_FD(dup3(fd, *target, O_CLOEXEC)); break;
    case 4: CALL(fcntl(fd, F_SETFL, O_APPEND)); break;
    case 5: CALL(syscall(SYS_fcntl, fd, F_SETFL, 0)); break;
    default: put_into(t, CALL_FD(syscall(SYS_fcntl, fd, F_DUPFD, 60))); break;
  }
}

static const char *const modes[] = {"r", "r+", "w", "w+", "a", "a+", "wx", "r+e", "ab", "w+x"};

static void opening_streams(struct thread *t) {
  FILE **place = stream_slot(t);
  const char *mode = modes[below(t, 10)], *name = name_of_file(t);
  if (*place != NULL && once_in(t, 3)) {
    // What was opened anew without a name keeps its descriptor, and must be of the right kind for it.
    *place = freopen(absolute(t, name), mode, *place);
    CALL(*place == NULL ? -1 : 0);
  } else {
    if (*place != NULL) CALL(fclose(*place));
    if (once_in(t, 2)) {
      *place = fopen(absolute(t, name), mode);
    } else {
      int copy = dup(fd_of(t));
      *place = copy < 0 ? NULL : fdopen(copy, mode);
      if (*place == NULL && copy >= 0) close(copy);
    }
    CALL(*place == NULL ? -1 : 0);
  }
  if (*place != NULL && once_in(t, 3)) CALL(setvbuf(*place, NULL, once_in(t, 2) ? _IONBF : _IOLBF, 0));
}

static void using_streams(struct thread *t) {
  FILE **place = stream_slot(t);
  if (*place == NULL) return;
  FILE *stream = *place;
  size_t count = length(t);
  bool is_wide = fwide(stream, 0) > 0, is_new = fwide(stream, 0) == 0;
  switch (below(t, 8)) {
    case 0: CALL(fflush(stream)); return;
    case 1: CALL(fseek(stream, place == NULL ? 0 : (long)length(t), SEEK_SET)); return;
    case 2:
      CALL(fclose(stream));
      *place = NULL;
      return;
    default: break;
  }
  if (is_wide || (is_new && once_in(t, 3))) {
    switch (below(t, 3)) {
      case 0: CALL(fputws(L"wide words \u00e4\u20ac\n", stream)); break;
      case 1: CALL(fwprintf(stream, L"%d %ls\n", 7, L"wide")); break;
      default: CALL(putwc(L'\u00df', stream)); break;
    }
  } else {
    switch (below(t, 5)) {
      case 0: CALL(fputs("narrow words\n", stream)); break;
      case 1: CALL(fprintf(stream, "%05d %s\n", 7, "printed")); break;
      case 2: CALL(putc('x', stream)); break;
      default: CALL(fwrite(bytes(t), 1, count, stream)); break;
    }
  }
}

static void setting_times(struct thread *t) {
  static const struct timespec then[2] = {{1000000000, 5}, {1000000001, 6}};
  const char *name = any_name(t);
  switch (below(t, 3)) {
    case 0: CALL(utimensat(t->folder, name, then, AT_SYMLINK_NOFOLLOW)); break;
    case 1: CALL(utimensat(t->folder, name, NULL, 0)); break;
    default: CALL(futimens(fd_of(t), then)); break;
  }
}

/// Other processes: one that shares nothing, one that borrows the memory, and what they start.
static void processes(struct thread *t) {
  int fd = fd_of(t), status = 0;
  const char *name = absolute(t, name_of_file(t));
  char line[5000];
  // Without a descriptor they would write among what is said here.
  switch (fd < 0 ? 4 : below(t, 5)) {
    case 0: case 1: {
      pid_t child = once_in(t, 2) ? fork() : (pid_t)syscall(SYS_fork);
      if (child == 0) {
        pwrite(fd, "a child was here", 16, 40);
        int own = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (own >= 0) write(own, "appended by a child\n", 20);
        _exit(0);
      }
      waitpid(child, &status, 0);
      break;
    }
    case 2: {
      static const char *const words[] = {"sh", "-c", "echo from a shell; exec true", NULL};
      pid_t child = vfork();
      if (child == 0) {
        dup2(fd, 1);
        close(fd);
        execv("/bin/sh", (char *const *)words);
        _exit(127);
      }
      waitpid(child, &status, 0);
      break;
    }
    case 3: {
      posix_spawn_file_actions_t actions;
      posix_spawn_file_actions_init(&actions);
      posix_spawn_file_actions_adddup2(&actions, fd, 1);
      static const char *const words[] = {"sh", "-c", "echo spawned", NULL};
      pid_t child;
      if (CALL(posix_spawn(&child, "/bin/sh", &actions, NULL, (char *const *)words, environ)) == 0) {
        waitpid(child, &status, 0);
      }
      posix_spawn_file_actions_destroy(&actions);
      break;
    }
    default:
      snprintf(line, sizeof line, "echo more >> '%s'; true", name);
      status = system(line);
      break;
  }
  // A directory's status is that of whatever failed first.
  fprintf(t->said, "process %d\n", status);
}

static void going_unseen(struct thread *t) {
  const char *name = name_of_file(t), *other = name_of_file(t);
  int fd = fd_of(t);
  switch (below(t, 6)) {
    case 0: {
      struct stat status;
      if (fstat(fd, &status) != 0 || status.st_size < 100) break;
      char *memory = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      if (memory == MAP_FAILED) break;
      memcpy(memory + 10, "mapped", 6);
      munmap(memory, 100);
      break;
    }
    case 1: CALL(renameat2(t->folder, name, t->folder, other, RENAME_EXCHANGE)); break;
    case 2: CALL(renameat2(t->folder, name, t->folder, other, RENAME_WHITEOUT)); break;
    case 3: {
      int unnamed = CALL_FD(openat(t->folder, ".", O_TMPFILE | O_RDWR, 0600));
      if (unnamed < 0) break;
      CALL(write(unnamed, "unnamed", 7));
      CALL(linkat(unnamed, "", t->folder, name, AT_EMPTY_PATH));
      CALL(write(unnamed, "named", 5));
      close(unnamed);
      break;
    }
    case 4: {
      int ends[2];
      if (pipe(ends) != 0) break;
      write(ends[1], "through a pipe", 14);
      CALL(splice(ends[0], NULL, fd, NULL, 14, SPLICE_F_NONBLOCK));
      close(ends[0]);
      close(ends[1]);
      break;
    }
    default: {
      posix_spawn_file_actions_t actions;
      posix_spawn_file_actions_init(&actions);
      posix_spawn_file_actions_addopen(&actions, 1, absolute(t, name), O_WRONLY | O_CREAT | O_TRUNC,
                                       0600);
      static const char *const words[] = {"sh", "-c", "echo opened for it", NULL};
      pid_t child;
      if (CALL(posix_spawn(&child, "/bin/sh", &actions, NULL, (char *const *)words, environ)) == 0) {
        waitpid(child, NULL, 0);
      }
      posix_spawn_file_actions_destroy(&actions);
      break;
    }
  }
}

/// Where threads that run on their own meet.
static void meeting(struct thread *t, int step) {
  char name[64];
  if (once_in(t, 2)) {
    int fd = open("shared", O_WRONLY | O_CREAT, 0644);
    pwrite(fd, bytes(t), 700, t->index * 4096 + (off_t)below(t, 3000));
    if (once_in(t, 4)) fsync(fd);
    close(fd);
  } else if (once_in(t, 2)) {
    int fd = open("unordered", O_WRONLY | O_CREAT | O_APPEND, 0644);
    char line[32];
    snprintf(line, sizeof line, "thread %d %5d\n", t->index, step);
    write(fd, line, strlen(line));
    close(fd);
  } else {
    // Who makes it is chance; that it is there is not.
    snprintf(name, sizeof name, "race-%d", step / 8);
    int fd = open(name, O_WRONLY | O_CREAT | (once_in(t, 2) ? O_TRUNC : 0), 0644);
    close(fd);
  }
}

static void one_step(struct thread *t, int step) {
  fprintf(t->said, "%d: ", step);
  unsigned kind = below(t, 100);
  if (is_unseen && kind % 25 == 3) going_unseen(t);
  else if (!takes_turns && kind < 10) meeting(t, step);
  else if (kind < 28) opening(t);
  else if (kind < 31) closing(t);
  else if (kind < 48) writing(t);
  else if (kind < 50) seeking(t);
  else if (kind < 57) sizing(t);
  else if (kind < 62) copying(t);
  else if (kind < 66) syncing(t);
  else if (kind < 79) naming(t);
  else if (kind < 83) copying_descriptors(t);
  else if (kind < 87) opening_streams(t);
  else if (kind < 95) using_streams(t);
  else if (kind < 98) setting_times(t);
  else processes(t);
}

static void fill(int folder, const char *name, int byte, size_t count) {
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  char line[100];
  snprintf(line, sizeof line, "the file %s, ", name);
  write(fd, line, strlen(line));
  write(fd, data + byte, count);
  close(fd);
}

/// What is there before the first call of a folder, made in front of any recorder.
static void prepare(int folder) {
  mkdirat(folder, "d1", 0755);
  mkdirat(folder, "d1/e", 0750);
  mkdirat(folder, "void", 0755);
  fill(folder, "a", 1, 3000);
  fill(folder, "b", 2, 512);
  fill(folder, "d1/x", 3, 70000);
  fill(folder, "d1/e/y", 4, 10);
  fill(folder, "untouched", 5, 100);
  symlinkat("a", folder, "l");
  symlinkat("nowhere", folder, "lx");
  symlinkat("d1", folder, "ld");
  symlinkat("../f", folder, "d1/lf");
}

static void *run(void *argument) {
  struct thread *t = argument;
  for (int step = 0; step < step_count; step++) {
    if (takes_turns) {
      pthread_mutex_lock(&turn_lock);
      while (turn % thread_count != t->index) pthread_cond_wait(&turn_changed, &turn_lock);
    }
    one_step(t, step);
    if (takes_turns) {
      turn++;
      pthread_cond_broadcast(&turn_changed);
      pthread_mutex_unlock(&turn_lock);
    }
  }
  return NULL;
}

int main(int count, char **words) {
  if (count < 3 || count > 4 || realpath(words[2], root) == NULL) return 2;
  uint64_t seed = strtoull(words[1], NULL, 10);
  bool is_preparing = count == 4 && strcmp(words[3], "prepare") == 0;
  is_unseen = count == 4 && strcmp(words[3], "unseen") == 0;
  for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 2654435761u >> 13);
  setlocale(LC_ALL, "C.UTF-8");
  umask(022);
  if (chdir(root) != 0) return 2;
  takes_turns = seed % 2 == 0;
  struct thread first = {.random = seed};
  thread_count = 1 + (int)below(&first, 4);
  step_count = 20 + (int)below(&first, 100);
  static int shared_slots[SLOTS], own_slots[4][SLOTS];
  static FILE *shared_streams[STREAMS], *own_streams[4][STREAMS];
  static struct thread threads[4];
  static pthread_t all[4];
  for (int i = 0; i < thread_count; i++) {
    struct thread *t = &threads[i];
    t->random = seed << 8 | (unsigned)i;
    t->index = i;
    t->slots = takes_turns ? shared_slots : own_slots[i];
    t->streams = takes_turns ? shared_streams : own_streams[i];
    for (int j = 0; j < SLOTS; j++) t->slots[j] = -1;
    char name[] = {'t', (char)('0' + i), 0};
    if (is_preparing && !takes_turns) mkdir(name, 0755);
    t->folder = open(takes_turns ? "." : name, O_RDONLY | O_DIRECTORY);
    if (is_preparing) prepare(t->folder);
    t->said = open_memstream(&t->text, &t->text_length);
  }
  if (is_preparing) return 0;
  for (int i = 0; i < thread_count; i++) {
    if (pthread_create(&all[i], NULL, run, &threads[i]) != 0) return 2;
  }
  for (int i = 0; i < thread_count; i++) {
    pthread_join(all[i], NULL);
    fclose(threads[i].said);
    printf("thread %d\n%s", i, threads[i].text);
  }
  return fflush(stdout) == 0 ? 0 : 2;
}

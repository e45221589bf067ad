// Opening files: what O_TRUNC and O_CREAT do, and the descriptors that come out of it.
//
// A stream's descriptor is opened inside of the C library, past every hook, so `fopen` and `freopen` are
// calls that open as well: the record is published before them and completed after them.

#include "preload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

static int open_next(int folder, const char *path, int flags, mode_t mode) {
  return PC_NEXT(openat64)(folder, path, flags, mode);
}

/// The call itself, with flags that may be others than the program's.
static int open_with(struct open_call *c, int flags) {
  if (c->stream_mode != NULL) return open_next(c->folder, c->path, flags, 0666);
  if (c->how != NULL) {
    struct open_how how = *c->how;
    how.flags = (uint64_t)(unsigned)flags;
    if (!(flags & (O_CREAT | __O_TMPFILE))) how.mode = 0;
    return (int)PC_NEXT(syscall)(SYS_openat2, c->folder, c->path, &how, sizeof how);
  }
  return open_next(c->folder, c->path, flags, c->mode);
}

static int carry_out(struct open_call *c) {
  if (c->stream_mode == NULL) return open_with(c, c->flags);
  c->stream = c->reopened != NULL
                  ? PC_NEXT(freopen64)(c->stream_path, c->stream_mode, c->reopened)
                  : PC_NEXT(fopen64)(c->stream_path, c->stream_mode);
  return c->stream != NULL ? fileno(c->stream) : -1;
}

static int open_unnamed(struct open_call *c) {
  char absolute[PCJ_PATH_BYTES];
  int descriptor = carry_out(c);
  if (descriptor >= 0 && pc_path_of(descriptor, absolute) && pc_is_watched_path(absolute)) {
    pc_report(PCJ_UNNAMED_FILE, absolute);
  }
  return descriptor;
}

/// What came of a try: the call was made, or the name is no longer there, or there by now.
enum outcome { OUTCOME_DONE, OUTCOME_CHANGED };

/// Makes a file whose name was not there a moment ago. That it is this call that makes it, and none of
/// another thread or process, only O_EXCL can tell.
static enum outcome make_file(struct open_call *c, int *descriptor) {
  char absolute[PCJ_PATH_BYTES];
  bool is_link;
  if (!pc_absolute_target(c->folder, c->path, absolute, &is_link) ||
      !pc_is_watched_path(absolute)) {
    *descriptor = carry_out(c);
    return OUTCOME_DONE;
  }
  struct iovec data = {absolute, strlen(absolute)};
  struct pc_event event = {.kind = PCJ_CREATE, .data = &data, .data_count = 1};
  struct pcj_record *record = pc_begin(&event);
  if (record == NULL) {
    *descriptor = -1;
    return OUTCOME_DONE;
  }
  bool is_asked_alone = c->flags & O_EXCL, is_stream = c->stream_mode != NULL;
  bool is_locked = pc_lock_names();
  if (is_asked_alone) {
    *descriptor = carry_out(c);
  } else if (is_link) {
    *descriptor = open_next(AT_FDCWD, absolute, c->flags | O_EXCL, is_stream ? 0666 : c->mode);
  } else {
    *descriptor = open_with(c, c->flags | O_EXCL);
  }
  int error = errno;
  if (*descriptor >= 0) pc_identify_in(record, *descriptor);
  pc_finish(record, *descriptor);
  pc_unlock_names(is_locked);
  if (*descriptor >= 0 && is_stream && !is_asked_alone) {
    // The stream is opened on the file that is there now.
    PC_NEXT(close)(*descriptor);
    *descriptor = carry_out(c);
    return OUTCOME_DONE;
  }
  errno = error;
  return *descriptor < 0 && error == EEXIST && !is_asked_alone ? OUTCOME_CHANGED : OUTCOME_DONE;
}

/// Whether a regular file is there. Opening anything else may wait for somebody.
static bool is_file(const struct open_call *c) {
  struct stat status;
  int flags = c->flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
  return fstatat(c->folder, c->path, &status, flags) == 0 &&
         S_ISREG(status.st_mode);
}

/// Opens what is there. Where the call would make a file, nobody takes the name away meanwhile.
static enum outcome carry_out_on_present(struct open_call *c, int *descriptor) {
  if (!(c->flags & O_CREAT) || !is_file(c)) {
    *descriptor = carry_out(c);
    return OUTCOME_DONE;
  }
  bool is_locked = pc_lock_names();
  bool is_there = is_file(c);
  *descriptor = is_there ? carry_out(c) : -1;
  pc_unlock_names(is_locked);
  return is_there ? OUTCOME_DONE : OUTCOME_CHANGED;
}

/// Opens a name that was there a moment ago, and cuts the file off where the call does that.
static enum outcome open_present(struct open_call *c, int *descriptor) {
  struct pcj_record *record = NULL;
  *descriptor = -1;
  if (c->flags & O_TRUNC && !(c->flags & O_CREAT && c->flags & O_EXCL)) {
    uint32_t state = pc_state_of_path(c->folder, c->path, c->flags & O_NOFOLLOW);
    if (state & PC_ORPHANED) {
      errno = EIO;
      return OUTCOME_DONE;
    }
    if (state & PC_WATCHED && !(state & PC_FOLDER)) {
      struct pc_event event = {.kind = PCJ_RESIZE, .file = state >> PC_FILE_SHIFT};
      record = pc_keep(state, 0, UINT64_MAX) ? pc_begin(&event) : NULL;
      if (record == NULL) return OUTCOME_DONE;
    }
  }
  enum outcome outcome = carry_out_on_present(c, descriptor);
  if (record != NULL) pc_finish(record, *descriptor);
  return outcome;
}

/// A call that cuts a watched file off, or makes a name below the watched folder.
static int open_changing(struct open_call *c) {
  if ((c->flags & O_TMPFILE) == O_TMPFILE) return open_unnamed(c);
  // Others may make the name and take it away again at the same time.
  for (int attempt = 0; attempt < 100; attempt++) {
    int descriptor;
    enum outcome outcome;
    int probe = -1;
    if (c->flags & O_CREAT) {
      probe = open_next(c->folder, c->path, O_PATH | O_CLOEXEC | (c->flags & O_NOFOLLOW), 0);
      if (probe >= 0) PC_NEXT(close)(probe);
    }
    if (c->flags & O_CREAT && probe < 0 && errno == ENOENT) outcome = make_file(c, &descriptor);
    else outcome = open_present(c, &descriptor);
    if (outcome == OUTCOME_DONE) return descriptor;
  }
  return carry_out(c);
}

int pc_open(struct open_call *c) {
  pc_enter();
  int descriptor =
      c->flags & (O_CREAT | O_TRUNC | O_TMPFILE) ? open_changing(c) : carry_out(c);
  pc_forget(descriptor);
  pc_leave();
  return descriptor;
}

static int open_file(int folder, const char *path, int flags, mode_t mode) {
  int random = pc_open_random(path);
  if (random >= 0) return random;
  if (pc_is_off()) return open_next(folder, path, flags, mode);
  return pc_open(&(struct open_call){
      .folder = folder, .path = path, .flags = flags, .mode = mode});
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

#define OPEN_WITH_MODE(call)       \
  va_list arguments;               \
  va_start(arguments, flags);      \
  mode_t mode = mode_of(flags, arguments); \
  va_end(arguments);               \
  return call

PC_HOOK int open64(const char *path, int flags, ...) {
  OPEN_WITH_MODE(open_file(AT_FDCWD, path, flags, mode));
}

PC_HOOK int open(const char *path, int flags, ...) {
  OPEN_WITH_MODE(open_file(AT_FDCWD, path, flags, mode));
}

PC_HOOK int openat64(int folder, const char *path, int flags, ...) {
  OPEN_WITH_MODE(open_file(folder, path, flags, mode));
}

PC_HOOK int openat(int folder, const char *path, int flags, ...) {
  OPEN_WITH_MODE(open_file(folder, path, flags, mode));
}

// What programs call that were built with _FORTIFY_SOURCE.
PC_HOOK int __open_2(const char *path, int flags) { return open_file(AT_FDCWD, path, flags, 0); }
PC_HOOK int __open64_2(const char *path, int flags) { return open_file(AT_FDCWD, path, flags, 0); }
PC_HOOK int __openat_2(int folder, const char *path, int flags) {
  return open_file(folder, path, flags, 0);
}
PC_HOOK int __openat64_2(int folder, const char *path, int flags) {
  return open_file(folder, path, flags, 0);
}

PC_HOOK int creat64(const char *path, mode_t mode) {
  return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

PC_HOOK int creat(const char *path, mode_t mode) { return creat64(path, mode); }

// Names that the C library makes up.

/// Nobody else knows the name yet.
static void tell_created(int descriptor, const char *path) {
  int error = errno;
  struct iovec data = {(void *)(uintptr_t)path, strlen(path)};
  struct pc_event event = {
      .kind = PCJ_CREATE, .flags = PCJ_TOLD, .data = &data, .data_count = 1};
  struct pcj_record *record = pc_prepare(&event);
  if (record != NULL) {
    pc_identify_in(record, descriptor);
    pc_publish(record, PCJ_CREATE);
    pc_finish(record, 0);
  }
  errno = error;
}

static int made(int descriptor) {
  if (pc_is_off() || descriptor < 0) return descriptor;
  pc_enter();
  pc_forget(descriptor);
  char path[PCJ_PATH_BYTES];
  if (pc_is_below(descriptor, path)) tell_created(descriptor, path);
  pc_leave();
  return descriptor;
}

PC_HOOK int mkostemps64(char *pattern, int suffix, int flags) {
  return made(PC_NEXT(mkostemps64)(pattern, suffix, flags));
}
PC_HOOK int mkostemps(char *pattern, int suffix, int flags) {
  return mkostemps64(pattern, suffix, flags);
}
PC_HOOK int mkstemps64(char *pattern, int suffix) { return mkostemps64(pattern, suffix, 0); }
PC_HOOK int mkstemps(char *pattern, int suffix) { return mkostemps64(pattern, suffix, 0); }
PC_HOOK int mkostemp64(char *pattern, int flags) { return mkostemps64(pattern, 0, flags); }
PC_HOOK int mkostemp(char *pattern, int flags) { return mkostemps64(pattern, 0, flags); }
PC_HOOK int mkstemp64(char *pattern) { return mkostemps64(pattern, 0, 0); }
PC_HOOK int mkstemp(char *pattern) { return mkostemps64(pattern, 0, 0); }

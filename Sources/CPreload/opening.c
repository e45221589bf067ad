// Opening files: what O_TRUNC and O_CREAT do, and the descriptors that come out of it.
//
// A stream's descriptor is opened inside of the C library, past every hook, so `fopen` and `freopen` are
// calls that open as well: the record is published before them and completed after them.

#include "preload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int open_next(int folder, const char *path, int flags, mode_t mode) {
  return PC_NEXT(openat64)(folder, path, flags, mode);
}

static int carry_out(struct open_call *c) {
  if (c->stream_mode == NULL) return open_next(c->folder, c->path, c->flags, c->mode);
  c->stream = c->reopened != NULL
                  ? PC_NEXT(freopen64)(c->stream_path, c->stream_mode, c->reopened)
                  : PC_NEXT(fopen64)(c->stream_path, c->stream_mode);
  return c->stream != NULL ? fileno(c->stream) : -1;
}

/// A call that cuts a watched file off, or makes a name below the watched folder.
static int open_changing(struct open_call *c) {
  int folder = c->folder, flags = c->flags;
  const char *path = c->path;
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    char absolute[PCJ_PATH_BYTES];
    int descriptor = carry_out(c);
    if (descriptor >= 0 && pc_path_of(descriptor, absolute) && pc_is_watched_path(absolute)) {
      pc_report(PCJ_UNNAMED_FILE, absolute);
    }
    return descriptor;
  }
  struct pcj_record *record = NULL;
  int probe = open_next(folder, path, O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW), 0);
  if (probe < 0) {
    char absolute[PCJ_PATH_BYTES];
    if (errno == ENOENT && flags & O_CREAT && pc_absolute(folder, path, absolute) &&
        pc_is_watched_path(absolute)) {
      struct iovec data = {absolute, strlen(absolute)};
      struct pc_event event = {.kind = PCJ_CREATE, .data = &data, .data_count = 1};
      record = pc_begin(&event);
      if (record == NULL) return -1;
    }
  } else {
    PC_NEXT(close)(probe);
    bool is_refused = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    if (flags & O_TRUNC && !is_refused) {
      uint32_t state = pc_state_of_path(folder, path, flags & O_NOFOLLOW);
      if (state & PC_ORPHANED) {
        errno = EIO;
        return -1;
      }
      if (state & PC_WATCHED && !(state & PC_FOLDER)) {
        struct pc_event event = {.kind = PCJ_RESIZE, .file = state >> PC_FILE_SHIFT};
        record = pc_begin(&event);
        if (record == NULL) return -1;
      }
    }
  }
  int descriptor = carry_out(c);
  if (record != NULL) pc_finish(record, descriptor);
  return descriptor;
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

static int made(int descriptor) {
  if (pc_is_off() || descriptor < 0) return descriptor;
  pc_enter();
  pc_forget(descriptor);
  char path[PCJ_PATH_BYTES];
  if (pc_is_below(descriptor, path)) pc_tell(PCJ_CREATE, PCJ_TOLD, 0, path);
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

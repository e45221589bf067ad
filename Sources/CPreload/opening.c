// Opening files: what O_TRUNC and O_CREAT do, and the descriptors that come out of it.

#include "preload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int open_next(int folder, const char *path, int flags, mode_t mode) {
  return PC_NEXT(openat64)(folder, path, flags, mode);
}

/// A call that cuts a watched file off, or makes a name below the watched folder.
static int open_changing(int folder, const char *path, int flags, mode_t mode) {
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    char absolute[PCJ_PATH_BYTES];
    int descriptor = open_next(folder, path, flags, mode);
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
  int descriptor = open_next(folder, path, flags, mode);
  if (record != NULL) pc_finish(record, descriptor);
  return descriptor;
}

static int open_file(int folder, const char *path, int flags, mode_t mode) {
  int random = pc_open_random(path);
  if (random >= 0) return random;
  if (pc_is_off()) return open_next(folder, path, flags, mode);
  pc_enter();
  int descriptor = flags & (O_CREAT | O_TRUNC | O_TMPFILE)
                       ? open_changing(folder, path, flags, mode)
                       : open_next(folder, path, flags, mode);
  pc_forget(descriptor);
  pc_leave();
  return descriptor;
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

// Streams. The C library's own write past every hook, so a stream that writes to a watched file is
// made of callbacks that call the hooks; its descriptor is put in by hand, for fileno().

static ssize_t stream_read(void *cookie, char *bytes, size_t count) {
  return read((int)(intptr_t)cookie, bytes, count);
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t written = write((int)(intptr_t)cookie, bytes + done, count - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += (size_t)written;
  }
  // Zero is how such a callback reports an error.
  return (ssize_t)done;
}

static int stream_seek(void *cookie, off64_t *offset, int whence) {
  off64_t place = lseek64((int)(intptr_t)cookie, *offset, whence);
  if (place < 0) return -1;
  *offset = place;
  return 0;
}

static int stream_close(void *cookie) { return close((int)(intptr_t)cookie); }

static FILE *make_stream(int descriptor, const char *mode) {
  cookie_io_functions_t functions = {stream_read, stream_write, stream_seek, stream_close};
  FILE *stream = fopencookie((void *)(intptr_t)descriptor, mode, functions);
  if (stream != NULL) stream->_fileno = descriptor;
  return stream;
}

void pc_watch_standard_stream(int descriptor) {
  char path[PCJ_PATH_BYTES];
  FILE **stream = descriptor == STDOUT_FILENO ? &stdout : &stderr;
  static bool is_done[3];
  if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO) return;
  if (is_done[descriptor] || !pc_is_below(descriptor, path)) return;
  FILE *own = make_stream(descriptor, "w");
  if (own == NULL) return;
  is_done[descriptor] = true;
  if (descriptor == STDERR_FILENO) setvbuf(own, NULL, _IONBF, 0);
  fflush(*stream);
  *stream = own;
}

static bool writes(const char *mode) { return strpbrk(mode, "wa+") != NULL; }

static int flags_of(const char *mode) {
  int flags = strchr(mode, '+') ? O_RDWR : O_WRONLY;
  if (mode[0] == 'r') flags = O_RDWR;
  if (mode[0] == 'w') flags |= O_CREAT | O_TRUNC;
  if (mode[0] == 'a') flags |= O_CREAT | O_APPEND;
  if (strchr(mode, 'x')) flags |= O_EXCL;
  if (strchr(mode, 'e')) flags |= O_CLOEXEC;
  return flags;
}

PC_HOOK FILE *fdopen(int descriptor, const char *mode) {
  char path[PCJ_PATH_BYTES];
  if (pc_is_off() || !writes(mode) || !pc_is_below(descriptor, path)) {
    return PC_NEXT(fdopen)(descriptor, mode);
  }
  return make_stream(descriptor, mode);
}

PC_HOOK FILE *fopen64(const char *path, const char *mode) {
  char absolute[PCJ_PATH_BYTES];
  int random = pc_open_random(path);
  if (random >= 0) return PC_NEXT(fdopen)(random, mode);
  bool is_watched = !pc_is_off() && writes(mode) && strstr(mode, ",ccs=") == NULL &&
                    pc_absolute(AT_FDCWD, path, absolute) && pc_is_watched_path(absolute);
  if (!is_watched) {
    FILE *stream = PC_NEXT(fopen64)(path, mode);
    if (stream != NULL) pc_forget(fileno(stream));
    return stream;
  }
  int descriptor = open(path, flags_of(mode), 0666);
  if (descriptor < 0) return NULL;
  FILE *stream = make_stream(descriptor, mode);
  if (stream == NULL) close(descriptor);
  return stream;
}

PC_HOOK FILE *fopen(const char *path, const char *mode) { return fopen64(path, mode); }

PC_HOOK FILE *freopen64(const char *path, const char *mode, FILE *stream) {
  char absolute[PCJ_PATH_BYTES];
  if (!pc_is_off() && path != NULL && writes(mode) && pc_absolute(AT_FDCWD, path, absolute) &&
      pc_is_watched_path(absolute)) {
    pc_report(PCJ_STREAM, absolute);
  }
  if (stream != NULL) pc_forget(fileno(stream));
  return PC_NEXT(freopen64)(path, mode, stream);
}

PC_HOOK FILE *freopen(const char *path, const char *mode, FILE *stream) {
  return freopen64(path, mode, stream);
}

PC_HOOK int fclose(FILE *stream) {
  if (stream != NULL) {
    // Flushed while what the descriptor is, is still known.
    int descriptor = fileno(stream);
    fflush(stream);
    pc_forget(descriptor);
  }
  return PC_NEXT(fclose)(stream);
}

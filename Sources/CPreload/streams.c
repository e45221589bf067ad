// Streams. The C library writes a stream's buffer past every hook, but through a table of functions that
// all its streams on files share, one for bytes and one for wide characters. Their entries for writing
// and closing are replaced, so that streams stay the library's own, in every mode and with every function
// that fills them.

#include "preload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <wchar.h>

/// Places in the table, the same since version 2.1 of the library.
enum { PLACE_WRITE = 15, PLACE_CLOSE = 17, PLACE_COUNT = 21 };
/// That a stream has failed, for ferror().
#define STREAM_FAILED 0x20

typedef ssize_t (*stream_writer)(FILE *stream, const void *bytes, ssize_t count);
typedef int (*stream_closer)(FILE *stream);

static stream_writer next_write;
static stream_closer next_close;
static bool is_seen;

ssize_t pc_next_stream_write(FILE *stream, const void *bytes, size_t count) {
  return next_write(stream, bytes, (ssize_t)count);
}

static ssize_t stream_write(FILE *stream, const void *bytes, ssize_t count) {
  if (pc_is_off() || count <= 0) return next_write(stream, bytes, count);
  ssize_t done = 0;
  while (done < count) {
    ssize_t written = pc_write_stream(stream, (const char *)bytes + done, (size_t)(count - done));
    if (written < 0) stream->_flags |= STREAM_FAILED;
    if (written <= 0) break;
    done += written;
  }
  return done;
}

static int stream_close(FILE *stream) {
  pc_forget(fileno(stream));
  return next_close(stream);
}

/// The table of a stream stands directly after it.
static void **table_of(FILE *stream) { return *(void ***)((char *)stream + sizeof *stream); }

static bool is_as_known(void *const *table) {
  return table[PLACE_WRITE] == (void *)next_write && table[PLACE_CLOSE] == (void *)next_close;
}

static bool replace(void **table) {
  if (!is_as_known(table)) return false;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)table / page * page;
  size_t length = (uintptr_t)(table + PLACE_COUNT) - start;
  if (PC_NEXT(mprotect)((void *)start, length, PROT_READ | PROT_WRITE) != 0) return false;
  table[PLACE_WRITE] = (void *)stream_write;
  table[PLACE_CLOSE] = (void *)stream_close;
  // The pages are those that the loader made read-only once it had filled them in.
  PC_NEXT(mprotect)((void *)start, length, PROT_READ);
  return true;
}

void pc_watch_streams(void) {
  next_write = (stream_writer)dlsym(RTLD_NEXT, "_IO_file_write");
  next_close = (stream_closer)dlsym(RTLD_NEXT, "_IO_file_close");
  if (next_write == NULL || next_close == NULL) return;
  FILE *stream = PC_NEXT(fopen64)("/dev/null", "we");
  if (stream == NULL) return;
  void **narrow = table_of(stream);
  fwide(stream, 1);
  void **wide = table_of(stream);
  is_seen = wide != narrow && is_as_known(wide) && replace(narrow) && replace(wide);
  PC_NEXT(fclose)(stream);
}

static bool writes(const char *mode) { return strpbrk(mode, "wa+") != NULL; }

static int flags_of(const char *mode) {
  int flags = strchr(mode, '+') ? O_RDWR : O_WRONLY;
  if (mode[0] == 'r') flags = O_RDWR;
  if (mode[0] == 'w') flags |= O_CREAT | O_TRUNC;
  if (mode[0] == 'a') flags |= O_CREAT | O_APPEND;
  if (strchr(mode, 'x')) flags |= O_EXCL;
  return flags;
}

/// Says that a stream's file is not seen, where the C library is another one than we know.
static void report_unseen(FILE *stream, const char *mode) {
  char path[PCJ_PATH_BYTES];
  if (is_seen || stream == NULL || !writes(mode) || !pc_is_below(fileno(stream), path)) return;
  pc_enter();
  pc_report(PCJ_STREAM, path);
  pc_leave();
}

PC_HOOK FILE *fdopen(int descriptor, const char *mode) {
  FILE *stream = PC_NEXT(fdopen)(descriptor, mode);
  // It may have set O_APPEND, for all copies of the descriptor.
  if (mode != NULL && mode[0] == 'a') pc_forget_range(0, UINT32_MAX);
  if (!pc_is_off()) report_unseen(stream, mode);
  return stream;
}

static FILE *open_stream(struct open_call *c) {
  pc_open(c);
  report_unseen(c->stream, c->stream_mode);
  return c->stream;
}

PC_HOOK FILE *fopen64(const char *path, const char *mode) {
  int random = pc_open_random(path);
  if (random >= 0) return PC_NEXT(fdopen)(random, mode);
  if (pc_is_off()) return PC_NEXT(fopen64)(path, mode);
  return open_stream(&(struct open_call){.folder = AT_FDCWD,
                                         .path = path,
                                         .flags = writes(mode) ? flags_of(mode) : O_RDONLY,
                                         .stream_path = path,
                                         .stream_mode = mode});
}

PC_HOOK FILE *fopen(const char *path, const char *mode) { return fopen64(path, mode); }

PC_HOOK FILE *freopen64(const char *path, const char *mode, FILE *stream) {
  if (pc_is_off()) return PC_NEXT(freopen64)(path, mode, stream);
  // What is left of the old file goes there first, as a call of its own.
  fflush(stream);
  char own[32];
  int descriptor = fileno(stream);
  snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
  FILE *reopened =
      open_stream(&(struct open_call){.folder = AT_FDCWD,
                                      .path = path != NULL ? path : own,
                                      .flags = writes(mode) ? flags_of(mode) : O_RDONLY,
                                      .stream_path = path,
                                      .stream_mode = mode,
                                      .reopened = stream});
  // Where that fails the library closes the old one past its table.
  pc_forget(descriptor);
  return reopened;
}

PC_HOOK FILE *freopen(const char *path, const char *mode, FILE *stream) {
  return freopen64(path, mode, stream);
}

// Versions of the library from 2.37 on write what dprintf makes past the tables.

int __vdprintf_chk(int descriptor, int flag, const char *format, va_list arguments);
int __dprintf_chk(int descriptor, int flag, const char *format, ...);

static int print(int descriptor, const char *format, va_list arguments) {
  char *text = NULL;
  int count = vasprintf(&text, format, arguments);
  for (int done = 0; done < count;) {
    ssize_t written = write(descriptor, text + done, (size_t)(count - done));
    if (written < 0) count = -1;
    else done += (int)written;
  }
  int error = errno;
  free(text);
  errno = error;
  return count;
}

PC_HOOK int vdprintf(int descriptor, const char *format, va_list arguments) {
  return print(descriptor, format, arguments);
}

PC_HOOK int __vdprintf_chk(int descriptor, int flag, const char *format, va_list arguments) {
  if (pc_is_off()) return PC_NEXT(__vdprintf_chk)(descriptor, flag, format, arguments);
  return print(descriptor, format, arguments);
}

#define PRINT_ALL(call)              \
  va_list arguments;                 \
  va_start(arguments, format);       \
  int count = call;                  \
  va_end(arguments);                 \
  return count

PC_HOOK int dprintf(int descriptor, const char *format, ...) {
  PRINT_ALL(vdprintf(descriptor, format, arguments));
}

PC_HOOK int __dprintf_chk(int descriptor, int flag, const char *format, ...) {
  PRINT_ALL(__vdprintf_chk(descriptor, flag, format, arguments));
}

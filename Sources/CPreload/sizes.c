// Lengths and allocation: ftruncate, truncate, fallocate.

#include "preload.h"

#include <linux/falloc.h>

struct size_call {
  enum { CALL_FTRUNCATE, CALL_TRUNCATE, CALL_FALLOCATE } call;
  int descriptor;
  const char *path;
  int mode;
  off_t byte_offset;
  off_t byte_count;
};

static int carry_out(const struct size_call *c) {
  switch (c->call) {
    case CALL_FTRUNCATE:
      return PC_NEXT(ftruncate64)(c->descriptor, c->byte_count);
    case CALL_TRUNCATE:
      return PC_NEXT(truncate64)(c->path, c->byte_count);
    case CALL_FALLOCATE:
      return PC_NEXT(fallocate64)(c->descriptor, c->mode, c->byte_offset, c->byte_count);
  }
  errno = ENOSYS;
  return -1;
}

/// Whether a call moves the rest of a file, or does what nobody knows yet: that has no entry.
static bool cannot_be_recorded(const struct size_call *c) {
  int known = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE;
  return c->call == CALL_FALLOCATE && c->mode & ~known;
}

/// What a call does to the file; 0 where the kernel refuses it.
static uint32_t kind_of(const struct size_call *c) {
  if (c->call != CALL_FALLOCATE) return PCJ_RESIZE;
  if (c->mode == 0 || c->mode == FALLOC_FL_KEEP_SIZE) return PCJ_ALLOCATE;
  if (c->mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) return PCJ_PUNCH;
  if ((c->mode & ~FALLOC_FL_KEEP_SIZE) == FALLOC_FL_ZERO_RANGE) return PCJ_ZERO;
  return 0;
}

static int write_zeroes(int descriptor, off_t byte_offset, off_t end) {
  static const char zeroes[65536];
  while (byte_offset < end) {
    size_t part = end - byte_offset < (off_t)sizeof zeroes ? (size_t)(end - byte_offset)
                                                           : sizeof zeroes;
    ssize_t written = PC_NEXT(pwrite64)(descriptor, zeroes, part, byte_offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    byte_offset += written;
  }
  return 0;
}

/// What the file system of a repeatable run cannot do is done by other means: tmpfs has no
/// FALLOC_FL_ZERO_RANGE, others have no holes, and a program that is told so goes another way. So it is
/// not told, and a seed gives the same run wherever its files are.
static int allocate_otherwise(const struct size_call *c) {
  struct stat status;
  if (PC_NEXT(fstat)(c->descriptor, &status) != 0) return -1;
  off_t end = c->byte_offset + c->byte_count;
  off_t filled = end < status.st_size ? end : status.st_size;
  uint32_t kind = kind_of(c);
  if (kind != PCJ_ALLOCATE && c->byte_offset < filled) {
    off_t byte_count = filled - c->byte_offset;
    bool is_punched =
        kind == PCJ_ZERO &&
        PC_NEXT(fallocate64)(c->descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                             c->byte_offset, byte_count) == 0;
    if (!is_punched && write_zeroes(c->descriptor, c->byte_offset, filled) != 0) return -1;
  }
  if (c->mode & FALLOC_FL_KEEP_SIZE || end <= status.st_size) return 0;
  return PC_NEXT(ftruncate64)(c->descriptor, end);
}

/// What the call takes away: the end of the file, or the range.
static bool keep(const struct pc_event *event, uint32_t state) {
  if (event->kind == PCJ_ALLOCATE) return true;
  return pc_keep(state, event->byte_offset,
                 event->kind == PCJ_RESIZE ? UINT64_MAX : event->range_byte_count);
}

static int change_size(const struct size_call *c) {
  if (pc_is_off()) return carry_out(c);
  pc_enter();
  uint32_t state =
      c->path != NULL ? pc_state_of_path(AT_FDCWD, c->path, 0) : pc_state(c->descriptor);
  int outcome = -1;
  if (state & PC_ORPHANED) {
    errno = EIO;
  } else if (!(state & PC_WATCHED) || state & PC_FOLDER) {
    outcome = carry_out(c);
  } else if (cannot_be_recorded(c)) {
    // A file system that cannot do it says this.
    errno = EOPNOTSUPP;
  } else if (kind_of(c) == 0) {
    outcome = carry_out(c);
  } else {
    struct pc_event event = {.kind = kind_of(c), .file = state >> PC_FILE_SHIFT};
    bool is_resize = event.kind == PCJ_RESIZE;
    event.byte_offset = (uint64_t)(is_resize ? c->byte_count : c->byte_offset);
    event.range_byte_count = is_resize ? 0 : (uint64_t)c->byte_count;
    if (!is_resize && c->mode & FALLOC_FL_KEEP_SIZE) event.flags = PCJ_KEEPS_SIZE;
    struct pcj_record *record = keep(&event, state) ? pc_begin(&event) : NULL;
    if (record != NULL) {
      outcome = carry_out(c);
      if (outcome != 0 && errno == EOPNOTSUPP && c->call == CALL_FALLOCATE && pc_is_controlled()) {
        outcome = allocate_otherwise(c);
      }
      pc_finish(record, outcome);
    }
  }
  pc_leave();
  return outcome;
}

PC_HOOK int ftruncate64(int fd, off64_t length) {
  return change_size(&(struct size_call){CALL_FTRUNCATE, fd, NULL, 0, 0, length});
}

PC_HOOK int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

PC_HOOK int truncate64(const char *path, off64_t length) {
  return change_size(&(struct size_call){CALL_TRUNCATE, -1, path, 0, 0, length});
}

PC_HOOK int truncate(const char *path, off_t length) { return truncate64(path, length); }

PC_HOOK int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  return change_size(&(struct size_call){CALL_FALLOCATE, fd, NULL, mode, offset, length});
}

PC_HOOK int fallocate(int fd, int mode, off_t offset, off_t length) {
  return fallocate64(fd, mode, offset, length);
}

/// The C library's own would go past `fallocate` above.
PC_HOOK int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  if (pc_is_off() || !(pc_state(fd) & PC_WATCHED)) {
    return PC_NEXT(posix_fallocate64)(fd, offset, length);
  }
  int error = errno;
  int outcome = fallocate64(fd, 0, offset, length) == 0 ? 0 : errno;
  errno = error;
  return outcome;
}

PC_HOOK int posix_fallocate(int fd, off_t offset, off_t length) {
  return posix_fallocate64(fd, offset, length);
}

// Holes. Where data begins and ends is the file system's own affair and differs between them, so that
// a repeatable run has files without holes: always a right answer, by lseek(2).

PC_HOOK off64_t lseek64(int fd, off64_t offset, int whence) {
  bool asks_for_holes = whence == SEEK_DATA || whence == SEEK_HOLE;
  if (!asks_for_holes || pc_is_off() || !pc_is_controlled()) {
    return PC_NEXT(lseek64)(fd, offset, whence);
  }
  pc_enter();
  char path[PCJ_PATH_BYTES];
  struct stat status;
  off64_t outcome = -1;
  if (!pc_is_below(fd, path)) {
    outcome = PC_NEXT(lseek64)(fd, offset, whence);
  } else if (PC_NEXT(fstat)(fd, &status) == 0) {
    if (offset < 0 || offset >= status.st_size) {
      errno = ENXIO;
    } else {
      outcome = PC_NEXT(lseek64)(fd, whence == SEEK_DATA ? offset : status.st_size, SEEK_SET);
    }
  }
  pc_leave();
  return outcome;
}

PC_HOOK off_t lseek(int fd, off_t offset, int whence) { return lseek64(fd, offset, whence); }

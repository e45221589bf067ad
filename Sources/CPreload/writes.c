// Data and flushes: write, pwrite and their relatives, fsync, fdatasync.

#include "preload.h"

#include <sys/sendfile.h>
#include <sys/syscall.h>

#ifndef RWF_DSYNC
#define RWF_DSYNC 0x2
#endif
#ifndef RWF_SYNC
#define RWF_SYNC 0x4
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 0x10
#endif

enum call { CALL_WRITE, CALL_WRITEV, CALL_PWRITE, CALL_PWRITEV, CALL_PWRITEV2, CALL_STREAM };

struct data_call {
  enum call call;
  int descriptor;
  const struct iovec *data;
  int data_count;
  off_t byte_offset;
  int flags;
  FILE *stream;
};

static ssize_t carry_out(const struct data_call *c) {
  switch (c->call) {
    case CALL_WRITE:
      return PC_NEXT(write)(c->descriptor, c->data->iov_base, c->data->iov_len);
    case CALL_WRITEV:
      return PC_NEXT(writev)(c->descriptor, c->data, c->data_count);
    case CALL_PWRITE:
      return PC_NEXT(pwrite64)(c->descriptor, c->data->iov_base, c->data->iov_len,
                               c->byte_offset);
    case CALL_PWRITEV:
      return PC_NEXT(pwritev64)(c->descriptor, c->data, c->data_count, c->byte_offset);
    case CALL_PWRITEV2:
      // By number: not every C library has it by name. The offset's upper half is in its first word.
      return PC_NEXT(syscall)(SYS_pwritev2, c->descriptor, c->data, (long)c->data_count,
                              c->byte_offset, 0L, (long)c->flags);
    case CALL_STREAM:
      return pc_next_stream_write(c->stream, c->data->iov_base, c->data->iov_len);
  }
  errno = ENOSYS;
  return -1;
}

static bool has_data(const struct data_call *c) {
  if (c->data_count < 0 || c->data_count > IOV_MAX) return false;
  for (int i = 0; i < c->data_count; i++) {
    if (c->data[i].iov_len > 0) return true;
  }
  return false;
}

static uint64_t byte_count_of(const struct data_call *c) {
  uint64_t count = 0;
  for (int i = 0; i < c->data_count; i++) count += c->data[i].iov_len;
  return count;
}

/// Where an appending call has put its `count` bytes.
static uint64_t appended_at(const struct data_call *c, bool moves, ssize_t count) {
  off_t end;
  if (moves) {
    end = lseek(c->descriptor, 0, SEEK_CUR);
  } else {
    struct stat status;
    end = fstat(c->descriptor, &status) == 0 ? status.st_size : 0;
  }
  return (uint64_t)(end - count);
}

/// The call with no more data than its turn allows.
static ssize_t carry_out_allowed(const struct data_call *c, const struct pcj_record *record) {
  size_t left = pc_allowed(record, record->payload_byte_count);
  if (left == record->payload_byte_count) return carry_out(c);
  struct iovec data[IOV_MAX];
  struct data_call shorter = *c;
  shorter.data = data;
  for (int i = 0; i < c->data_count; i++) {
    data[i] = c->data[i];
    if (data[i].iov_len > left) data[i].iov_len = left;
    left -= data[i].iov_len;
  }
  return carry_out(&shorter);
}

/// Whether a descriptor is no file any more: somebody has closed it past every hook, and another has got its
/// number.
static bool is_stale(int descriptor) {
  int error = errno;
  bool is_stale = lseek(descriptor, 0, SEEK_CUR) < 0 && errno == ESPIPE;
  errno = error;
  if (is_stale) pc_forget(descriptor);
  return is_stale;
}

/// What a write says of its durability.
static uint32_t durability(uint32_t state, int flags) {
  if (state & PC_FULLY_DURABLE || flags & RWF_SYNC) return PCJ_DURABLE;
  return state & PC_DURABLE || flags & RWF_DSYNC ? PCJ_DURABLE | PCJ_DATA_ONLY : 0;
}

static ssize_t recorded(const struct data_call *c, uint32_t state) {
  bool moves = c->call == CALL_WRITE || c->call == CALL_WRITEV || c->call == CALL_STREAM ||
               (c->call == CALL_PWRITEV2 && c->byte_offset == -1);
  bool appends = state & PC_APPENDS || c->flags & RWF_APPEND;
  // Who waits for its turn must not keep others from asking for theirs: then it is locked afterwards,
  // and where the call writes is as little known before it as with one that appends.
  bool locks_late = pc_is_controlled() && (moves || appends);
  bool is_locked = !locks_late && (moves || appends) ? pc_lock_position() : false;
  struct pc_event event = {
      .kind = PCJ_WRITE,
      .flags = durability(state, c->flags) | (appends || locks_late ? PCJ_APPENDS : 0u),
      .file = state >> PC_FILE_SHIFT,
      .byte_offset = (uint64_t)c->byte_offset,
      .data = c->data,
      .data_count = c->data_count};
  if (moves && !appends) event.byte_offset = (uint64_t)lseek(c->descriptor, 0, SEEK_CUR);
  // What is appended lies behind all that was there first, or behind where the file was cut off.
  if (!appends && !pc_keep(state, event.byte_offset, byte_count_of(c))) {
    pc_unlock_position(is_locked);
    return -1;
  }
  struct pcj_record *record = pc_begin(&event);
  if (locks_late && record != NULL) is_locked = pc_lock_position();
  ssize_t outcome = -1;
  if (record != NULL) {
    outcome = carry_out_allowed(c, record);
    int error = errno;
    // Where a call that moves the position has written is sure afterwards only: another process may have made
    // the file one that is appended to.
    if ((moves || appends) && outcome > 0) {
      record->byte_offset = appended_at(c, moves, outcome);
    }
    errno = error;
    pc_finish(record, outcome);
  }
  pc_unlock_position(is_locked);
  return outcome;
}

static ssize_t write_data(const struct data_call *c) {
  if (pc_is_off()) return carry_out(c);
  pc_enter();
  uint32_t state = pc_state(c->descriptor);
  ssize_t outcome;
  if (state & PC_ORPHANED) {
    errno = EIO;
    outcome = -1;
  } else if (state & PC_WATCHED && !(state & PC_FOLDER) && has_data(c) &&
             !is_stale(c->descriptor)) {
    outcome = recorded(c, state);
  } else {
    if (state & (PC_MARKS | PC_SAID) && has_data(c)) pc_tell_marks(state, c->data, c->data_count);
    outcome = carry_out(c);
  }
  pc_leave();
  return outcome;
}

PC_HOOK ssize_t write(int fd, const void *bytes, size_t count) {
  struct iovec data = {(void *)(uintptr_t)bytes, count};
  return write_data(&(struct data_call){CALL_WRITE, fd, &data, 1, 0, 0, NULL});
}

ssize_t pc_write_stream(FILE *stream, const void *bytes, size_t count) {
  struct iovec data = {(void *)(uintptr_t)bytes, count};
  return write_data(&(struct data_call){CALL_STREAM, fileno(stream), &data, 1, 0, 0, stream});
}

PC_HOOK ssize_t writev(int fd, const struct iovec *data, int count) {
  return write_data(&(struct data_call){CALL_WRITEV, fd, data, count, 0, 0, NULL});
}

PC_HOOK ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  struct iovec data = {(void *)(uintptr_t)bytes, count};
  return write_data(&(struct data_call){CALL_PWRITE, fd, &data, 1, offset, 0, NULL});
}

PC_HOOK ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return pwrite64(fd, bytes, count, offset);
}

PC_HOOK ssize_t pwritev64(int fd, const struct iovec *data, int count, off64_t offset) {
  return write_data(&(struct data_call){CALL_PWRITEV, fd, data, count, offset, 0, NULL});
}

PC_HOOK ssize_t pwritev(int fd, const struct iovec *data, int count, off_t offset) {
  return pwritev64(fd, data, count, offset);
}

PC_HOOK ssize_t pwritev64v2(int fd, const struct iovec *data, int count, off64_t offset,
                            int flags) {
  return write_data(&(struct data_call){CALL_PWRITEV2, fd, data, count, offset, flags, NULL});
}

PC_HOOK ssize_t pwritev2(int fd, const struct iovec *data, int count, off_t offset, int flags) {
  return pwritev64v2(fd, data, count, offset, flags);
}

// Copies within the kernel are made of a read and a write instead, at most this much at once; a short
// count is an answer that every caller has to expect.
#define COPY_BYTES (UINT64_C(1) << 20)

static ssize_t copy_data(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count,
                         uint32_t state) {
  if (count > COPY_BYTES) count = COPY_BYTES;
  // Who waits for its turn holds no lock: then all that the lock protects is found out afterwards.
  bool locks_late = pc_is_controlled();
  bool is_locked = !locks_late && pc_lock_position();
  struct pc_event event = {
      .kind = PCJ_WRITE,
      .flags = durability(state, 0) | (locks_late ? PCJ_APPENDS : 0u),
      .file = state >> PC_FILE_SHIFT,
      .byte_offset = (uint64_t)(to_offset != NULL ? *to_offset : lseek(to, 0, SEEK_CUR)),
      .room = count};
  // A record that asks would stand behind this one, which is not published yet.
  struct pcj_record *record =
      pc_keep(state, event.byte_offset, count) ? pc_prepare(&event) : NULL;
  if (record == NULL) {
    pc_unlock_position(is_locked);
    return -1;
  }
  if (locks_late) {
    pc_publish(record, PCJ_WRITE);
    if (!pc_turn(record)) return -1;
    is_locked = pc_lock_position();
  }
  off64_t source = from_offset != NULL ? *from_offset : lseek(from, 0, SEEK_CUR);
  off64_t target = to_offset != NULL ? *to_offset : lseek(to, 0, SEEK_CUR);
  ssize_t outcome = pread(from, record + 1, pc_allowed(record, count), source);
  record->byte_offset = (uint64_t)target;
  if (!locks_late) {
    // A record that is never published would end the chunk for its reader.
    record->payload_byte_count = outcome > 0 ? (uint64_t)outcome : 0;
    pc_publish(record, PCJ_WRITE);
  }
  if (outcome > 0) outcome = PC_NEXT(pwrite64)(to, record + 1, (size_t)outcome, target);
  pc_finish(record, outcome);
  if (outcome > 0) {
    if (from_offset != NULL) *from_offset += outcome;
    else lseek(from, source + outcome, SEEK_SET);
    if (to_offset != NULL) *to_offset += outcome;
    else lseek(to, target + outcome, SEEK_SET);
  }
  pc_unlock_position(is_locked);
  return outcome;
}

/// Whether a copy would read what it writes, which the kernel refuses.
static bool overlaps(int from, const off64_t *from_offset, int to, const off64_t *to_offset,
                     size_t count) {
  struct stat one, other;
  if (fstat(from, &one) != 0 || fstat(to, &other) != 0) return false;
  if (one.st_dev != other.st_dev || one.st_ino != other.st_ino) return false;
  off64_t source = from_offset != NULL ? *from_offset : lseek(from, 0, SEEK_CUR);
  off64_t target = to_offset != NULL ? *to_offset : lseek(to, 0, SEEK_CUR);
  if (source >= one.st_size) return false;
  off64_t length = one.st_size - source;
  if (count < (size_t)length) length = (off64_t)count;
  return target < source + length && source < target + length;
}

/// Whether the kernel takes such a call: it is asked to copy nothing.
static bool is_copy_allowed(int from, const off64_t *from_offset, int to, const off64_t *to_offset,
                            size_t count, unsigned flags) {
  off64_t source = from_offset != NULL ? *from_offset : 0;
  off64_t target = to_offset != NULL ? *to_offset : 0;
  if (PC_NEXT(copy_file_range)(from, from_offset != NULL ? &source : NULL, to,
                               to_offset != NULL ? &target : NULL, 0, flags) < 0) {
    return false;
  }
  if (!overlaps(from, from_offset, to, to_offset, count)) return true;
  errno = EINVAL;
  return false;
}

PC_HOOK ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset,
                                size_t count, unsigned flags) {
  if (pc_is_off()) {
    return PC_NEXT(copy_file_range)(from, from_offset, to, to_offset, count, flags);
  }
  pc_enter();
  uint32_t state = pc_state(to);
  ssize_t outcome = -1;
  if (state & PC_ORPHANED) {
    errno = EIO;
  } else if (state & PC_WATCHED && !(state & PC_FOLDER)) {
    if (count == 0) outcome = PC_NEXT(copy_file_range)(from, from_offset, to, to_offset, 0, flags);
    else if (is_copy_allowed(from, from_offset, to, to_offset, count, flags)) {
      outcome = copy_data(from, from_offset, to, to_offset, count, state);
    }
  } else if (state & (PC_MARKS | PC_SAID)) {
    // Every caller has other means, whose data is seen.
    errno = EXDEV;
  } else {
    outcome = PC_NEXT(copy_file_range)(from, from_offset, to, to_offset, count, flags);
  }
  pc_leave();
  return outcome;
}

PC_HOOK ssize_t sendfile64(int to, int from, off64_t *from_offset, size_t count) {
  if (pc_is_off()) return PC_NEXT(sendfile64)(to, from, from_offset, count);
  pc_enter();
  uint32_t state = pc_state(to);
  ssize_t outcome = -1;
  if (state & PC_ORPHANED) {
    errno = EIO;
  } else if (state & PC_WATCHED && !(state & PC_FOLDER)) {
    off64_t source = from_offset != NULL ? *from_offset : 0;
    outcome = PC_NEXT(sendfile64)(to, from, from_offset != NULL ? &source : NULL, 0);
    struct stat status;
    if (outcome == 0 && count > 0 && fstat(from, &status) == 0 && S_ISDIR(status.st_mode)) {
      errno = EINVAL;
      outcome = -1;
    } else if (outcome == 0 && count > 0) {
      outcome = copy_data(from, from_offset, to, NULL, count, state);
    }
  } else if (state & (PC_MARKS | PC_SAID)) {
    errno = EINVAL;
  } else {
    outcome = PC_NEXT(sendfile64)(to, from, from_offset, count);
  }
  pc_leave();
  return outcome;
}

PC_HOOK ssize_t sendfile(int to, int from, off_t *from_offset, size_t count) {
  return sendfile64(to, from, from_offset, count);
}

// Flushes.

typedef int (*sync_function)(int);

static int sync_file(int fd, sync_function next, uint32_t flags) {
  if (pc_is_off()) return next(fd);
  pc_enter();
  uint32_t state = pc_state(fd);
  int outcome = -1;
  char path[PCJ_PATH_BYTES];
  if (state & PC_ORPHANED) {
    errno = EIO;
  } else if (!(state & PC_WATCHED)) {
    outcome = next(fd);
  } else {
    struct pc_event event = {.kind = PCJ_SYNC, .flags = flags, .file = state >> PC_FILE_SHIFT};
    struct iovec data = {path, 0};
    if (state & PC_FOLDER && pc_path_of(fd, path)) {
      data.iov_len = strlen(path);
      event = (struct pc_event){.kind = PCJ_SYNC_FOLDER, .data = &data, .data_count = 1};
    }
    struct pcj_record *record = pc_begin(&event);
    if (record != NULL) {
      outcome = pc_is_done(record) ? 0 : next(fd);
      pc_finish(record, outcome);
    }
  }
  pc_leave();
  return outcome;
}

PC_HOOK int fsync(int fd) { return sync_file(fd, PC_NEXT(fsync), 0); }

PC_HOOK int fdatasync(int fd) { return sync_file(fd, PC_NEXT(fdatasync), PCJ_DATA_ONLY); }

/// Starts and waits for writing, and promises nothing of durability: it is passed on and no entry.
PC_HOOK int sync_file_range(int fd, off64_t offset, off64_t count, unsigned flags) {
  return PC_NEXT(sync_file_range)(fd, offset, count, flags);
}

/// Whether a descriptor is on the watched folder's file system.
static bool is_on_watched_system(int fd) {
  struct stat own, watched;
  return fstat(fd, &own) == 0 && stat(pc_control()->watched, &watched) == 0 &&
         own.st_dev == watched.st_dev;
}

PC_HOOK int syncfs(int fd) {
  if (pc_is_off() || !is_on_watched_system(fd)) return PC_NEXT(syncfs)(fd);
  pc_enter();
  struct pc_event event = {.kind = PCJ_SYNC_ALL};
  struct pcj_record *record = pc_begin(&event);
  int outcome = -1;
  if (record != NULL) {
    outcome = pc_is_done(record) ? 0 : PC_NEXT(syncfs)(fd);
    pc_finish(record, outcome);
  }
  pc_leave();
  return outcome;
}

PC_HOOK void sync(void) {
  if (pc_is_off()) {
    PC_NEXT(sync)();
    return;
  }
  pc_enter();
  struct pc_event event = {.kind = PCJ_SYNC_ALL};
  struct pcj_record *record = pc_begin(&event);
  if (record != NULL) {
    if (!pc_is_done(record)) PC_NEXT(sync)();
    pc_finish(record, 0);
  }
  pc_leave();
}

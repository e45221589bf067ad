// Which descriptors are watched files, found out when one is first used and kept until it is closed.

#include "preload.h"

#include <linux/stat.h>

#define PC_DESCRIPTORS 65536u

/// Zero is "not looked at yet".
static uint32_t states[PC_DESCRIPTORS];
static uint32_t highest;

/// Set once a process that borrows this memory has changed what its descriptors stand for; they are not
/// its lender's.
static uint32_t was_borrowed;

static bool borrows(void) {
  if (!pc_borrows_memory()) return false;
  __atomic_store_n(&was_borrowed, 1, __ATOMIC_RELAXED);
  return true;
}

static void forget(int descriptor) {
  if (descriptor >= 0 && (uint32_t)descriptor < PC_DESCRIPTORS) {
    __atomic_store_n(&states[descriptor], 0, __ATOMIC_RELAXED);
  }
}

void pc_forget(int descriptor) {
  if (!borrows()) forget(descriptor);
}

void pc_forget_range(unsigned first, unsigned last) {
  uint32_t end = __atomic_load_n(&highest, __ATOMIC_RELAXED);
  if (borrows()) return;
  for (uint32_t i = first; i <= end && i <= last; i++) forget((int)i);
}

static void keep(int descriptor, uint32_t state) {
  if ((uint32_t)descriptor >= PC_DESCRIPTORS || borrows()) return;
  uint32_t known = __atomic_load_n(&highest, __ATOMIC_RELAXED);
  while (known < (uint32_t)descriptor &&
         !__atomic_compare_exchange_n(&highest, &known, (uint32_t)descriptor, true,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  __atomic_store_n(&states[descriptor], state, __ATOMIC_RELAXED);
}

void pc_copy_state(int from, int to) {
  if (to < 0) return;
  uint32_t state = 0;
  if (from >= 0 && (uint32_t)from < PC_DESCRIPTORS) {
    state = __atomic_load_n(&states[from], __ATOMIC_RELAXED);
  }
  keep(to, state);
}

bool pc_is_below(int descriptor, char path[PCJ_PATH_BYTES]) {
  struct pcj_identity_of_file identity;
  return pcj_identify(descriptor, "", AT_EMPTY_PATH, &identity) == 0 && S_ISREG(identity.mode) &&
         pc_path_of(descriptor, path) && pc_is_watched_path(path);
}

/// Tells the recorder which file it is and waits until its first contents are kept.
static uint32_t touch(int descriptor, const struct pcj_identity_of_file *identity,
                      const char *path) {
  struct iovec data = {(void *)(uintptr_t)path, strlen(path)};
  struct pc_event event = {.kind = PCJ_TOUCH,
                           .flags = identity->link_count == 0 ? PCJ_NAMELESS : 0,
                           .data = &data,
                           .data_count = 1};
  struct pcj_record *record = pc_prepare(&event);
  if (record == NULL) return 0;
  record->device = identity->device;
  record->inode = identity->inode;
  record->birth_seconds = identity->birth_seconds;
  record->birth_nanoseconds = identity->birth_nanoseconds;
  record->process = (uint32_t)getpid();
  record->descriptor = descriptor;
  pc_publish(record, PCJ_TOUCH);
  uint32_t answer = pc_ask(record);
  pc_finish(record, 0);
  return answer;
}

static bool is_at(const struct pcj_place *place, const struct pcj_identity_of_file *identity) {
  return place->inode != 0 && place->inode == identity->inode && place->device == identity->device;
}

static uint32_t look(int descriptor) {
  struct pcj_identity_of_file identity;
  char path[PCJ_PATH_BYTES];
  if (pcj_identify(descriptor, "", AT_EMPTY_PATH, &identity) != 0) return 0;
  if (is_at(&pc_control()->marks, &identity)) return PC_KNOWN | PC_MARKS;
  if (is_at(&pc_control()->said, &identity)) return PC_KNOWN | PC_SAID;
  if (!S_ISREG(identity.mode) && !S_ISDIR(identity.mode)) return PC_KNOWN;
  if (!pc_path_of(descriptor, path) || !pc_is_watched_path(path)) return PC_KNOWN;
  if (S_ISDIR(identity.mode)) return PC_KNOWN | PC_WATCHED | PC_FOLDER;
  uint32_t answer = touch(descriptor, &identity, path);
  if (answer == 0) return PC_WATCHED | PC_ORPHANED;
  if (answer == PCJ_IGNORED) return PC_KNOWN;
  int flags = PC_NEXT(fcntl64)(descriptor, F_GETFL);
  uint32_t state = PC_KNOWN | PC_WATCHED | answer << PC_FILE_SHIFT;
  if (flags >= 0 && flags & O_APPEND) state |= PC_APPENDS;
  if (flags >= 0 && flags & O_DSYNC) state |= PC_DURABLE;
  if (flags >= 0 && (flags & O_SYNC) == O_SYNC) state |= PC_FULLY_DURABLE;
  return state;
}

uint32_t pc_state(int descriptor) {
  if (descriptor < 0) return 0;
  bool is_ours = !__atomic_load_n(&was_borrowed, __ATOMIC_RELAXED) || !pc_borrows_memory();
  if ((uint32_t)descriptor < PC_DESCRIPTORS && is_ours) {
    uint32_t state = __atomic_load_n(&states[descriptor], __ATOMIC_RELAXED);
    if (state & PC_KNOWN) return state;
  }
  int error = errno;
  uint32_t state = look(descriptor);
  if (state & PC_KNOWN) keep(descriptor, state);
  errno = error;
  return state;
}

uint32_t pc_state_of_path(int folder, const char *path, int flags) {
  int error = errno;
  uint32_t state = 0;
  int descriptor = PC_NEXT(openat64)(folder, path, O_PATH | O_CLOEXEC | flags);
  if (descriptor >= 0) {
    state = look(descriptor);
    PC_NEXT(close)(descriptor);
  }
  errno = error;
  return state;
}

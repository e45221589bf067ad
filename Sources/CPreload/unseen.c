// What changes files without a call that could be recorded: it is let happen and reported.

#include "preload.h"

#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define REPORTS_AT_MOST 64u

void pc_report(uint32_t problem, const char *path) {
  static uint32_t count;
  if (__atomic_fetch_add(&count, 1, __ATOMIC_RELAXED) < REPORTS_AT_MOST) {
    pc_tell(PCJ_PROBLEM, problem, 0, path);
  }
}

static void report(uint32_t problem, const char *path) {
  pc_enter();
  pc_report(problem, path);
  pc_leave();
}

static void report_file(uint32_t problem, int descriptor) {
  char path[PCJ_PATH_BYTES];
  pc_enter();
  if (pc_state(descriptor) & PC_WATCHED && pc_path_of(descriptor, path)) {
    pc_report(problem, path);
  }
  pc_leave();
}

// Shared mappings. One that is only read can be made writable later, so it is remembered.

#define MAPPINGS 256

static struct {
  uintptr_t start;
  uintptr_t end;
  char path[256];
} mappings[MAPPINGS];
static uint32_t mapping_count;
static uint32_t mapping_lock;

static void lock_mappings(void) {
  while (__atomic_exchange_n(&mapping_lock, 1, __ATOMIC_ACQUIRE) != 0) {
  }
}

static void unlock_mappings(void) { __atomic_store_n(&mapping_lock, 0, __ATOMIC_RELEASE); }

void pc_child_starts_mapping(void) { unlock_mappings(); }

static void remember(void *address, size_t length, const char *path) {
  lock_mappings();
  for (uint32_t i = 0; i < MAPPINGS; i++) {
    if (mappings[i].end != 0) continue;
    mappings[i].start = (uintptr_t)address;
    mappings[i].end = (uintptr_t)address + length;
    strncpy(mappings[i].path, path, sizeof mappings[i].path - 1);
    __atomic_add_fetch(&mapping_count, 1, __ATOMIC_RELAXED);
    break;
  }
  unlock_mappings();
}

/// Finds a remembered mapping that overlaps the range; with `forgets`, drops it.
static bool find_mapping(void *address, size_t length, bool forgets, char path[256]) {
  if (__atomic_load_n(&mapping_count, __ATOMIC_RELAXED) == 0) return false;
  bool is_found = false;
  uintptr_t start = (uintptr_t)address;
  lock_mappings();
  for (uint32_t i = 0; i < MAPPINGS; i++) {
    if (mappings[i].end <= start || mappings[i].start >= start + length) continue;
    is_found = true;
    memcpy(path, mappings[i].path, sizeof mappings[i].path);
    bool is_whole = mappings[i].start >= start && mappings[i].end <= start + length;
    if (forgets && is_whole) {
      mappings[i].start = mappings[i].end = 0;
      __atomic_sub_fetch(&mapping_count, 1, __ATOMIC_RELAXED);
    }
  }
  unlock_mappings();
  return is_found;
}

PC_HOOK void *mmap64(void *address, size_t length, int protection, int flags, int fd,
                     off64_t offset) {
  bool is_shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
  bool is_of_interest = is_shared && !(flags & MAP_ANONYMOUS) && !pc_is_off();
  if (is_of_interest && protection & PROT_WRITE) report_file(PCJ_SHARED_MAPPING, fd);
  void *place = PC_NEXT(mmap64)(address, length, protection, flags, fd, offset);
  if (is_of_interest && !(protection & PROT_WRITE) && place != MAP_FAILED) {
    int error = errno;
    char path[PCJ_PATH_BYTES];
    int open_flags = PC_NEXT(fcntl64)(fd, F_GETFL);
    if ((open_flags & O_ACCMODE) == O_RDWR && pc_is_below(fd, path)) remember(place, length, path);
    errno = error;
  }
  return place;
}

PC_HOOK void *mmap(void *address, size_t length, int protection, int flags, int fd,
                   off_t offset) {
  return mmap64(address, length, protection, flags, fd, offset);
}

PC_HOOK int mprotect(void *address, size_t length, int protection) {
  char path[256];
  if (protection & PROT_WRITE && find_mapping(address, length, false, path)) {
    report(PCJ_SHARED_MAPPING, path);
  }
  return PC_NEXT(mprotect)(address, length, protection);
}

PC_HOOK int munmap(void *address, size_t length) {
  char path[256];
  find_mapping(address, length, true, path);
  return PC_NEXT(munmap)(address, length);
}

// io_uring: what goes through a ring is not seen, so there is none. Programs that can do without one
// go on; the recorder says what happened where one cannot.

struct io_uring;
struct io_uring_params;
int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags);
int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                               struct io_uring_params *parameters);
int io_uring_queue_init_mem(unsigned entries, struct io_uring *ring,
                            struct io_uring_params *parameters, void *memory, size_t size);
int io_uring_setup(unsigned entries, struct io_uring_params *parameters);

void pc_refuse_ring(void) {
  pc_enter();
  pc_report(PCJ_IO_URING, "");
  pc_leave();
}

// The library's functions return the negative errno.

PC_HOOK int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags) {
  if (pc_is_off()) return PC_NEXT(io_uring_queue_init)(entries, ring, flags);
  pc_refuse_ring();
  return -ENOSYS;
}

PC_HOOK int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                       struct io_uring_params *parameters) {
  if (pc_is_off()) return PC_NEXT(io_uring_queue_init_params)(entries, ring, parameters);
  pc_refuse_ring();
  return -ENOSYS;
}

PC_HOOK int io_uring_queue_init_mem(unsigned entries, struct io_uring *ring,
                                    struct io_uring_params *parameters, void *memory,
                                    size_t size) {
  if (pc_is_off()) return PC_NEXT(io_uring_queue_init_mem)(entries, ring, parameters, memory, size);
  pc_refuse_ring();
  return -ENOSYS;
}

PC_HOOK int io_uring_setup(unsigned entries, struct io_uring_params *parameters) {
  if (pc_is_off()) return PC_NEXT(io_uring_setup)(entries, parameters);
  pc_refuse_ring();
  return -ENOSYS;
}

// Linux AIO. The layout is that of the kernel's struct iocb.

struct request {
  uint64_t data;
  uint32_t key;
  uint32_t write_flags;
  uint16_t operation;
  int16_t priority;
  uint32_t descriptor;
};

int io_submit(void *context, long count, struct request **requests);

void pc_report_requests(long count, void *list) {
  struct request **requests = list;
  if (pc_is_off() || requests == NULL) return;
  for (long i = 0; i < count; i++) {
    // IOCB_CMD_PREAD, IOCB_CMD_POLL and IOCB_CMD_PREADV change nothing.
    uint16_t operation = requests[i]->operation;
    if (operation == 0 || operation == 5 || operation == 7) continue;
    report_file(PCJ_LINUX_AIO, (int)requests[i]->descriptor);
  }
}

PC_HOOK int io_submit(void *context, long count, struct request **requests) {
  pc_report_requests(count, requests);
  return PC_NEXT(io_submit)(context, count, requests);
}

// POSIX AIO: the C library's own threads write past every hook.

struct aiocb;
int aio_write(struct aiocb *request);
int aio_write64(struct aiocb *request);
int aio_fsync(int operation, struct aiocb *request);
int aio_fsync64(int operation, struct aiocb *request);
int lio_listio(int mode, struct aiocb *const requests[], int count, void *event);
int lio_listio64(int mode, struct aiocb *const requests[], int count, void *event);

/// `aio_fildes` is the first member of the C library's struct.
static void report_posix(const struct aiocb *request) {
  if (!pc_is_off() && request != NULL) report_file(PCJ_POSIX_AIO, *(const int *)request);
}

PC_HOOK int aio_write(struct aiocb *request) {
  report_posix(request);
  return PC_NEXT(aio_write)(request);
}

PC_HOOK int aio_write64(struct aiocb *request) {
  report_posix(request);
  return PC_NEXT(aio_write64)(request);
}

PC_HOOK int aio_fsync(int operation, struct aiocb *request) {
  report_posix(request);
  return PC_NEXT(aio_fsync)(operation, request);
}

PC_HOOK int aio_fsync64(int operation, struct aiocb *request) {
  report_posix(request);
  return PC_NEXT(aio_fsync64)(operation, request);
}

PC_HOOK int lio_listio(int mode, struct aiocb *const requests[], int count, void *event) {
  for (int i = 0; i < count; i++) report_posix(requests[i]);
  return PC_NEXT(lio_listio)(mode, requests, count, event);
}

PC_HOOK int lio_listio64(int mode, struct aiocb *const requests[], int count, void *event) {
  for (int i = 0; i < count; i++) report_posix(requests[i]);
  return PC_NEXT(lio_listio64)(mode, requests, count, event);
}

// Pipes spliced into a file, and clones of other files' blocks.

PC_HOOK ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count,
                       unsigned flags) {
  if (!pc_is_off()) report_file(PCJ_SPLICE, to);
  return PC_NEXT(splice)(from, from_offset, to, to_offset, count, flags);
}

PC_HOOK int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  bool clones = request == FICLONE || request == FICLONERANGE || request == FIDEDUPERANGE;
  if (clones && !pc_is_off()) {
    char path[PCJ_PATH_BYTES];
    if (pc_is_below(fd, path)) {
      // Every program that clones can also copy.
      errno = EOPNOTSUPP;
      return -1;
    }
  }
  return PC_NEXT(ioctl)(fd, request, argument);
}

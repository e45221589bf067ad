// The library's end of the journal: chunks, records, numbers.

#include "preload.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/// Swift's linker adds the C++ library to everything, which programs with another C library cannot load. What
/// stands in this section is read before that, and lets what nobody uses be left out. The section itself is left out,
/// too, where a sanitizer's note on the constant would refer to nothing.
__attribute__((section(".swift1_autolink_entries"), used, no_sanitize("address")))
static const char link_option[] = "-Wl,--as-needed";

struct thread {
  char *chunk;
  uint64_t chunk_byte_count;
  uint64_t used_byte_count;
  uint32_t task;
  int depth;
  /// Where the call that the outermost hook stands for returns to.
  uint64_t caller;
  bool is_taking;
  bool holds_position;
  bool holds_names;
  /// The kernel's number of it, once it was asked for.
  uint32_t number;
};

static __thread struct thread thread __attribute__((tls_model("initial-exec")));
static struct pcj_control *control;
static char journal_path[PCJ_PATH_BYTES];
static pthread_key_t end_of_thread;
static uint32_t process;
/// Which of all programs that have loaded the library this is.
static uint32_t program;
/// Holds 1. The kernel makes it 0 in every copy of this memory, however the process was made that has it.
static uint32_t *own_memory;

static long missing(void) {
  errno = ENOSYS;
  return -1;
}

/// Where offsets always have 64 bits, as in musl, functions have no second name that says so.
static void *next_without_64(const char *name) {
  char plain[64];
  const char *digits = strstr(name, "64");
  if (digits == NULL || strlen(name) >= sizeof plain) return (void *)missing;
  size_t start = (size_t)(digits - name);
  memcpy(plain, name, start);
  strcpy(plain + start, digits + 2);
  void *found = dlsym(RTLD_NEXT, plain);
  return found != NULL ? found : (void *)missing;
}

void *pc_next(void **slot, const char *name) {
  void *found = __atomic_load_n(slot, __ATOMIC_RELAXED);
  if (found == NULL) {
    found = dlsym(RTLD_NEXT, name);
    if (found == NULL) found = next_without_64(name);
    __atomic_store_n(slot, found, __ATOMIC_RELAXED);
  }
  return found;
}

struct pcj_control *pc_control(void) { return control; }

bool pc_is_alive(void) {
  // The kernel marks the word of a robust mutex when its owner dies, so that looking costs no call.
  uint32_t word = (uint32_t)__atomic_load_n(&control->alive.__data.__lock, __ATOMIC_RELAXED);
  return (word & FUTEX_OWNER_DIED) == 0 && (word & FUTEX_TID_MASK) != 0;
}

bool pc_is_off(void) { return control == NULL; }
static void child_starts(void);

/// A process that was made past the C library has had nobody to tell us.
static void look_for_copy(void) {
  if (own_memory != NULL && __atomic_load_n(own_memory, __ATOMIC_RELAXED) == 0) child_starts();
}

void pc_enter(void) {
  look_for_copy();
  if (thread.depth++ == 0) thread.caller = pc_caller(__builtin_frame_address(0));
}

bool pc_borrows_memory(void) {
  if (control == NULL) return false;
  look_for_copy();
  return (uint32_t)getpid() != process;
}

void pc_leave(void) { thread.depth--; }

static void note_failure(int error) {
  uint32_t none = 0;
  __atomic_compare_exchange_n(&control->failure, &none, (uint32_t)error, false, __ATOMIC_RELAXED,
                              __ATOMIC_RELAXED);
}

/// Gives the range blocks now, because a full disk under a mapping is a SIGBUS later.
static int reserve(int descriptor, uint64_t byte_offset, uint64_t byte_count) {
  if (PC_NEXT(fallocate)(descriptor, 0, (off_t)byte_offset, (off_t)byte_count) == 0) return 0;
  if (errno != EOPNOTSUPP && errno != ENOSYS) return -1;
  char zero = 0;
  off_t last = (off_t)(byte_offset + byte_count - 1);
  return PC_NEXT(pwrite64)(descriptor, &zero, 1, last) == 1 ? 0 : -1;
}

/// Maps chunks that nobody has; NULL with errno. The journal is opened each time, because a program
/// may close every descriptor that it did not open.
static struct pcj_chunk *take_chunks(uint64_t byte_count) {
  uint64_t count = (byte_count + PCJ_CHUNK_BYTES - 1) / PCJ_CHUNK_BYTES;
  int descriptor = PC_NEXT(open64)(journal_path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  uint64_t first = __atomic_fetch_add(&control->next_chunk, count, __ATOMIC_RELAXED);
  byte_count = count * PCJ_CHUNK_BYTES;
  struct pcj_chunk *chunk = MAP_FAILED;
  if (reserve(descriptor, first * PCJ_CHUNK_BYTES, byte_count) == 0) {
    chunk = PC_NEXT(mmap64)(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor,
                            (off_t)(first * PCJ_CHUNK_BYTES));
  }
  int error = errno;
  PC_NEXT(close)(descriptor);
  errno = error;
  if (chunk == MAP_FAILED) return NULL;
  madvise(chunk, byte_count, MADV_POPULATE_WRITE);
  chunk->byte_count = byte_count;
  __atomic_store_n(&chunk->magic, PCJ_MAGIC, __ATOMIC_RELEASE);
  return chunk;
}

static void drop_chunk(void) {
  if (thread.chunk == NULL) return;
  if (thread.used_byte_count + sizeof(struct pcj_record) <= thread.chunk_byte_count) {
    struct pcj_record *end = (struct pcj_record *)(thread.chunk + thread.used_byte_count);
    __atomic_store_n(&end->kind, PCJ_END, __ATOMIC_RELEASE);
  }
  PC_NEXT(munmap)(thread.chunk, thread.chunk_byte_count);
  thread.chunk = NULL;
}

static void thread_ends(void *unused) {
  (void)unused;
  drop_chunk();
}

/// The thread that calls exit() runs no destructors of its own.
__attribute__((destructor)) static void program_ends(void) { drop_chunk(); }

/// Room for a record in this thread's chunk; NULL with errno.
static struct pcj_record *take(uint64_t byte_count) {
  if (thread.is_taking || thread.depth > 1) {
    // A signal handler in the middle of the program's own call: its chunk must stay where it is.
    struct pcj_chunk *own = take_chunks(sizeof(struct pcj_chunk) + byte_count);
    return own == NULL ? NULL : (struct pcj_record *)(own + 1);
  }
  thread.is_taking = true;
  if (thread.chunk == NULL || thread.chunk_byte_count - thread.used_byte_count < byte_count) {
    drop_chunk();
    struct pcj_chunk *chunk = take_chunks(sizeof(struct pcj_chunk) + byte_count);
    if (chunk == NULL) {
      thread.is_taking = false;
      return NULL;
    }
    thread.chunk = (char *)chunk;
    thread.chunk_byte_count = chunk->byte_count;
    thread.used_byte_count = sizeof *chunk;
    pthread_setspecific(end_of_thread, &thread);
  }
  struct pcj_record *record = (struct pcj_record *)(thread.chunk + thread.used_byte_count);
  thread.used_byte_count += byte_count;
  thread.is_taking = false;
  return record;
}

struct pcj_record *pc_prepare(const struct pc_event *event) {
  if (!pc_is_alive()) {
    errno = EIO;
    return NULL;
  }
  // Of a signal handler within a hook nobody knows.
  uint64_t caller = thread.depth == 1 ? thread.caller : 0;
  if (event->kind != PCJ_CODE) pc_tell_code(caller);
  uint64_t payload = event->room;
  for (int i = 0; i < event->data_count; i++) payload += event->data[i].iov_len;
  uint64_t byte_count = sizeof(struct pcj_record) + payload + PCJ_RECORD_ALIGNMENT - 1;
  byte_count -= byte_count % PCJ_RECORD_ALIGNMENT;
  struct pcj_record *record = take(byte_count);
  if (record == NULL) {
    note_failure(errno);
    return NULL;
  }
  if (thread.task == 0) {
    thread.task = __atomic_add_fetch(&control->task_count, 1, __ATOMIC_RELAXED);
  }
  record->flags = event->flags;
  record->byte_count = byte_count;
  record->byte_offset = event->byte_offset;
  record->range_byte_count = event->range_byte_count;
  record->payload_byte_count = payload;
  record->file = event->file;
  record->task = thread.task;
  record->process = process;
  record->program = program;
  record->caller = caller;
  record->descriptor = -1;
  char *target = (char *)(record + 1);
  for (int i = 0; i < event->data_count; i++) {
    memcpy(target, event->data[i].iov_base, event->data[i].iov_len);
    target += event->data[i].iov_len;
  }
  return record;
}

void pc_publish(struct pcj_record *record, uint32_t kind) {
  record->submitted = __atomic_add_fetch(&control->order, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&record->kind, kind, __ATOMIC_RELEASE);
}

void pc_publish_aside(struct pcj_record *record, uint32_t kind) {
  record->submitted = __atomic_load_n(&control->order, __ATOMIC_SEQ_CST);
  __atomic_store_n(&record->kind, kind, __ATOMIC_RELEASE);
}

bool pc_is_controlled(void) {
  return __atomic_load_n(&control->is_controlled, __ATOMIC_RELAXED) != 0;
}

bool pc_turn(struct pcj_record *record) {
  if (!pc_is_controlled()) return true;
  uint32_t answer = pc_ask(record);
  if (answer != 0 && !(answer & PCJ_FAIL)) return true;
  errno = answer == 0 ? EIO : (int)(answer & ~PCJ_FAIL);
  pc_finish(record, -1);
  return false;
}

bool pc_is_done(const struct pcj_record *record) { return record->answer == PCJ_DONE; }

size_t pc_allowed(const struct pcj_record *record, size_t count) {
  if (!(record->answer & PCJ_SHORT)) return count;
  size_t limit = record->answer & ~PCJ_SHORT;
  return limit < count ? limit : count;
}

struct pcj_record *pc_begin(const struct pc_event *event) {
  struct pcj_record *record = pc_prepare(event);
  if (record == NULL) return NULL;
  pc_publish(record, event->kind);
  return pc_turn(record) ? record : NULL;
}

void pc_finish(struct pcj_record *record, int64_t outcome) {
  int error = errno;
  record->result = outcome < 0 ? -(int64_t)error : outcome;
  uint64_t number = __atomic_add_fetch(&control->order, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&record->completed, number, __ATOMIC_RELEASE);
  errno = error;
}

uint32_t pc_ask(struct pcj_record *record) {
  __atomic_add_fetch(&control->bell, 1, __ATOMIC_SEQ_CST);
  PC_NEXT(syscall)(SYS_futex, &control->bell, FUTEX_WAKE, 1, NULL, NULL, 0);
  for (;;) {
    uint32_t answer = __atomic_load_n(&record->answer, __ATOMIC_ACQUIRE);
    if (answer != 0) return answer;
    if (!pc_is_alive()) return 0;
    struct timespec limit = {0, 200 * 1000 * 1000};
    PC_NEXT(syscall)(SYS_futex, &record->answer, FUTEX_WAIT, 0, &limit, NULL, 0);
  }
}

void pc_identify_in(struct pcj_record *record, int descriptor) {
  int error = errno;
  struct pcj_identity_of_file identity;
  if (pcj_identify(descriptor, "", AT_EMPTY_PATH, &identity) == 0) {
    record->device = identity.device;
    record->inode = identity.inode;
    record->birth_seconds = identity.birth_seconds;
    record->birth_nanoseconds = identity.birth_nanoseconds;
    record->mode = identity.mode & 07777;
  }
  errno = error;
}

void pc_tell(uint32_t kind, uint32_t flags, uint64_t number, const char *text) {
  int error = errno;
  struct iovec data = {(void *)(uintptr_t)text, strlen(text)};
  struct pc_event event = {
      .kind = kind, .flags = flags, .byte_offset = number, .data = &data, .data_count = 1};
  // It has happened, so that there is nothing to wait for.
  struct pcj_record *record = pc_prepare(&event);
  if (record != NULL) {
    pc_publish(record, kind);
    pc_finish(record, 0);
  }
  errno = error;
}

void pc_tell_marks(uint32_t state, const struct iovec *data, int count) {
  int error = errno;
  struct pc_event event = {.kind = PCJ_MARK,
                           .flags = PCJ_TOLD | (state & PC_SAID ? PCJ_SAID : 0u),
                           .data = data,
                           .data_count = count};
  struct pcj_record *record = pc_prepare(&event);
  if (record != NULL) {
    pc_publish(record, PCJ_MARK);
    pc_finish(record, 0);
  }
  errno = error;
}

/// Takes a lock. One whose owner is gone is taken over: a killed program leaves positions and names as the
/// kernel has them.
static void lock(struct pcj_lock *lock) {
  int error = errno;
  if (thread.number == 0) thread.number = (uint32_t)PC_NEXT(syscall)(SYS_gettid);
  for (;;) {
    uint32_t owner = 0;
    if (__atomic_compare_exchange_n(&lock->owner, &owner, thread.number, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
      break;
    }
    struct timespec limit = {0, 50 * 1000 * 1000};
    long outcome =
        PC_NEXT(syscall)(SYS_futex, &lock->owner, FUTEX_WAIT, owner, &limit, NULL, 0);
    if (outcome == 0 || errno != ETIMEDOUT) continue;
    if (PC_NEXT(syscall)(SYS_kill, owner, 0) != 0 && errno == ESRCH) {
      uint32_t none = owner;
      __atomic_compare_exchange_n(&lock->owner, &none, 0, false, __ATOMIC_RELAXED,
                                  __ATOMIC_RELAXED);
    }
  }
  errno = error;
}

static void unlock(struct pcj_lock *lock) {
  int error = errno;
  __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
  PC_NEXT(syscall)(SYS_futex, &lock->owner, FUTEX_WAKE, 1, NULL, NULL, 0);
  errno = error;
}

bool pc_lock_position(void) {
  if (thread.holds_position) return false;
  lock(&control->position);
  thread.holds_position = true;
  return true;
}

void pc_unlock_position(bool is_locked) {
  if (!is_locked) return;
  thread.holds_position = false;
  unlock(&control->position);
}

bool pc_lock_names(void) {
  if (thread.holds_names) return false;
  lock(&control->names);
  thread.holds_names = true;
  return true;
}

void pc_unlock_names(bool is_locked) {
  if (!is_locked) return;
  thread.holds_names = false;
  unlock(&control->names);
}

static void child_starts(void) {
  // Chunk and number are the parent's.
  if (thread.chunk != NULL) PC_NEXT(munmap)(thread.chunk, thread.chunk_byte_count);
  thread.chunk = NULL;
  thread.task = 0;
  thread.is_taking = false;
  thread.holds_position = thread.holds_names = false;
  thread.number = 0;
  process = (uint32_t)getpid();
  if (own_memory != NULL) __atomic_store_n(own_memory, 1, __ATOMIC_RELAXED);
  pc_child_starts_mapping();
  pc_child_starts_random();
  pc_child_starts_callers();
}

int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *library)
    __attribute__((weak));

static void watch_for_copies(void) {
  size_t length = (size_t)sysconf(_SC_PAGESIZE);
  void *page = PC_NEXT(mmap64)(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                               -1, 0);
  if (page == MAP_FAILED) return;
  // Without it only fork() and its like are noticed.
  if (madvise(page, length, MADV_WIPEONFORK) != 0) return;
  own_memory = page;
  *own_memory = 1;
}

/// One processor, and no thread is interrupted because another one has work now: the order in which the
/// program's threads go on is then its own affair and not the machine's. First in, first out keeps it so
/// on a busy machine, too, and needs a privilege (CAP_SYS_NICE); else no wake-up interrupts, but other
/// programs on the same processor can.
static void run_alone(uint32_t processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  sched_setaffinity(0, sizeof set, &set);
  struct sched_param lowest = {sched_get_priority_min(SCHED_FIFO)}, none = {0};
  if (sched_setscheduler(0, SCHED_FIFO, &lowest) != 0) sched_setscheduler(0, SCHED_BATCH, &none);
  // Answers are read from a pipe while the program runs.
  setvbuf(stdout, NULL, _IOLBF, 0);
}

__attribute__((constructor)) static void start(void) {
  int error = errno;
  const char *path = getenv(PCJ_VARIABLE);
  if (path == NULL || strlen(path) >= sizeof journal_path) return;
  strcpy(journal_path, path);
  int descriptor = PC_NEXT(open64)(journal_path, O_RDWR | O_CLOEXEC);
  if (descriptor >= 0) {
    struct pcj_control *found = PC_NEXT(mmap64)(NULL, sizeof *control, PROT_READ | PROT_WRITE,
                                                MAP_SHARED, descriptor, 0);
    PC_NEXT(close)(descriptor);
    if (found != MAP_FAILED && found->magic == PCJ_MAGIC) {
      pthread_key_create(&end_of_thread, thread_ends);
      // Where the C library has none, the next hook in a child finds out.
      if (__register_atfork != NULL) __register_atfork(NULL, NULL, child_starts, NULL);
      process = (uint32_t)getpid();
      watch_for_copies();
      pc_find_own_code();
      program = __atomic_add_fetch(&found->process_count, 1, __ATOMIC_RELAXED);
      control = found;
      if (pc_is_controlled()) run_alone(found->processor);
      // Now that it has a number among the processes.
      pc_child_starts_random();
      pc_watch_streams();
    }
  }
  errno = error;
}

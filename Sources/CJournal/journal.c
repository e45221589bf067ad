#define _GNU_SOURCE
#include "CJournal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct pcj_control) <= PCJ_CHUNK_BYTES, "the control page is chunk 0");

static int make_mutex(pthread_mutex_t *mutex) {
  pthread_mutexattr_t attributes;
  int error = pthread_mutexattr_init(&attributes);
  if (error == 0) error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (error == 0) error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (error == 0) error = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return error;
}

struct pcj_control *pcj_create(const char *path, const char *watched, struct pcj_alive_copy *lock) {
  if (strlen(watched) >= PCJ_PATH_BYTES) {
    errno = ENAMETOOLONG;
    return NULL;
  }
  int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return NULL;
  int error = posix_fallocate(descriptor, 0, (off_t)PCJ_CHUNK_BYTES);
  struct pcj_control *control = NULL;
  if (error == 0) {
    control = pcj_map(descriptor, 0, sizeof *control);
    if (control == NULL) error = errno;
  }
  if (error == 0) error = make_mutex(&control->alive);
  if (error == 0) error = pthread_mutex_lock(&control->alive);
  close(descriptor);
  if (error != 0) {
    errno = error;
    return NULL;
  }
  strcpy(control->watched, watched);
  control->next_chunk = 1;
  memcpy(lock->bytes, &control->alive, sizeof lock->bytes);
  __atomic_store_n(&control->magic, PCJ_MAGIC, __ATOMIC_RELEASE);
  return control;
}

void pcj_take_control(struct pcj_control *control, uint32_t processor) {
  control->processor = processor;
  __atomic_store_n(&control->is_controlled, 1, __ATOMIC_RELEASE);
}

static struct pcj_place place_of(int descriptor) {
  struct pcj_identity_of_file identity;
  struct pcj_place place = {0, 0};
  if (descriptor >= 0 && pcj_identify(descriptor, "", AT_EMPTY_PATH, &identity) == 0) {
    place.device = identity.device;
    place.inode = identity.inode;
  }
  return place;
}

void pcj_listen(struct pcj_control *control, int marks, int said) {
  control->marks = place_of(marks);
  control->said = place_of(said);
}

int pcj_lend(struct pcj_control *control, uint32_t file, uint32_t piece_shift, uint64_t byte_count) {
  // Stored by the recorder alone.
  uint32_t place = control->lent_count;
  if (place >= PCJ_LENT_FILES) return -1;
  control->lent[place].file = file;
  control->lent[place].piece_shift = piece_shift;
  control->lent[place].byte_count = byte_count;
  __atomic_store_n(&control->lent_count, place + 1, __ATOMIC_RELEASE);
  return (int)place;
}

void pcj_set_kept(struct pcj_control *control, uint32_t place, uint64_t piece) {
  if (place >= PCJ_LENT_FILES || piece >= PCJ_LENT_PIECES) return;
  __atomic_fetch_or(&control->lent[place].kept[piece / 64], UINT64_C(1) << piece % 64,
                    __ATOMIC_RELEASE);
}

int pcj_is_kept(const struct pcj_lent *lent, uint64_t piece) {
  if (piece >= PCJ_LENT_PIECES) return 0;
  uint64_t word = __atomic_load_n(&lent->kept[piece / 64], __ATOMIC_ACQUIRE);
  return (word >> piece % 64 & 1) != 0;
}

uint64_t pcj_take_number(struct pcj_control *control) {
  return __atomic_add_fetch(&control->order, 1, __ATOMIC_SEQ_CST);
}

void pcj_close(struct pcj_control *control, const struct pcj_alive_copy *lock) {
  if (memcmp(lock->bytes, &control->alive, sizeof lock->bytes) == 0) {
    pthread_mutex_unlock(&control->alive);
    munmap(control, sizeof *control);
    return;
  }
  // A program has written over it, or this thread holds a newer journal. Unlocking would follow the
  // pointers in there, and the thread's list of locks leads here: so it stays mapped.
  __atomic_store_n(&control->alive.__data.__lock, (int)FUTEX_OWNER_DIED, __ATOMIC_RELEASE);
}

void *pcj_map(int descriptor, uint64_t byte_offset, uint64_t byte_count) {
  void *address =
      mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, (off_t)byte_offset);
  return address == MAP_FAILED ? NULL : address;
}

void pcj_unmap(void *address, uint64_t byte_count) { munmap(address, byte_count); }

uint32_t pcj_load32(const uint32_t *value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }

uint64_t pcj_load64(const uint64_t *value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }

void pcj_answer(uint32_t *answer, uint32_t value) {
  __atomic_store_n(answer, value, __ATOMIC_RELEASE);
  syscall(SYS_futex, answer, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

void pcj_wait(const uint32_t *bell, uint32_t seen, uint32_t milliseconds) {
  struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  syscall(SYS_futex, bell, FUTEX_WAIT, seen, &limit, NULL, 0);
}

void pcj_forget(int descriptor, uint64_t byte_offset, uint64_t byte_count) {
  fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)byte_offset,
            (off_t)byte_count);
}

uint64_t pcj_identity(void) {
  uint64_t identity = 0;
  while (identity == 0) {
    if (getrandom(&identity, sizeof identity, 0) != (ssize_t)sizeof identity) {
      identity = (uint64_t)time(NULL) << 32 | (uint64_t)getpid();
    }
  }
  return identity;
}

int pcj_identify(int folder, const char *path, int flags, struct pcj_identity_of_file *identity) {
  struct statx found;
  // By number: not every C library has it by name.
  if (syscall(SYS_statx, folder, path, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) {
    return -1;
  }
  memset(identity, 0, sizeof *identity);
  identity->device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
  identity->inode = found.stx_ino;
  if (found.stx_mask & STATX_BTIME) {
    identity->birth_seconds = (uint64_t)found.stx_btime.tv_sec;
    identity->birth_nanoseconds = found.stx_btime.tv_nsec;
  }
  identity->mode = found.stx_mode;
  identity->byte_count = found.stx_size;
  identity->modified_seconds = found.stx_mtime.tv_sec;
  identity->modified_nanoseconds = found.stx_mtime.tv_nsec;
  identity->link_count = found.stx_nlink;
  return 0;
}

uint64_t pcj_file_system(int descriptor) {
  struct statfs found;
  return fstatfs(descriptor, &found) == 0 ? (uint64_t)found.f_type : 0;
}

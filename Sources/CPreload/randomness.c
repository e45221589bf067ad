// A program's own randomness and the time of day, made of a seed, so that a run can be repeated: what it
// writes is then the same again, identifiers and dates included.
//
// Bytes are drawn by SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014), a stream for each process. The time of day starts with the year 2020 and
// goes on by a millisecond whenever somebody looks; clocks that measure durations are left alone.

#include "preload.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

#define FIRST_SECOND INT64_C(1577836800)
#define NANOSECONDS INT64_C(1000000000)
#define TICK_NANOSECONDS INT64_C(1000000)
/// As much of a random device as a program can read of one descriptor.
#define DEVICE_BYTES (UINT64_C(1) << 18)
#define INCREMENT UINT64_C(0x9e3779b97f4a7c15)

static uint64_t seed;
/// 0 before anybody has looked, 1 without a seed, 2 with one.
static uint32_t mode;
static uint64_t stream_start;
static uint64_t draw_count;
static uint64_t tick_count;

static uint64_t mix(uint64_t word) {
  word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
  return word ^ word >> 31;
}

static void start_stream(void) {
  struct pcj_control *control = pc_control();
  uint64_t number =
      control == NULL ? 0 : __atomic_add_fetch(&control->random_count, 1, __ATOMIC_RELAXED);
  stream_start = mix(seed + INCREMENT * (number + 1));
  draw_count = 0;
}

/// Others' constructors draw before ours has run, so that this is looked at when it is first needed.
static bool is_seeded(void) {
  uint32_t known = __atomic_load_n(&mode, __ATOMIC_ACQUIRE);
  if (known != 0) return known == 2;
  const char *text = getenv(PCJ_SEED_VARIABLE);
  char *end = NULL;
  if (text != NULL) seed = strtoull(text, &end, 16);
  bool is_number = text != NULL && end != text && *end == 0;
  if (is_number) start_stream();
  __atomic_store_n(&mode, is_number ? 2 : 1, __ATOMIC_RELEASE);
  return is_number;
}

void pc_child_starts_random(void) {
  if (is_seeded()) start_stream();
}

bool pc_fill_random(void *bytes, size_t count) {
  if (!is_seeded()) return false;
  char *target = bytes;
  while (count > 0) {
    uint64_t number = __atomic_add_fetch(&draw_count, 1, __ATOMIC_RELAXED);
    uint64_t word = mix(stream_start + INCREMENT * number);
    size_t part = count < sizeof word ? count : sizeof word;
    memcpy(target, &word, part);
    target += part;
    count -= part;
  }
  return true;
}

PC_HOOK ssize_t getrandom(void *bytes, size_t count, unsigned flags) {
  return pc_fill_random(bytes, count) ? (ssize_t)count : PC_NEXT(getrandom)(bytes, count, flags);
}

PC_HOOK int getentropy(void *bytes, size_t count) {
  if (count > 256) {
    errno = EIO;
    return -1;
  }
  return pc_fill_random(bytes, count) ? 0 : PC_NEXT(getentropy)(bytes, count);
}

PC_HOOK uint32_t arc4random(void) {
  uint32_t word;
  return pc_fill_random(&word, sizeof word) ? word : PC_NEXT(arc4random)();
}

PC_HOOK void arc4random_buf(void *bytes, size_t count) {
  if (!pc_fill_random(bytes, count)) PC_NEXT(arc4random_buf)(bytes, count);
}

PC_HOOK uint32_t arc4random_uniform(uint32_t bound) {
  uint64_t word;
  if (!pc_fill_random(&word, sizeof word)) return PC_NEXT(arc4random_uniform)(bound);
  return bound == 0 ? 0 : (uint32_t)(word % bound);
}

int pc_open_random(const char *path) {
  if (path == NULL || (strcmp(path, "/dev/urandom") != 0 && strcmp(path, "/dev/random") != 0)) {
    return -1;
  }
  if (!is_seeded()) return -1;
  int descriptor = memfd_create("random", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  char page[4096];
  for (uint64_t done = 0; done < DEVICE_BYTES; done += sizeof page) {
    pc_fill_random(page, sizeof page);
    if (PC_NEXT(pwrite64)(descriptor, page, sizeof page, (off_t)done) != sizeof page) {
      PC_NEXT(close)(descriptor);
      return -1;
    }
  }
  return descriptor;
}

// The time of day.

static int64_t next_time(void) {
  int64_t tick = (int64_t)__atomic_add_fetch(&tick_count, 1, __ATOMIC_RELAXED);
  return FIRST_SECOND * NANOSECONDS + tick * TICK_NANOSECONDS;
}

static struct timespec now_of_seed(void) {
  int64_t now = next_time();
  return (struct timespec){now / NANOSECONDS, now % NANOSECONDS};
}

PC_HOOK time_t time(time_t *result) {
  if (!is_seeded()) return PC_NEXT(time)(result);
  time_t now = now_of_seed().tv_sec;
  if (result != NULL) *result = now;
  return now;
}

PC_HOOK int gettimeofday(struct timeval *now, void *zone) {
  if (!is_seeded()) return PC_NEXT(gettimeofday)(now, zone);
  struct timespec found = now_of_seed();
  *now = (struct timeval){found.tv_sec, found.tv_nsec / 1000};
  return 0;
}

static bool is_time_of_day(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

PC_HOOK int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!is_time_of_day(clock) || !is_seeded()) return PC_NEXT(clock_gettime)(clock, now);
  *now = now_of_seed();
  return 0;
}

/// A moment of the seeded time as one of the kernel's, for who waits until then. What lies before the
/// seeded time began is of another clock, which counts from the machine's start.
static struct timespec kernel_time(const struct timespec *moment) {
  if (!is_seeded() || moment->tv_sec < FIRST_SECOND) return *moment;
  int64_t seeded = FIRST_SECOND * NANOSECONDS +
                   (int64_t)__atomic_load_n(&tick_count, __ATOMIC_RELAXED) * TICK_NANOSECONDS;
  int64_t rest = (int64_t)moment->tv_sec * NANOSECONDS + moment->tv_nsec - seeded;
  struct timespec now;
  PC_NEXT(clock_gettime)(CLOCK_REALTIME, &now);
  int64_t end = (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec + rest;
  return (struct timespec){end / NANOSECONDS, end % NANOSECONDS};
}

PC_HOOK int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                   const struct timespec *until) {
  struct timespec end = kernel_time(until);
  return PC_NEXT(pthread_cond_timedwait)(condition, mutex, &end);
}

PC_HOOK int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until) {
  struct timespec end = kernel_time(until);
  return PC_NEXT(pthread_mutex_timedlock)(mutex, &end);
}

PC_HOOK int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
  struct timespec end = kernel_time(until);
  return PC_NEXT(sem_timedwait)(semaphore, &end);
}

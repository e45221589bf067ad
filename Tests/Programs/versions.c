// Three threads overwrite two files as fast as they can, a sector or a few at a time, with an fdatasync
// now and then, until a call fails: then the last line on stdout is its errno. Each sector belongs to one
// thread and says which version of which sector it is, 21 times over:
//
//     byte  0  8  0x73726576, "vers"
//     byte  8  8  the sector's number in its file
//     byte 16  8  the version, from 1, ascending for each sector
//
//     cc -O2 -pthread -o versions versions.c && ./versions FILE OTHER-FILE [COUNT MARKER]
//
// When COUNT writes were made, of all threads together, the file MARKER is made: whoever waits for it knows how
// far the program has come.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { thread_count = 3, sector_words = 64, block_sectors = 8, block_count = 96 };

static int files[2];
static uint64_t made_count, marked_count = UINT64_MAX;
static const char *marker;

static void fail(void) {
  printf("errno %d\n", errno);
  fflush(stdout);
  _exit(7);
}

static void mark(void) {
  int fd = open(marker, O_WRONLY | O_CREAT, 0644);
  if (fd < 0) fail();
  close(fd);
}

static void fill(uint64_t *words, uint64_t sector, uint64_t version) {
  for (int i = 0; i < sector_words; i++) {
    uint64_t values[] = {0x73726576, sector, version};
    words[i] = i < 63 ? values[i % 3] : 0;
  }
}

static void *work(void *argument) {
  uint64_t thread = (uint64_t)argument, state = 88172645463325252u + thread;
  for (uint64_t version = 1;; version++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    uint64_t block = state % (block_count / thread_count) * thread_count + thread;
    uint64_t first = state / 1000 % block_sectors;
    uint64_t count = 1 + state / 100000 % (block_sectors - first);
    int fd = files[state / 10000000 % 2];
    uint64_t words[block_sectors * sector_words];
    for (uint64_t i = 0; i < count; i++)
      fill(words + i * sector_words, block * block_sectors + first + i, version);
    off_t place = (off_t)(block * block_sectors + first) * 512;
    if (pwrite(fd, words, count * 512, place) != (ssize_t)(count * 512)) fail();
    if (__atomic_add_fetch(&made_count, 1, __ATOMIC_RELAXED) == marked_count) mark();
    if (version % 12 == 0 && fdatasync(fd) != 0) fail();
    usleep(100);
  }
  return NULL;
}

int main(int count, char **words) {
  if (count != 3 && count != 5) return 1;
  alarm(60);
  if (count == 5) {
    marked_count = strtoull(words[3], NULL, 10);
    marker = words[4];
  }
  for (int i = 0; i < 2; i++) {
    files[i] = open(words[i + 1], O_RDWR | O_CREAT, 0644);
    if (files[i] < 0) fail();
  }
  pthread_t threads[thread_count];
  for (uintptr_t i = 0; i < thread_count; i++)
    if (pthread_create(&threads[i], NULL, work, (void *)i) != 0) return 1;
  return pthread_join(threads[0], NULL);
}

// Two threads make the same call at the same time, one on the file `one` of the folder that is named and one on
// `two`; there is a file `source` too. Exit 0: both calls did what they should.
//
//     cc -O1 -pthread -o two-at-once two-at-once.c && ./two-at-once write d

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *kind;
static const char *const names[2] = {"one", "two"};

static int is(const char *name) { return strcmp(kind, name) == 0; }

static void *call(void *number) {
  const char *name = names[(uintptr_t)number];
  char other[16];
  snprintf(other, sizeof other, "%s.new", name);
  struct iovec part = {"data", 4};
  int from = open("source", O_RDONLY);
  int to = open(name, O_RDWR | (is("append") ? O_APPEND : 0));
  intptr_t is_done = 0;
  if (is("write") || is("append")) is_done = write(to, "data", 4) == 4;
  if (is("writev")) is_done = writev(to, &part, 1) == 4;
  if (is("pwritev2")) is_done = pwritev2(to, &part, 1, -1, 0) == 4;
  if (is("copy_file_range")) is_done = copy_file_range(from, NULL, to, NULL, 4, 0) == 4;
  if (is("sendfile")) is_done = sendfile(to, from, NULL, 4) == 4;
  if (is("dprintf")) is_done = dprintf(to, "%s", "data") == 4;
  if (is("stream")) {
    FILE *stream = fdopen(to, "r+");
    is_done = stream != NULL && fputs("data", stream) >= 0 && fflush(stream) == 0;
  }
  if (is("rename")) is_done = rename(name, other) == 0;
  if (is("unlink")) is_done = unlink(name) == 0;
  if (is("link")) is_done = link(name, other) == 0;
  if (is("mkdir")) is_done = mkdir(other, 0755) == 0;
  if (is("create")) is_done = open(other, O_WRONLY | O_CREAT, 0644) >= 0;
  return (void *)is_done;
}

int main(int count, char **words) {
  if (count != 3 || chdir(words[2]) != 0) return 2;
  kind = words[1];
  pthread_t threads[2];
  void *outcomes[2] = {NULL, NULL};
  for (uintptr_t i = 0; i < 2; i++) {
    if (pthread_create(&threads[i], NULL, call, (void *)i) != 0) return 2;
  }
  for (int i = 0; i < 2; i++) pthread_join(threads[i], &outcomes[i]);
  return outcomes[0] != NULL && outcomes[1] != NULL ? 0 : 1;
}

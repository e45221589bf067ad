// Makes the calls that its words say, one after the other: cases rename a n fdatasync n. Files are written with
// `pwrite NAME OFFSET COUNT`, with O_DSYNC by `dsync NAME OFFSET COUNT`; each is opened and closed around its call.

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char **words;

static int is(const char *word, int argument_count) {
  if (strcmp(words[0], word) != 0) return 0;
  words += 1 + argument_count;
  return 1;
}

int main(int count, char **given) {
  static char data[65536];
  memset(data, 'N', sizeof data);
  for (words = given + 1; words < given + count;) {
    char **at = words;
    int outcome = -1, file = -1;
    if (is("rename", 2)) outcome = rename(at[1], at[2]);
    else if (is("link", 2)) outcome = link(at[1], at[2]);
    else if (is("chmod", 2)) outcome = chmod(at[1], (mode_t)strtol(at[2], NULL, 8));
    else if (is("mkdir", 1)) outcome = mkdir(at[1], 0755);
    else if (is("truncate", 2)) outcome = truncate(at[1], atol(at[2]));
    else if (is("pause", 1)) outcome = usleep(1000 * (useconds_t)atol(at[1]));
    else if (is("sync", 0)) sync(), outcome = 0;
    else if (is("fsync", 1)) outcome = fsync(file = open(at[1], O_RDONLY));
    else if (is("fdatasync", 1)) outcome = fdatasync(file = open(at[1], O_RDONLY));
    else if (is("pwrite", 3) || is("dsync", 3)) {
      file = open(at[1], O_WRONLY | O_CREAT | (at[0][0] == 'd' ? O_DSYNC : 0), 0644);
      outcome = pwrite(file, data, (size_t)atol(at[3]), atol(at[2])) < 0 ? -1 : 0;
    }
    if (outcome != 0) err(1, "%s %s", at[0], at[1]);
    if (file >= 0) close(file);
  }
  return 0;
}

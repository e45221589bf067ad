// Writes blocks of 4 KiB to a file, with an fsync after each 16, until a call fails; the first word is the
// file, the second one says after how many writes to end by itself (0: never). The last line on stdout
// is how many writes were made, or the errno of the call that failed.
//
//     cc -O2 -o endless endless.c && ./endless FILE 20000

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 3) return 1;
  long limit = atol(words[2]);
  int fd = open(words[1], O_RDWR | O_CREAT, 0644);
  unsigned long state = 88172645463325252ul;
  char block[4096];
  for (long i = 0; limit == 0 || i < limit; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    memset(block, (int)i, sizeof block);
    if (pwrite(fd, block, sizeof block, (off_t)(state % 4096) * 4096) != sizeof block ||
        (i % 16 == 15 && fsync(fd) != 0)) {
      printf("errno %d\n", errno);
      return 7;
    }
  }
  printf("%ld writes\n", limit);
  return 0;
}

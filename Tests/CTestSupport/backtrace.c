/*
 * Swift Testing takes a backtrace of every error that is thrown, caught or not. Our readers throw at every
 * entry that is none, so a quarter of the tests' time went into that, and none of it is ever printed: the
 * program of the tests has a function of that name without frames, which is found before the C library's.
 */
int backtrace(void **frames, int capacity);

int backtrace(void **frames, int capacity) {
  (void)frames;
  (void)capacity;
  return 0;
}

// Writes files below the folder that is named through streams in every mode, through the functions that
// print to a descriptor, and through calls by number. What is left must be the same with a recorder as
// without one. Exit 0: each call returned what it should.
//
//     cc -O1 -o streams streams.c && mkdir d && ./streams d

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <wchar.h>

#define EXPECT(condition)                                                              \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, strerror(errno));    \
      exit(1);                                                                         \
    }                                                                                  \
  } while (0)

static const char *const modes[] = {"r",  "w",  "a",   "r+",  "w+",  "a+",
                                    "we", "ab", "w+b", "r+e", "a+e", "wx"};

/// A file that holds ten digits, unless the mode is one that must make it.
static void name_for(char *name, const char *kind, const char *mode) {
  sprintf(name, "%s-%s", kind, mode);
  if (strchr(mode, 'x')) return;
  int fd = open(name, O_WRONLY | O_CREAT, 0600);
  EXPECT(fd >= 0 && write(fd, "0123456789", 10) == 10 && close(fd) == 0);
}

/// Writes at the start, then at the end or where the mode puts it.
static void fill(FILE *stream, const char *mode) {
  EXPECT(stream != NULL);
  if (strcmp(mode, "r") == 0) {
    EXPECT(getc(stream) == '0' && putc('x', stream) == EOF && fclose(stream) == 0);
    return;
  }
  EXPECT(fprintf(stream, "%d", 77) == 2 && fflush(stream) == 0);
  EXPECT(fseek(stream, 4, SEEK_SET) == 0);
  EXPECT(putc('p', stream) == 'p' && fputc('f', stream) == 'f' && fputs("s", stream) >= 0);
  EXPECT(putw(65, stream) == 0 && fwrite_unlocked("u", 1, 1, stream) == 1);
  EXPECT(fclose(stream) == 0);
}

static void opened(void) {
  char name[64];
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    name_for(name, "fopen", modes[i]);
    fill(fopen(name, modes[i]), modes[i]);
    if (strchr(modes[i], 'x')) EXPECT(fopen(name, modes[i]) == NULL && errno == EEXIST);
  }
}

static void taken_over(void) {
  char name[64];
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    name_for(name, "fdopen", modes[i]);
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    fill(fdopen(fd, modes[i]), modes[i]);
  }
  // The mode changes the descriptor, and each copy of it, for other calls as well.
  name_for(name, "both", "a");
  int fd = open(name, O_RDWR), copy = dup(fd);
  EXPECT(write(copy, "ab", 2) == 2);
  FILE *stream = fdopen(fd, "a");
  EXPECT(write(copy, "cd", 2) == 2 && fputs("ef", stream) >= 0 && fclose(stream) == 0);
  EXPECT(write(copy, "gh", 2) == 2 && close(copy) == 0);
}

static void reopened(void) {
  char name[64];
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    FILE *stream = fopen("reopened-first", "a");
    EXPECT(stream != NULL && fputs("kept ", stream) >= 0);
    name_for(name, "freopen", modes[i]);
    fill(freopen(name, modes[i], stream), modes[i]);
  }
  FILE *stream = fopen("mode-only", "w+");
  EXPECT(stream != NULL && fputs("gone", stream) >= 0);
  stream = freopen(NULL, "w", stream);
  EXPECT(stream != NULL && fputs("new", stream) >= 0);
  stream = freopen(NULL, "a", stream);
  EXPECT(stream != NULL && fputs(" end", stream) >= 0 && fclose(stream) == 0);
}

static int print_wide(FILE *stream, const wchar_t *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vfwprintf(stream, format, arguments);
  va_end(arguments);
  return count;
}

static void wide(void) {
  EXPECT(setlocale(LC_ALL, "C.UTF-8") != NULL);
  FILE *stream = fopen("wide", "w+");
  EXPECT(stream != NULL && fwide(stream, 0) == 0);
  EXPECT(fwprintf(stream, L"%ls %d\n", L"\u00e4\u20ac", 5) == 5 && fwide(stream, 0) > 0);
  EXPECT(print_wide(stream, L"%d", 6) == 1 && fputwc(L'\u00df', stream) == L'\u00df');
  EXPECT(fputws(L"\U0001f50c!", stream) >= 0 && putwc_unlocked(L'z', stream) == L'z');
  EXPECT(fflush(stream) == 0 && fseek(stream, 0, SEEK_SET) == 0);
  EXPECT(fgetwc(stream) == L'\u00e4' && fclose(stream) == 0);
  stream = fopen("wide-ccs", "w,ccs=UTF-8");
  EXPECT(stream != NULL && fputws(L"\u00fc", stream) >= 0 && fclose(stream) == 0);
  int fd = open("wide-fdopen", O_WRONLY | O_CREAT, 0600);
  stream = fdopen(fd, "a");
  EXPECT(stream != NULL && fputws(L"\u00f6", stream) >= 0 && fclose(stream) == 0);
}

static void buffered(void) {
  static char own[50];
  FILE *all = fopen("buffer-own", "w"), *none = fopen("buffer-none", "w");
  FILE *line = fopen("buffer-line", "w"), *left = fopen("buffer-left-to-exit", "w");
  EXPECT(all != NULL && none != NULL && line != NULL && left != NULL);
  EXPECT(setvbuf(all, own, _IOFBF, sizeof own) == 0 && setvbuf(line, NULL, _IOLBF, 0) == 0);
  setbuf(none, NULL);
  for (int i = 0; i < 3000; i++) {
    EXPECT(fprintf(all, "all %d\n", i) > 0 && fprintf(line, "line %d\n", i) > 0);
    EXPECT(i > 50 || (fprintf(none, "none %d\n", i) > 0 && fprintf(left, "left %d", i) > 0));
  }
  EXPECT(fflush(NULL) == 0 && fputs("after", left) >= 0);
  char *text = NULL;
  size_t length = 0;
  FILE *memory = open_memstream(&text, &length);
  EXPECT(memory != NULL && fputs("memory", memory) >= 0 && fclose(memory) == 0);
  EXPECT(length == 6 && strcmp(text, "memory") == 0);
  free(text);
}

static int print(int fd, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vdprintf(fd, format, arguments);
  va_end(arguments);
  return count;
}

static void printed(void) {
  int fd = open("printed", O_RDWR | O_CREAT, 0600);
  EXPECT(dprintf(fd, "number %d\n", 5) == 9 && print(fd, "%s", "text") == 4);
  EXPECT(write(fd, "end", 3) == 3 && dprintf(fd, "%*d", 20000, 1) == 20000 && close(fd) == 0);
  EXPECT(dprintf(fd, "closed") < 0);
}

static void by_number(void) {
  long fd = syscall(SYS_openat, AT_FDCWD, "number", O_RDWR | O_CREAT, 0600);
  EXPECT(fd >= 0 && syscall(SYS_write, fd, "0123456789", 10) == 10);
  EXPECT(syscall(SYS_fcntl, fd, F_SETFL, O_APPEND) == 0 && syscall(SYS_write, fd, "a", 1) == 1);
  long copy = syscall(SYS_fcntl, fd, F_DUPFD, 50);
  EXPECT(copy >= 50 && syscall(SYS_pwrite64, copy, "b", 1, 0) == 1);
  EXPECT(syscall(SYS_ftruncate, fd, 11) == 0 && close((int)copy) == 0);
  long second = syscall(SYS_openat, AT_FDCWD, "number-copy", O_RDWR | O_CREAT, 0600);
  off_t start = 2;
  EXPECT(syscall(SYS_sendfile, second, fd, &start, 5) == 5 && start == 7);
  EXPECT(syscall(SYS_close, second) == 0 && syscall(SYS_close, fd) == 0);
  struct open_how how = {.flags = O_WRONLY | O_TRUNC};
  fd = syscall(SYS_openat2, AT_FDCWD, "number", &how, sizeof how);
  if (fd < 0) fd = open("number", O_WRONLY | O_TRUNC);
  EXPECT(fd >= 0 && write((int)fd, "cut", 3) == 3 && close((int)fd) == 0);
  EXPECT(syscall(SYS_renameat2, AT_FDCWD, "number", AT_FDCWD, "number-2", 0) == 0);
#ifdef SYS_open
  fd = syscall(SYS_creat, "old", 0600);
  EXPECT(fd >= 0 && syscall(SYS_write, fd, "old", 3) == 3 && close((int)fd) == 0);
  fd = syscall(SYS_open, "old", O_WRONLY | O_APPEND);
  EXPECT(fd >= 0 && syscall(SYS_dup2, fd, 60) == 60 && syscall(SYS_write, 60, "er", 2) == 2);
  EXPECT(close((int)fd) == 0 && close(60) == 0 && syscall(SYS_rename, "old", "older") == 0);
  EXPECT(syscall(SYS_link, "older", "oldest") == 0 && syscall(SYS_unlink, "older") == 0);
#endif
}

int main(int count, char **words) {
  EXPECT(count == 2 && chdir(words[1]) == 0);
  opened();
  taken_over();
  reopened();
  wide();
  buffered();
  printed();
  by_number();
  // The library's own streams, which exit() empties.
  EXPECT(freopen("standard", "w", stdout) == stdout && printf("to a file\n") == 10);
  EXPECT(dup2(fileno(stdout), 70) == 70 && write(70, "by a copy\n", 10) == 10);
  return 0;
}

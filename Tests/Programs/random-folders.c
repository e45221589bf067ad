// Makes random changes of names and contents below the folder that is named, all of them drawn from a seed.
// Each call is printed with its outcome. Exit 0: all calls were made, whether they succeeded or not.
//
//     cc -O1 -Wall -Wextra -o random-folders random-folders.c
//     mkdir d && ./random-folders d 17 base && ./random-folders d 17
//     ./random-folders DIR SEED [STEPS] [base] [plain]
//
//     base     makes the tree that the seed's run starts from, and no more
//     plain    only names of ASCII, without spaces or percent signs
//
// Seeds that three divides: two or three processes side by side, each in a folder of its own, with names of its
// own in one that they share. All others: one process, whose calls and outcomes are the same in every run.
// No symbolic link says "..": nothing outside of DIR is ever reached.
//
// A line is the number of the call, its words, and what it returned: 0, how many bytes, a descriptor as #N, or
// the error's name. In names, what is not a letter, a digit or one of ./-_ is %XX. What a write with tag T writes
// at its byte I is `letters[(T * 13 + I * (1 + T % 7) + I / 64) % 64]`.
//
//     RANDOM_FOLDERS_PAUSE=MS     between two steps, a pause of up to so many milliseconds
//     RANDOM_FOLDERS_MARKS=FILE   each line also goes to the first 512 bytes of FILE, a disk, with O_DIRECT,
//                                 before the next call is made

#define _GNU_SOURCE
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOTS 2
#define NAME_BYTES 512
#define DATA_BYTES 16384

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct slot {
  int descriptor, number;
  bool appends;
};

static uint64_t seed, state, pause_state;
static bool is_plain;
/// 0: the only process. Otherwise its names have this number.
static int child;
static int call_count, open_count, tag_count, marks = -1;
static unsigned pause_milliseconds;
/// Descriptors that stay open over several steps.
static struct slot slots[SLOTS];

static uint64_t next_word(uint64_t *of) {
  uint64_t word = *of += UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
  return word ^ word >> 31;
}
static unsigned below(unsigned bound) { return (unsigned)(next_word(&state) % bound); }
static bool once_in(unsigned bound) { return below(bound) == 0; }

// MARK: Saying what was done

static const char *quoted(const char *name) {
  static char buffers[4][3 * NAME_BYTES];
  static int next;
  char *text = buffers[next++ % 4], *end = text;
  for (const unsigned char *byte = (const unsigned char *)name; *byte; byte++)
    if (*byte < 128 && (isalnum(*byte) || strchr("./-_", *byte))) *end++ = (char)*byte;
    else end += sprintf(end, "%%%02X", *byte);
  *end = 0;
  return text;
}

static void mark(const char *line) {
  static _Alignas(4096) char sector[512];
  if (marks < 0) return;
  memset(sector, 0, sizeof sector);
  snprintf(sector, sizeof sector, "%llu %.480s", (unsigned long long)seed, line);
  if (pwrite(marks, sector, sizeof sector, 0) != sizeof sector) err(1, "marks");
}

/// Prints the call and gives its outcome back. A descriptor is said by its number in the order of all.
static long said(long outcome, bool is_descriptor, const char *format, ...) {
  int error = errno;
  char line[4 * NAME_BYTES], *end = line;
  if (child) end += sprintf(end, "p%d ", child);
  end += sprintf(end, "%d ", ++call_count);
  va_list words;
  va_start(words, format);
  end += vsnprintf(end, sizeof line - 200, format, words);
  va_end(words);
  if (outcome < 0) sprintf(end, " = %s", strerrorname_np(error));
  else if (is_descriptor) sprintf(end, " = #%d", ++open_count);
  else sprintf(end, " = %ld", outcome);
  puts(line);
  fflush(stdout);
  mark(line);
  return outcome;
}

#define SAID(call, ...) (errno = 0, said((long)(call), false, __VA_ARGS__))

// MARK: Names

struct name {
  char text[NAME_BYTES];
};

static const char *const plain_folders[] = {"d", "e", "d/x", "e/x", "d/x/y", "k"};
static const char *const plain_files[] = {"a", "b", "c", "f", "g", "l", "x", "k"};
static const char *const odd_files[] = {"a b", "50%", "\xc3\xa9", "e\xcc\x81"};

#define ONE_OF(list) list[below(sizeof list / sizeof *list)]

static struct name folder_name(void) {
  struct name name = {""};
  bool is_shared = child && once_in(4);
  if (child) sprintf(name.text, is_shared ? "common" : "p%d", child);
  if (!is_shared && !once_in(3)) {
    if (child) strcat(name.text, "/");
    strcat(name.text, !is_plain && once_in(12) ? "d/\xc3\xa9 %" : ONE_OF(plain_folders));
  }
  if (!name.text[0]) strcpy(name.text, ".");
  return name;
}

static struct name name_in(struct name folder) {
  struct name name = {""};
  if (strcmp(folder.text, ".") != 0) sprintf(name.text, "%.400s/", folder.text);
  const char *last = ONE_OF(plain_files);
  if (!is_plain && once_in(4)) last = once_in(8) ? "\xff" : ONE_OF(odd_files);
  strcat(name.text, last);
  if (child && strcmp(folder.text, "common") == 0) sprintf(strchr(name.text, 0), "%d", child);
  return name;
}

/// What the name stands for itself, as a letter: f(ile), d(irectory), l(ink), or none: n.
static char kind_of(struct name name) {
  struct stat status;
  if (lstat(name.text, &status) != 0) return 'n';
  return S_ISREG(status.st_mode) ? 'f' : S_ISDIR(status.st_mode) ? 'd' : 'l';
}

/// Most often a name that stands for one of the kinds, sometimes any.
static struct name some(const char *kinds) {
  struct name name;
  bool is_any = once_in(10);
  for (int attempt = 0; attempt < 12; attempt++) {
    struct name folder = folder_name();
    bool is_folder = strchr(kinds, 'd') && once_in(2) && strcmp(folder.text, ".") != 0 &&
                     !(child && !strchr(folder.text, '/'));
    name = is_folder ? folder : name_in(folder);
    if (is_any || (strchr(kinds, kind_of(name)) && (is_folder || kind_of(folder) == 'd'))) break;
  }
  return name;
}

/// A folder that is there, most often; the root too.
static struct name some_folder(void) {
  struct name name;
  for (int attempt = 0; attempt < 12; attempt++) {
    name = folder_name();
    if (kind_of(name) == 'd') break;
  }
  return name;
}

// MARK: Contents

static const struct {
  int flag;
  const char *name;
} flag_names[] = {{O_CREAT, "O_CREAT"},   {O_EXCL, "O_EXCL"},   {O_TRUNC, "O_TRUNC"},
                  {O_APPEND, "O_APPEND"}, {O_DSYNC, "O_DSYNC"}, {O_DIRECTORY, "O_DIRECTORY"}};

static struct slot opened(struct name name, int flags, mode_t mode) {
  char words[200];
  strcpy(words, (flags & O_ACCMODE) == O_RDONLY ? "O_RDONLY" : (flags & O_ACCMODE) == O_RDWR ? "O_RDWR" : "O_WRONLY");
  for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
    if ((flags & flag_names[i].flag) == flag_names[i].flag) strcat(strcat(words, "|"), flag_names[i].name);
  errno = 0;
  int descriptor = open(name.text, flags | O_CLOEXEC, mode);
  said(descriptor, true, "open %s %s %04o", quoted(name.text), words, (unsigned)mode);
  return (struct slot){descriptor, open_count, (flags & O_APPEND) != 0};
}

static void closed(struct slot file) {
  if (file.descriptor >= 0) SAID(close(file.descriptor), "close #%d", file.number);
}

static off_t length_of(struct slot file) {
  struct stat status;
  return fstat(file.descriptor, &status) == 0 ? status.st_size : 0;
}

/// Mostly within one page of 4096 bytes, seldom over several.
static void written(struct slot file) {
  static char data[DATA_BYTES];
  off_t length = length_of(file), offset = length;
  size_t count = once_in(4) ? 1 + below(40) : once_in(8) ? 3000 + below(9000) : 1 + below(3000);
  if (!file.appends && length > 0 && !once_in(3)) offset = (off_t)below((unsigned)length);
  if (!file.appends && once_in(12)) offset = length + 1 + below(3000);
  off_t rest = 4096 - offset % 4096;
  if (count <= 3000 && (off_t)count > rest && !once_in(5)) count = (size_t)rest;
  unsigned tag = (unsigned)(++tag_count + 1000 * child);
  for (unsigned i = 0; i < count; i++) data[i] = letters[(tag * 13 + i * (1 + tag % 7) + i / 64) % 64];
  if (file.appends) SAID(write(file.descriptor, data, count), "append #%d %zu %u", file.number, count, tag);
  else
    SAID(pwrite(file.descriptor, data, count, offset), "pwrite #%d %lld %zu %u", file.number, (long long)offset, count,
         tag);
}

static void cut_or_grown(struct slot file) {
  off_t length = length_of(file);
  off_t wanted = once_in(4) ? 0 : once_in(2) ? length + below(5000) : below((unsigned)length + 1);
  SAID(ftruncate(file.descriptor, wanted), "ftruncate #%d %lld", file.number, (long long)wanted);
}

static void synced(struct slot file) {
  switch (below(8)) {
    case 0: SAID(syncfs(file.descriptor), "syncfs #%d", file.number); break;
    case 1:
    case 2:
    case 3: SAID(fdatasync(file.descriptor), "fdatasync #%d", file.number); break;
    default: SAID(fsync(file.descriptor), "fsync #%d", file.number);
  }
}

static mode_t some_mode(bool is_folder) {
  static const mode_t of_files[] = {0600, 0640, 0644, 0664, 0700, 0755}, of_folders[] = {0700, 0750, 0755};
  return is_folder ? ONE_OF(of_folders) : ONE_OF(of_files);
}

/// Writes to a descriptor, syncs it perhaps, and closes it or keeps it for later steps.
static void used(struct slot file, unsigned writes) {
  if (file.descriptor < 0) return;
  for (unsigned i = 0; i < writes; i++) once_in(6) ? cut_or_grown(file) : written(file);
  if (once_in(3)) synced(file);
  struct slot *kept = &slots[below(SLOTS)];
  if (once_in(6) && kept->descriptor < 0) *kept = file;
  else closed(file);
}

// MARK: Steps

static void creates(void) {
  static const int flags[] = {O_CREAT, O_CREAT | O_EXCL, O_CREAT | O_TRUNC, O_CREAT | O_APPEND};
  int access = once_in(2) ? O_WRONLY : O_RDWR;
  struct name name = some(once_in(3) ? "fn" : "n");
  used(opened(name, access | ONE_OF(flags) | (once_in(12) ? O_DSYNC : 0), some_mode(false)), below(3));
}

static void changes(void) {
  static const int flags[] = {0, 0, 0, O_APPEND, O_APPEND, O_TRUNC};
  used(opened(some(once_in(6) ? "fl" : "f"), O_WRONLY | ONE_OF(flags) | (once_in(10) ? O_DSYNC : 0), 0), 1 + below(3));
}

static void uses_kept(void) {
  struct slot *kept = &slots[below(SLOTS)];
  if (kept->descriptor < 0) return changes();
  if (!once_in(4)) written(*kept);
  if (once_in(4)) cut_or_grown(*kept);
  if (once_in(2)) synced(*kept);
  if (once_in(2)) {
    closed(*kept);
    kept->descriptor = -1;
  }
}

static void truncates(void) {
  struct name name = some("f");
  struct stat status;
  off_t length = stat(name.text, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 100;
  off_t wanted = once_in(4) ? 0 : once_in(2) ? length + below(5000) : below((unsigned)length + 1);
  SAID(truncate(name.text, wanted), "truncate %s %lld", quoted(name.text), (long long)wanted);
}

static void renames(const char *from, const char *to) {
  struct name old = some(from), new = some(to);
  SAID(rename(old.text, new.text), "rename %s %s", quoted(old.text), quoted(new.text));
}

static void links(void) {
  struct name old = some(once_in(8) ? "fl" : "f"), new = some("n");
  SAID(link(old.text, new.text), "link %s %s", quoted(old.text), quoted(new.text));
}

static void links_symbolically(void) {
  // Relative to the folder of the link, wherever it goes; often to nothing.
  struct name target, name = some("n");
  bool was_plain = is_plain;
  int of_child = child;
  is_plain = true;
  child = 0;
  target = once_in(4) ? folder_name() : name_in(once_in(3) ? folder_name() : (struct name){"."});
  is_plain = was_plain;
  child = of_child;
  SAID(symlink(target.text, name.text), "symlink %s %s", quoted(target.text), quoted(name.text));
}

static void makes_folder(void) {
  struct name name = once_in(4) ? some("n") : folder_name();
  mode_t mode = some_mode(true);
  SAID(mkdir(name.text, mode), "mkdir %s %04o", quoted(name.text), (unsigned)mode);
}

static void removes(void) {
  struct name name = some(once_in(3) ? "l" : "fl");
  SAID(unlink(name.text), "unlink %s", quoted(name.text));
}

static void removes_folder(void) {
  struct name name = some("d");
  if (strcmp(name.text, ".") != 0) SAID(rmdir(name.text), "rmdir %s", quoted(name.text));
}

static void changes_mode(void) {
  struct name name = once_in(3) ? some_folder() : some("f");
  mode_t mode = some_mode(kind_of(name) != 'f');
  if (strcmp(name.text, ".") != 0) SAID(chmod(name.text, mode), "chmod %s %04o", quoted(name.text), (unsigned)mode);
}

static void syncs_file(void) {
  struct slot file = opened(some("f"), O_RDONLY, 0);
  if (file.descriptor < 0) return;
  synced(file);
  closed(file);
}

static void syncs_folder(void) {
  struct slot folder = opened(some_folder(), O_RDONLY | O_DIRECTORY, 0);
  if (folder.descriptor < 0) return;
  if (once_in(6)) synced(folder);
  else SAID(fsync(folder.descriptor), "fsync #%d", folder.number);
  closed(folder);
}

static void step(void) {
  unsigned drawn = below(100);
  if (drawn < 18) creates();
  else if (drawn < 32) changes();
  else if (drawn < 38) uses_kept();
  else if (drawn < 43) truncates();
  else if (drawn < 55) renames("f", once_in(2) ? "n" : "f");
  else if (drawn < 61) renames("d", once_in(3) ? "d" : "n");
  else if (drawn < 63) renames("l", once_in(2) ? "n" : "fl");
  else if (drawn < 67) links();
  else if (drawn < 70) links_symbolically();
  else if (drawn < 75) makes_folder();
  else if (drawn < 80) removes();
  else if (drawn < 82) removes_folder();
  else if (drawn < 86) changes_mode();
  else if (drawn < 92) syncs_file();
  else if (drawn < 98) syncs_folder();
  else if (drawn < 99) SAID((sync(), 0), "sync");
  else creates();
}

static void run(int steps) {
  for (int i = 0; i < SLOTS; i++) slots[i].descriptor = -1;
  for (int i = 0; i < steps; i++) {
    if (i && pause_milliseconds) usleep(1000 * (useconds_t)(next_word(&pause_state) % pause_milliseconds));
    step();
  }
  for (int i = 0; i < SLOTS; i++) closed(slots[i]);
}

// MARK: The base

static void base(void) {
  static const char *const all[] = {"d", "e", "d/x", "k"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct name name = {""};
    sprintf(name.text, child ? "p%d/%s" : "%.0d%s", child, all[i]);
    mode_t mode = some_mode(true);
    if (!once_in(5)) SAID(mkdir(name.text, mode), "mkdir %s %04o", quoted(name.text), (unsigned)mode);
  }
  for (unsigned i = 4 + below(6); i > 0; i--) {
    struct slot file = opened(some("n"), O_WRONLY | O_CREAT, some_mode(false));
    if (file.descriptor < 0) continue;
    if (!once_in(6)) written(file);
    closed(file);
  }
  links();
  links_symbolically();
  if (once_in(2)) links_symbolically();
  struct name program = some("f");
  SAID(chmod(program.text, 0755), "chmod %s 0755", quoted(program.text));
}

// MARK: Processes

/// The tags of the base, 500 and up, are never those of the run.
static void starts(int number, bool is_base) {
  child = number;
  state = seed * UINT64_C(0x2545f4914f6cdd1d) + (uint64_t)(2 * number + is_base);
  pause_state = ~state;
  tag_count = is_base ? 500 : 0;
}

static int run_children(int count, int steps, bool is_base) {
  int outcome = 0;
  mkdir("common", 0755);
  for (int number = 1; number <= count; number++) {
    char name[8];
    sprintf(name, "p%d", number);
    mkdir(name, 0755);
  }
  for (int number = 1; number <= count; number++) {
    pid_t process = is_base ? 0 : fork();
    if (process < 0) err(1, "fork");
    if (process > 0) continue;
    starts(number, is_base);
    if (is_base) base();
    else {
      run(steps);
      exit(0);
    }
  }
  for (int status; !is_base && wait(&status) > 0;)
    if (status != 0) outcome = 1;
  return outcome;
}

int main(int count, char **words) {
  bool is_base = false;
  int steps = 40;
  if (count < 3) errx(64, "random-folders DIR SEED [STEPS] [base] [plain]");
  seed = strtoull(words[2], NULL, 10);
  for (int i = 3; i < count; i++) {
    if (strcmp(words[i], "base") == 0) is_base = true;
    else if (strcmp(words[i], "plain") == 0) is_plain = true;
    else if (isdigit((unsigned char)words[i][0])) steps = atoi(words[i]);
    else errx(64, "%s: neither base, plain nor a number of steps", words[i]);
  }
  const char *pause = getenv("RANDOM_FOLDERS_PAUSE"), *file = getenv("RANDOM_FOLDERS_MARKS");
  if (pause) pause_milliseconds = (unsigned)atoi(pause);
  if (file && (marks = open(file, O_WRONLY | O_DIRECT | O_CLOEXEC)) < 0) err(1, "%s", file);
  if (chdir(words[1]) != 0) err(1, "%s", words[1]);
  umask(0);
  if (seed % 3 == 0) return run_children(2 + (int)(seed / 3 % 2), steps, is_base);
  starts(0, is_base);
  if (is_base) base();
  else run(steps);
  return 0;
}

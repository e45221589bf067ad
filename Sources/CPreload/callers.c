// Which call of the program a hook stands for: where it returns to, and in which file that code is.

#include "preload.h"

#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/// Of more places nothing is said.
#define RANGE_COUNT 1024
/// How often a process looks which files it has its code from: what it makes itself is from none.
#define LOOK_COUNT 64
#define MAPS_BYTES ((size_t)4 << 20)

struct range {
  uint64_t start, end;
};

/// This library's code.
static struct range own;
/// The code that the recorder was told of.
static struct range told[RANGE_COUNT];
static uint32_t told_count;
static uint32_t look_count;
static uint32_t is_looking;
/// Where the C library writes a stream because the program has called a function that says so.
static __thread uint64_t outermost __attribute__((tls_model("initial-exec")));

void pc_find_own_code(void) {
  Dl_info found;
  if (dladdr((void *)pc_find_own_code, &found) == 0) return;
  const ElfW(Ehdr) *header = found.dli_fbase;
  const ElfW(Phdr) *segments = (const void *)((const char *)header + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++) {
    if (segments[i].p_type != PT_LOAD || !(segments[i].p_flags & PF_X)) continue;
    own.start = (uint64_t)(uintptr_t)header + segments[i].p_vaddr;
    own.end = own.start + segments[i].p_memsz;
  }
}

/// The library is built with frame pointers, so that the frames up to the first foreign one form a chain.
uint64_t pc_caller(void *const *frame) {
  if (outermost != 0) return outermost;
  for (int depth = 0; depth < 16 && own.end != 0; depth++) {
    uint64_t address = (uint64_t)(uintptr_t)frame[1];
    if (address < own.start || address >= own.end) return address;
    frame = (void *const *)frame[0];
  }
  return 0;
}

bool pc_begin_stream(uint64_t caller) {
  if (outermost != 0) return false;
  outermost = caller;
  return true;
}

void pc_end_stream(bool has_begun) {
  if (has_begun) outermost = 0;
}

static bool is_told(uint64_t address) {
  uint32_t count = __atomic_load_n(&told_count, __ATOMIC_ACQUIRE);
  for (uint32_t i = 0; i < count; i++) {
    if (address >= told[i].start && address < told[i].end) return true;
  }
  return false;
}

/// All of /proc/self/maps, which no longer holds than `capacity`; 0 where it cannot be read.
static size_t read_maps(char *text, size_t capacity) {
  int descriptor = PC_NEXT(open64)("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  size_t length = 0;
  ssize_t count;
  while (length < capacity && (count = read(descriptor, text + length, capacity - length)) > 0) {
    length += (size_t)count;
  }
  PC_NEXT(close)(descriptor);
  return length < capacity ? length : 0;
}

/// Keeps the lines of code that is from a file, and writes down where it is.
static size_t keep_code(char *text, size_t length, uint32_t *range_count) {
  uint32_t count = 0;
  size_t kept = 0;
  for (char *line = text, *end; line < text + length; line = end + 1) {
    end = memchr(line, '\n', (size_t)(text + length - line));
    if (end == NULL) break;
    // `7f00-7fff r-xp 00001000 fe:00 1234   /usr/bin/program`.
    char *rest = line;
    uint64_t start = strtoul(rest, &rest, 16), stop = strtoul(rest + 1, &rest, 16);
    bool is_code = rest + 4 < end && rest[3] == 'x' && memchr(rest, '/', (size_t)(end - rest));
    if (!is_code || count == RANGE_COUNT) continue;
    told[count++] = (struct range){start, stop};
    memmove(text + kept, line, (size_t)(end + 1 - line));
    kept += (size_t)(end + 1 - line);
  }
  *range_count = count;
  return kept;
}

void pc_tell_code(uint64_t address) {
  if (address == 0 || is_told(address) || look_count >= LOOK_COUNT) return;
  if (__atomic_exchange_n(&is_looking, 1, __ATOMIC_ACQUIRE) != 0) return;
  int error = errno;
  look_count++;
  char *text = PC_NEXT(mmap64)(NULL, MAPS_BYTES, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (text != MAP_FAILED) {
    __atomic_store_n(&told_count, 0, __ATOMIC_RELEASE);
    uint32_t range_count = 0;
    size_t length = keep_code(text, read_maps(text, MAPS_BYTES), &range_count);
    struct iovec data = {text, length};
    struct pc_event event = {.kind = PCJ_CODE, .data = &data, .data_count = 1};
    struct pcj_record *record = length > 0 ? pc_prepare(&event) : NULL;
    if (record != NULL) {
      pc_publish_aside(record, PCJ_CODE);
      // Only now may another thread count on it.
      __atomic_store_n(&told_count, range_count, __ATOMIC_RELEASE);
    }
    PC_NEXT(munmap)(text, MAPS_BYTES);
  }
  errno = error;
  __atomic_store_n(&is_looking, 0, __ATOMIC_RELEASE);
}

void pc_child_starts_callers(void) {
  told_count = look_count = is_looking = 0;
  outermost = 0;
}

/// Something else may be loaded in its place.
PC_HOOK int dlclose(void *library) {
  int outcome = PC_NEXT(dlclose)(library);
  __atomic_store_n(&told_count, 0, __ATOMIC_RELEASE);
  return outcome;
}

PC_HOOK int fflush(FILE *stream) {
  bool has_begun = pc_begin_stream((uint64_t)(uintptr_t)__builtin_return_address(0));
  int outcome = PC_NEXT(fflush)(stream);
  pc_end_stream(has_begun);
  return outcome;
}

PC_HOOK int fclose(FILE *stream) {
  bool has_begun = pc_begin_stream((uint64_t)(uintptr_t)__builtin_return_address(0));
  int outcome = PC_NEXT(fclose)(stream);
  pc_end_stream(has_begun);
  return outcome;
}

// Paths, without allocation.

#include "preload.h"

bool pc_is_watched_path(const char *path) {
  const char *watched = pc_control()->watched;
  size_t length = strlen(watched);
  if (strncmp(path, watched, length) != 0) return false;
  return path[length] == '/' || path[length] == 0 || (length == 1 && watched[0] == '/');
}

bool pc_path_of(int descriptor, char path[PCJ_PATH_BYTES]) {
  char link[32] = "/proc/self/fd/";
  char digits[12];
  int count = 0;
  for (unsigned rest = (unsigned)descriptor; count == 0 || rest > 0; rest /= 10) {
    digits[count++] = (char)('0' + rest % 10);
  }
  size_t end = strlen(link);
  while (count > 0) link[end++] = digits[--count];
  link[end] = 0;
  ssize_t length = readlink(link, path, PCJ_PATH_BYTES - 1);
  if (length <= 0 || path[0] != '/') return false;
  path[length] = 0;
  return true;
}

bool pc_absolute(int folder, const char *path, char absolute[PCJ_PATH_BYTES]) {
  size_t length = strlen(path);
  // "name/" is "name", which must be a folder.
  while (length > 1 && path[length - 1] == '/') length--;
  if (length == 0 || length >= PCJ_PATH_BYTES) return false;
  char parent[PCJ_PATH_BYTES], name[PCJ_PATH_BYTES];
  memcpy(parent, path, length);
  parent[length] = 0;
  char *slash = strrchr(parent, '/');
  strcpy(name, slash == NULL ? parent : slash + 1);
  if (slash == NULL) strcpy(parent, ".");
  else slash[slash == parent ? 1 : 0] = 0;
  int descriptor = PC_NEXT(openat64)(folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  bool is_found = pc_path_of(descriptor, absolute);
  PC_NEXT(close)(descriptor);
  if (!is_found) return false;
  size_t end = strlen(absolute);
  if (end + 1 + strlen(name) >= PCJ_PATH_BYTES) return false;
  if (end > 1) absolute[end++] = '/';
  strcpy(absolute + end, name);
  return true;
}

bool pc_absolute_target(int folder, const char *path, char absolute[PCJ_PATH_BYTES],
                        bool *is_link) {
  *is_link = false;
  // The kernel makes no file whose name is a folder's.
  size_t path_length = strlen(path);
  if (path_length > 0 && path[path_length - 1] == '/') return false;
  if (!pc_absolute(folder, path, absolute)) return false;
  // As many as the kernel follows.
  for (int i = 0; i < 40; i++) {
    char next[PCJ_PATH_BYTES];
    size_t start = (size_t)(strrchr(absolute, '/') - absolute) + 1;
    ssize_t length = readlink(absolute, next, sizeof next - 1);
    if (length < 0) return true;
    *is_link = true;
    next[length] = 0;
    if (length > 0 && next[length - 1] == '/') return false;
    if (next[0] != '/') {
      if (start + (size_t)length >= sizeof next) return false;
      memmove(next + start, next, (size_t)length + 1);
      memcpy(next, absolute, start);
    }
    if (!pc_absolute(AT_FDCWD, next, absolute)) return false;
  }
  return false;
}

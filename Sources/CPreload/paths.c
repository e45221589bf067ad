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
  if (length == 0 || length >= PCJ_PATH_BYTES) return false;
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  char parent[PCJ_PATH_BYTES] = ".";
  if (slash != NULL) {
    size_t parent_length = slash == path ? 1 : (size_t)(slash - path);
    memcpy(parent, path, parent_length);
    parent[parent_length] = 0;
  }
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

// Names: rename, link, unlink.

#include "preload.h"

#include <stdio.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

struct name_call {
  enum { CALL_RENAME, CALL_LINK, CALL_UNLINK } call;
  int folder;
  const char *path;
  int new_folder;
  const char *new_path;
  int flags;
};

static int carry_out(const struct name_call *c) {
  switch (c->call) {
    case CALL_RENAME:
      // Plain renames keep to the call that every file system has.
      return c->flags == 0
                 ? PC_NEXT(renameat)(c->folder, c->path, c->new_folder, c->new_path)
                 : PC_NEXT(renameat2)(c->folder, c->path, c->new_folder, c->new_path,
                                      (unsigned)c->flags);
    case CALL_LINK:
      return PC_NEXT(linkat)(c->folder, c->path, c->new_folder, c->new_path, c->flags);
    case CALL_UNLINK:
      return PC_NEXT(unlinkat)(c->folder, c->path, c->flags);
  }
  errno = ENOSYS;
  return -1;
}

/// Has the first contents kept of files that lose a name here: where that is lost, they are back.
static void keep_contents(const struct name_call *c) {
  pc_state_of_path(c->folder, c->path, O_NOFOLLOW);
  if (c->new_path != NULL) pc_state_of_path(c->new_folder, c->new_path, O_NOFOLLOW);
}

static int change_name(const struct name_call *c, uint32_t kind) {
  if (pc_is_off()) return carry_out(c);
  pc_enter();
  char path[PCJ_PATH_BYTES] = "", new_path[PCJ_PATH_BYTES] = "";
  bool is_watched = pc_absolute(c->folder, c->path, path) && pc_is_watched_path(path);
  if (c->new_path != NULL && pc_absolute(c->new_folder, c->new_path, new_path) &&
      pc_is_watched_path(new_path)) {
    is_watched = true;
  }
  int outcome = -1;
  if (!is_watched) {
    outcome = carry_out(c);
  } else {
    if (c->call == CALL_RENAME && c->flags & RENAME_EXCHANGE) pc_report(PCJ_EXCHANGE, path);
    keep_contents(c);
    struct iovec data[2] = {{path, strlen(path)}, {new_path, strlen(new_path)}};
    if (c->new_path != NULL) data[0].iov_len++;
    struct pc_event event = {.kind = kind, .data = data, .data_count = 2};
    struct pcj_record *record = pc_begin(&event);
    if (record != NULL) {
      outcome = carry_out(c);
      pc_finish(record, outcome);
    }
  }
  pc_leave();
  return outcome;
}

PC_HOOK int renameat2(int folder, const char *path, int new_folder, const char *new_path,
                      unsigned flags) {
  return change_name(
      &(struct name_call){CALL_RENAME, folder, path, new_folder, new_path, (int)flags},
      PCJ_RENAME);
}

PC_HOOK int renameat(int folder, const char *path, int new_folder, const char *new_path) {
  return renameat2(folder, path, new_folder, new_path, 0);
}

PC_HOOK int rename(const char *path, const char *new_path) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

PC_HOOK int linkat(int folder, const char *path, int new_folder, const char *new_path, int flags) {
  return change_name(&(struct name_call){CALL_LINK, folder, path, new_folder, new_path, flags},
                     PCJ_LINK);
}

PC_HOOK int link(const char *path, const char *new_path) {
  return linkat(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

PC_HOOK int unlinkat(int folder, const char *path, int flags) {
  if (flags & AT_REMOVEDIR) return PC_NEXT(unlinkat)(folder, path, flags);
  return change_name(&(struct name_call){CALL_UNLINK, folder, path, -1, NULL, flags}, PCJ_UNLINK);
}

PC_HOOK int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

PC_HOOK int remove(const char *path) {
  int outcome = unlink(path);
  return outcome != 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : outcome;
}

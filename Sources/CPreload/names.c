// Names: rename, link, unlink, folders, symbolic links; and permissions.

#include "preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif
#ifndef RENAME_WHITEOUT
#define RENAME_WHITEOUT 4
#endif

struct name_call {
  enum {
    CALL_RENAME,
    CALL_LINK,
    CALL_UNLINK,
    CALL_MAKE_FOLDER,
    CALL_SYMLINK,
    CALL_MAKE_FILE,
    CALL_MODE,
    CALL_MODE_OF_DESCRIPTOR,
    CALL_LIST,
    CALL_LIST_OF_DESCRIPTOR
  } call;
  int folder;
  const char *path;
  /// Of a renaming and a link.
  int new_folder;
  const char *new_path;
  int flags;
  mode_t mode;
  /// What a symbolic link says.
  const char *target;
  /// A list of permissions (ACL), as the kernel takes it.
  const void *list;
  size_t list_byte_count;
};

/// The attribute with a file's list of permissions; the plain ones are a part of it.
#define LIST_NAME "system.posix_acl_access"

static int carry_out(const struct name_call *c) {
  switch (c->call) {
    case CALL_RENAME:
      // Plain renames keep to the call that every file system has.
      return c->flags == 0
                 ? PC_NEXT(renameat)(c->folder, c->path, c->new_folder, c->new_path)
                 : (int)PC_NEXT(syscall)(SYS_renameat2, c->folder, c->path, c->new_folder,
                                         c->new_path, c->flags);
    case CALL_LINK:
      return PC_NEXT(linkat)(c->folder, c->path, c->new_folder, c->new_path, c->flags);
    case CALL_UNLINK:
      return PC_NEXT(unlinkat)(c->folder, c->path, c->flags);
    case CALL_MAKE_FOLDER:
      return PC_NEXT(mkdirat)(c->folder, c->path, c->mode);
    case CALL_SYMLINK:
      return PC_NEXT(symlinkat)(c->target, c->folder, c->path);
    case CALL_MAKE_FILE:
      return PC_NEXT(mknodat)(c->folder, c->path, c->mode, 0);
    case CALL_MODE:
      return PC_NEXT(fchmodat)(c->folder, c->path, c->mode, c->flags);
    case CALL_MODE_OF_DESCRIPTOR:
      return PC_NEXT(fchmod)(c->folder, c->mode);
    case CALL_LIST:
      return PC_NEXT(setxattr)(c->path, LIST_NAME, c->list, c->list_byte_count, c->flags);
    case CALL_LIST_OF_DESCRIPTOR:
      return PC_NEXT(fsetxattr)(c->folder, LIST_NAME, c->list, c->list_byte_count, c->flags);
  }
  errno = ENOSYS;
  return -1;
}

/// The path of what a call is about, where it is not the name itself but the file that it leads to.
static bool followed(const struct name_call *c, char path[PCJ_PATH_BYTES]) {
  if (c->call == CALL_MODE_OF_DESCRIPTOR || c->call == CALL_LIST_OF_DESCRIPTOR) {
    return pc_path_of(c->folder, path);
  }
  if (c->call == CALL_LINK) {
    if (c->flags & AT_EMPTY_PATH && c->path[0] == 0) return pc_path_of(c->folder, path);
    if (!(c->flags & AT_SYMLINK_FOLLOW)) return false;
  } else if (c->call != CALL_MODE && c->call != CALL_LIST) {
    return false;
  }
  int descriptor = PC_NEXT(openat64)(c->folder, c->path, O_PATH | O_CLOEXEC);
  if (descriptor < 0) return false;
  bool is_found = pc_path_of(descriptor, path);
  PC_NEXT(close)(descriptor);
  return is_found;
}

/// A name comes from outside of the watched folder: whoever moves it there finds another file system, and copies.
static bool comes_in(const struct name_call *c, bool is_from_watched, bool is_to_watched) {
  if (c->call != CALL_RENAME && c->call != CALL_LINK) return false;
  int error = errno;
  struct stat status;
  bool comes = is_to_watched && !is_from_watched &&
               fstatat(c->folder, c->path, &status, c->flags & AT_EMPTY_PATH ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW) == 0;
  errno = error;
  return comes;
}

static void report_unfollowed(const struct name_call *c, const char *path) {
  if (c->call != CALL_RENAME) return;
  if (c->flags & RENAME_WHITEOUT) pc_report(PCJ_WHITEOUT, path);
}

/// Says what a call has made, or whose permissions it has set.
static void identify_made(struct pcj_record *record, const char *path) {
  int error = errno;
  int descriptor = PC_NEXT(openat64)(AT_FDCWD, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor >= 0) {
    pc_identify_in(record, descriptor);
    PC_NEXT(close)(descriptor);
  }
  errno = error;
}

static int record_change(const struct name_call *c, uint32_t kind, const char *path,
                         const char *second) {
  struct iovec data[2] = {{(void *)(uintptr_t)path, strlen(path)},
                          {(void *)(uintptr_t)second, strlen(second)}};
  if (c->new_path != NULL || c->target != NULL) data[0].iov_len++;
  bool exchanges = c->call == CALL_RENAME && c->flags & RENAME_EXCHANGE;
  struct pc_event event = {.kind = kind,
                           .flags = exchanges ? PCJ_EXCHANGES : 0,
                           .data = data,
                           .data_count = 2};
  struct pcj_record *record = pc_begin(&event);
  if (record == NULL) return -1;
  bool is_locked = pc_lock_names();
  int outcome = carry_out(c);
  if (outcome == 0 && (kind == PCJ_MODE || c->call == CALL_MAKE_FILE || c->call == CALL_MAKE_FOLDER)) {
    identify_made(record, path);
  }
  pc_finish(record, outcome);
  pc_unlock_names(is_locked);
  return outcome;
}

static int change_name(const struct name_call *c, uint32_t kind) {
  if (pc_is_off()) return carry_out(c);
  pc_enter();
  char path[PCJ_PATH_BYTES] = "", new_path[PCJ_PATH_BYTES] = "";
  bool is_found = followed(c, path) || pc_absolute(c->folder, c->path, path);
  bool is_watched = is_found && pc_is_watched_path(path);
  bool is_to_watched = c->new_path != NULL && pc_absolute(c->new_folder, c->new_path, new_path) &&
                       pc_is_watched_path(new_path);
  int outcome = -1;
  if (comes_in(c, is_watched, is_to_watched)) {
    errno = EXDEV;
  } else if (is_watched || is_to_watched) {
    report_unfollowed(c, path);
    outcome = record_change(c, kind, path, c->target != NULL ? c->target : new_path);
  } else {
    outcome = carry_out(c);
  }
  pc_leave();
  return outcome;
}

PC_HOOK int renameat2(int folder, const char *path, int new_folder, const char *new_path,
                      unsigned flags) {
  return change_name(&(struct name_call){.call = CALL_RENAME,
                                         .folder = folder,
                                         .path = path,
                                         .new_folder = new_folder,
                                         .new_path = new_path,
                                         .flags = (int)flags},
                     PCJ_RENAME);
}

PC_HOOK int renameat(int folder, const char *path, int new_folder, const char *new_path) {
  return renameat2(folder, path, new_folder, new_path, 0);
}

PC_HOOK int rename(const char *path, const char *new_path) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

PC_HOOK int linkat(int folder, const char *path, int new_folder, const char *new_path, int flags) {
  return change_name(&(struct name_call){.call = CALL_LINK,
                                         .folder = folder,
                                         .path = path,
                                         .new_folder = new_folder,
                                         .new_path = new_path,
                                         .flags = flags},
                     PCJ_LINK);
}

PC_HOOK int link(const char *path, const char *new_path) {
  return linkat(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

PC_HOOK int unlinkat(int folder, const char *path, int flags) {
  return change_name(
      &(struct name_call){.call = CALL_UNLINK, .folder = folder, .path = path, .flags = flags},
      flags & AT_REMOVEDIR ? PCJ_REMOVE_FOLDER : PCJ_UNLINK);
}

PC_HOOK int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

PC_HOOK int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

PC_HOOK int remove(const char *path) {
  int outcome = unlink(path);
  return outcome != 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : outcome;
}

PC_HOOK int mkdirat(int folder, const char *path, mode_t mode) {
  return change_name(
      &(struct name_call){.call = CALL_MAKE_FOLDER, .folder = folder, .path = path, .mode = mode},
      PCJ_MAKE_FOLDER);
}

PC_HOOK int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

PC_HOOK char *mkdtemp(char *pattern) {
  char *path = PC_NEXT(mkdtemp)(pattern);
  if (path != NULL) pc_tell_made(PCJ_MAKE_FOLDER, AT_FDCWD, path);
  return path;
}

PC_HOOK int symlinkat(const char *target, int folder, const char *path) {
  return change_name(
      &(struct name_call){.call = CALL_SYMLINK, .folder = folder, .path = path, .target = target},
      PCJ_SYMLINK);
}

PC_HOOK int symlink(const char *target, const char *path) {
  return symlinkat(target, AT_FDCWD, path);
}

/// What is no regular file is no part of a recording.
PC_HOOK int mknodat(int folder, const char *path, mode_t mode, dev_t device) {
  if ((mode & S_IFMT) != S_IFREG && (mode & S_IFMT) != 0) {
    return PC_NEXT(mknodat)(folder, path, mode, device);
  }
  return change_name(
      &(struct name_call){.call = CALL_MAKE_FILE, .folder = folder, .path = path, .mode = mode},
      PCJ_CREATE);
}

PC_HOOK int mknod(const char *path, mode_t mode, dev_t device) {
  return mknodat(AT_FDCWD, path, mode, device);
}

static int change_mode(int folder, const char *path, mode_t mode, int flags) {
  // A link has no permissions of its own.
  if (flags & AT_SYMLINK_NOFOLLOW) return PC_NEXT(fchmodat)(folder, path, mode, flags);
  return change_name(
      &(struct name_call){
          .call = CALL_MODE, .folder = folder, .path = path, .flags = flags, .mode = mode},
      PCJ_MODE);
}

PC_HOOK int fchmodat(int folder, const char *path, mode_t mode, int flags) {
  return change_mode(folder, path, mode, flags);
}

PC_HOOK int chmod(const char *path, mode_t mode) { return change_mode(AT_FDCWD, path, mode, 0); }

PC_HOOK int fchmod(int descriptor, mode_t mode) {
  return change_name(
      &(struct name_call){
          .call = CALL_MODE_OF_DESCRIPTOR, .folder = descriptor, .path = "", .mode = mode},
      PCJ_MODE);
}

PC_HOOK int setxattr(const char *path, const char *name, const void *value, size_t byte_count,
                     int flags) {
  if (name == NULL || strcmp(name, LIST_NAME) != 0) {
    return PC_NEXT(setxattr)(path, name, value, byte_count, flags);
  }
  return change_name(&(struct name_call){.call = CALL_LIST,
                                         .folder = AT_FDCWD,
                                         .path = path,
                                         .flags = flags,
                                         .list = value,
                                         .list_byte_count = byte_count},
                     PCJ_MODE);
}

PC_HOOK int fsetxattr(int descriptor, const char *name, const void *value, size_t byte_count,
                      int flags) {
  if (name == NULL || strcmp(name, LIST_NAME) != 0) {
    return PC_NEXT(fsetxattr)(descriptor, name, value, byte_count, flags);
  }
  return change_name(&(struct name_call){.call = CALL_LIST_OF_DESCRIPTOR,
                                         .folder = descriptor,
                                         .path = "",
                                         .flags = flags,
                                         .list = value,
                                         .list_byte_count = byte_count},
                     PCJ_MODE);
}

void pc_tell_made(uint32_t kind, int folder, const char *path) {
  if (pc_is_off()) return;
  pc_enter();
  char absolute[PCJ_PATH_BYTES];
  int error = errno;
  if (pc_absolute(folder, path, absolute) && pc_is_watched_path(absolute)) {
    struct iovec data = {absolute, strlen(absolute)};
    struct pc_event event = {.kind = kind, .flags = PCJ_TOLD, .data = &data, .data_count = 1};
    // It has happened, so that there is nothing to wait for.
    struct pcj_record *record = pc_prepare(&event);
    if (record != NULL) {
      identify_made(record, absolute);
      pc_publish(record, kind);
      pc_finish(record, 0);
    }
  }
  errno = error;
  pc_leave();
}

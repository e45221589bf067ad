// Calls by number go to the hooks of their names.

#include "preload.h"

#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

/// A call that changes nothing is made as it is, and so is one that the kernel will refuse. What is asked of
/// the way to the file (RESOLVE_…) our own look at it does not do: a call that makes files so is refused, as
/// on a kernel that does not have it; every caller has to expect that.
static long open_as_told(long folder, const char *path, const struct open_how *how, size_t size) {
  bool is_known = how != NULL && size == sizeof *how && how->flags <= INT_MAX;
  int flags = is_known ? (int)how->flags : 0;
  bool changes = flags & (O_CREAT | O_TRUNC) || (flags & O_TMPFILE) == O_TMPFILE;
  if (is_known && changes && how->resolve != 0) {
    errno = ENOSYS;
    return -1;
  }
  bool is_valid = how != NULL && (how->mode & ~UINT64_C(07777)) == 0 &&
                  (how->mode == 0 || flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE);
  if (!is_known || !changes || !is_valid) {
    long descriptor = PC_NEXT(syscall)(SYS_openat2, folder, path, how, size);
    pc_forget((int)descriptor);
    return descriptor;
  }
  return pc_open(&(struct open_call){
      .folder = (int)folder, .path = path, .flags = flags, .mode = (mode_t)how->mode, .how = how});
}

PC_HOOK long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long a = va_arg(arguments, long), b = va_arg(arguments, long), c = va_arg(arguments, long);
  long d = va_arg(arguments, long), e = va_arg(arguments, long), f = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_getrandom && pc_fill_random((void *)a, (size_t)b)) return b;
  if (pc_is_off()) return PC_NEXT(syscall)(number, a, b, c, d, e, f);
  switch (number) {
    // Data and flushes.
    case SYS_write: return write((int)a, (const void *)b, (size_t)c);
    case SYS_writev: return writev((int)a, (const struct iovec *)b, (int)c);
    case SYS_pwrite64: return pwrite((int)a, (const void *)b, (size_t)c, d);
    case SYS_pwritev: return pwritev((int)a, (const struct iovec *)b, (int)c, d);
    case SYS_pwritev2: return pwritev2((int)a, (const struct iovec *)b, (int)c, d, (int)f);
    case SYS_sendfile: return sendfile((int)a, (int)b, (off_t *)c, (size_t)d);
    case SYS_copy_file_range:
      return copy_file_range((int)a, (off64_t *)b, (int)c, (off64_t *)d, (size_t)e, (unsigned)f);
    case SYS_splice:
      return splice((int)a, (off64_t *)b, (int)c, (off64_t *)d, (size_t)e, (unsigned)f);
    case SYS_fsync: return fsync((int)a);
    case SYS_fdatasync: return fdatasync((int)a);
    case SYS_syncfs: return syncfs((int)a);
    case SYS_sync: sync(); return 0;
    // Lengths.
    case SYS_ftruncate: return ftruncate((int)a, b);
    case SYS_truncate: return truncate((const char *)a, b);
    case SYS_fallocate: return fallocate((int)a, (int)b, c, d);
    // Opening, and what descriptors stand for.
    case SYS_openat: return openat((int)a, (const char *)b, (int)c, (mode_t)d);
    case SYS_openat2: return open_as_told(a, (const char *)b, (const struct open_how *)c, (size_t)d);
    case SYS_close: return close((int)a);
    case SYS_close_range: return close_range((unsigned)a, (unsigned)b, (int)c);
    case SYS_dup: return dup((int)a);
    case SYS_dup3: return dup3((int)a, (int)b, (int)c);
    case SYS_fcntl: return fcntl((int)a, (int)b, c);
    case SYS_ioctl: return ioctl((int)a, (unsigned long)b, c);
    // Names.
    case SYS_renameat2:
      return renameat2((int)a, (const char *)b, (int)c, (const char *)d, (unsigned)e);
    case SYS_unlinkat: return unlinkat((int)a, (const char *)b, (int)c);
    case SYS_linkat: return linkat((int)a, (const char *)b, (int)c, (const char *)d, (int)e);
    case SYS_mkdirat: return mkdirat((int)a, (const char *)b, (mode_t)c);
    case SYS_symlinkat: return symlinkat((const char *)a, (int)b, (const char *)c);
    case SYS_mknodat: return mknodat((int)a, (const char *)b, (mode_t)c, (dev_t)d);
    case SYS_setxattr:
      return setxattr((const char *)a, (const char *)b, (const void *)c, (size_t)d, (int)e);
    case SYS_fsetxattr: return fsetxattr((int)a, (const char *)b, (const void *)c, (size_t)d, (int)e);
    case SYS_fchmod: return fchmod((int)a, (mode_t)b);
    case SYS_fchmodat: return fchmodat((int)a, (const char *)b, (mode_t)c, 0);
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
    case SYS_fchmodat2: return fchmodat((int)a, (const char *)b, (mode_t)c, (int)d);
    case SYS_utimensat:
      pc_keep_untimed((int)a, (const char *)b, (int)d);
      break;
#ifdef SYS_renameat
    case SYS_renameat: return renameat((int)a, (const char *)b, (int)c, (const char *)d);
#endif
#ifdef SYS_open
    // Machines of today's kernel interface have only those that name a folder.
    case SYS_open: return open((const char *)a, (int)b, (mode_t)c);
    case SYS_creat: return creat((const char *)a, (mode_t)b);
    case SYS_dup2: return dup2((int)a, (int)b);
    case SYS_rename: return rename((const char *)a, (const char *)b);
    case SYS_unlink: return unlink((const char *)a);
    case SYS_link: return link((const char *)a, (const char *)b);
    case SYS_chmod: return chmod((const char *)a, (mode_t)b);
    case SYS_mkdir: return mkdir((const char *)a, (mode_t)b);
    case SYS_rmdir: return rmdir((const char *)a);
    case SYS_symlink: return symlink((const char *)a, (const char *)b);
    case SYS_mknod: return mknod((const char *)a, (mode_t)b, (dev_t)c);
    case SYS_utime:
    case SYS_utimes:
      pc_keep_untimed(AT_FDCWD, (const char *)a, 0);
      break;
    case SYS_futimesat:
      pc_keep_untimed((int)a, (const char *)b, 0);
      break;
#endif
    // Memory, and what cannot be seen.
    case SYS_mmap: return (long)mmap((void *)a, (size_t)b, (int)c, (int)d, (int)e, f);
    case SYS_mprotect: return mprotect((void *)a, (size_t)b, (int)c);
    case SYS_munmap: return munmap((void *)a, (size_t)b);
    case SYS_io_uring_setup:
      pc_refuse_ring();
      errno = ENOSYS;
      return -1;
    case SYS_io_submit: pc_report_requests(b, (void *)c); break;
    default: break;
  }
  return PC_NEXT(syscall)(number, a, b, c, d, e, f);
}

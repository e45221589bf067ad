// What the hooks of this library share.
//
// A hook finds the next definition of the function it stands for (PC_NEXT), asks whether the call is
// about a watched file, publishes a record, makes the call, and completes the record. It leaves errno
// as the call left it. Within a hook, calls go to the next definitions, never to a hook.

#ifndef POWERCUT_PRELOAD_H
#define POWERCUT_PRELOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <linux/openat2.h>
#include <unistd.h>

#include "CJournal.h"

_Static_assert(sizeof(off_t) == 8, "offsets of 64 bits: a 32-bit program is not recorded");
_Static_assert(sizeof(struct pcj_record) == 128, "the layout that the recorder reads");

#define PC_HOOK __attribute__((visibility("default")))
#define PC_HIDDEN __attribute__((visibility("hidden")))

/// The next definition of a function: the C library's, or that of another preloaded library.
#define PC_NEXT(name)                                                \
  ({                                                                 \
    static void *pc_slot;                                            \
    (__typeof__(&name))pc_next(&pc_slot, #name);                     \
  })

PC_HIDDEN void *pc_next(void **slot, const char *name);

// The journal.

/// NULL where the program is not recorded.
PC_HIDDEN struct pcj_control *pc_control(void);
/// Whether the recorder still listens.
PC_HIDDEN bool pc_is_alive(void);
/// Whether the program is not recorded, or not yet: hooks then only pass on.
PC_HIDDEN bool pc_is_off(void);
/// Around each hook. Inside of one only a signal handler's hooks can run.
PC_HIDDEN void pc_enter(void);
PC_HIDDEN void pc_leave(void);

/// What a record says. Zero is right for what does not matter.
struct pc_event {
  uint32_t kind;
  uint32_t flags;
  uint32_t file;
  uint64_t byte_offset;
  uint64_t range_byte_count;
  const struct iovec *data;
  int data_count;
  /// Room for data that is filled in by the caller, where `data` is NULL.
  uint64_t room;
};

/// Publishes a record and, where operations wait for their turn, waits for it. NULL with errno where the
/// call is not to be made: EIO where the recorder is gone, what kept the journal from growing, or the
/// failure that the recorder has chosen.
PC_HIDDEN struct pcj_record *pc_begin(const struct pc_event *event);
/// The same in three steps, so that the caller can fill in `room`. ``pc_turn`` says whether the call is
/// to be made; where it is not, the record is completed.
PC_HIDDEN struct pcj_record *pc_prepare(const struct pc_event *event);
PC_HIDDEN void pc_publish(struct pcj_record *record, uint32_t kind);
PC_HIDDEN bool pc_turn(struct pcj_record *record);
/// Publishes a record that is no event and has no number of its own: what it says holds for all that come later.
PC_HIDDEN void pc_publish_aside(struct pcj_record *record, uint32_t kind);
/// Whether the recorder says that the call has succeeded, without making it.
PC_HIDDEN bool pc_is_done(const struct pcj_record *record);
/// How many bytes of a call may be written, of which it wants `count`.
PC_HIDDEN size_t pc_allowed(const struct pcj_record *record, size_t count);
/// Whether operations wait for their turn.
PC_HIDDEN bool pc_is_controlled(void);
/// Completes a record with what the call returned; a negative `outcome` means errno. Keeps errno.
PC_HIDDEN void pc_finish(struct pcj_record *record, int64_t outcome);
/// Waits for the recorder's answer; 0 where it is gone.
PC_HIDDEN uint32_t pc_ask(struct pcj_record *record);
/// A record of a text that needs no completion.
PC_HIDDEN void pc_tell(uint32_t kind, uint32_t flags, uint64_t number, const char *text);
/// Says which file or folder a record is about, and its permissions.
PC_HIDDEN void pc_identify_in(struct pcj_record *record, int descriptor);
/// Takes the lock on files' own positions; a signal handler inside of it goes on without. Nobody holds one
/// while waiting for a turn.
PC_HIDDEN bool pc_lock_position(void);
PC_HIDDEN void pc_unlock_position(bool is_locked);
/// The same for names.
PC_HIDDEN bool pc_lock_names(void);
PC_HIDDEN void pc_unlock_names(bool is_locked);
/// Whether this process uses the memory of the one that has started it, as between vfork() and exec().
PC_HIDDEN bool pc_borrows_memory(void);

// Who called.

/// To be called once, before any hook.
PC_HIDDEN void pc_find_own_code(void);
/// Where the program's call returns to, from the frame of any function of this library; 0 where that is not known.
PC_HIDDEN uint64_t pc_caller(void *const *frame);
/// Tells the recorder, once, from which files the code at an address is.
PC_HIDDEN void pc_tell_code(uint64_t address);
/// Around a call that writes what a stream holds: its caller is the one that counts. The second takes what the first
/// has said.
PC_HIDDEN bool pc_begin_stream(uint64_t caller);
PC_HIDDEN void pc_end_stream(bool has_begun);
PC_HIDDEN void pc_child_starts_callers(void);

// Randomness.

/// Fills with the seed's randomness; false where the program has its own.
PC_HIDDEN bool pc_fill_random(void *bytes, size_t count);
/// A descriptor of the seed's randomness where `path` is a device of such; else -1.
PC_HIDDEN int pc_open_random(const char *path);

// Descriptors.

enum {
  PC_KNOWN = 1,
  PC_WATCHED = 2,
  PC_APPENDS = 4,
  PC_DURABLE = 8,
  PC_FOLDER = 16,
  /// Watched, and the recorder is gone: the call fails with EIO.
  PC_ORPHANED = 32,
  /// What is appended are marks.
  PC_MARKS = 64,
  /// The standard output that the recorder listens to.
  PC_SAID = 128,
  /// Not only its data (O_SYNC).
  PC_FULLY_DURABLE = 256,
};
#define PC_FILE_SHIFT 9

/// What is known of a descriptor; asks the recorder where a watched file is new.
PC_HIDDEN uint32_t pc_state(int descriptor);
/// A file by its name, as truncate(2) has it.
PC_HIDDEN uint32_t pc_state_of_path(int folder, const char *path, int flags);
PC_HIDDEN void pc_forget(int descriptor);
PC_HIDDEN void pc_forget_range(unsigned first, unsigned last);
PC_HIDDEN void pc_copy_state(int from, int to);
/// Whether the descriptor is a regular file below the watched folder; asks nobody.
PC_HIDDEN bool pc_is_below(int descriptor, char path[PCJ_PATH_BYTES]);

// Paths.

PC_HIDDEN bool pc_is_watched_path(const char *path);
/// The absolute path of a descriptor; false where it has none.
PC_HIDDEN bool pc_path_of(int descriptor, char path[PCJ_PATH_BYTES]);
/// The absolute path of a name, its folder resolved and its last part taken as it is.
PC_HIDDEN bool pc_absolute(int folder, const char *path, char absolute[PCJ_PATH_BYTES]);
/// The same where the name may be a link to a file that is not there: then that file's, and `is_link`.
PC_HIDDEN bool pc_absolute_target(int folder, const char *path, char absolute[PCJ_PATH_BYTES],
                                  bool *is_link);

/// A name that has just been made without a record.
PC_HIDDEN void pc_tell_made(uint32_t kind, int folder, const char *path);
/// What is about to be written to a descriptor of marks, or of the standard output.
PC_HIDDEN void pc_tell_marks(uint32_t state, const struct iovec *data, int count);

/// In the child of a fork: what another thread of the parent had locked is free.
PC_HIDDEN void pc_child_starts_mapping(void);

/// In the child of a fork: its randomness is not its parent's.
PC_HIDDEN void pc_child_starts_random(void);

PC_HIDDEN void pc_report(uint32_t problem, const char *path);
/// Says that the program was refused a ring.
PC_HIDDEN void pc_refuse_ring(void);
/// Says which watched files a list of requests for Linux AIO writes to.
PC_HIDDEN void pc_report_requests(long count, void *list);

/// Has kept what a watched file first held in a range that the program is about to change; asks the recorder where it
/// is lent. False with errno where the call is not to be made.
PC_HIDDEN bool pc_keep(uint32_t state, uint64_t byte_offset, uint64_t byte_count);

/// Has the contents of a file kept whose times are about to be set: a changed time then tells nothing.
PC_HIDDEN void pc_keep_untimed(int folder, const char *path, int flags);

// Opening and streams.

struct open_call {
  int folder;
  const char *path;
  int flags;
  mode_t mode;
  /// How openat2 is called; NULL for the others.
  const struct open_how *how;
  /// How `fopen` and `freopen` are called; `stream` is what they have returned.
  const char *stream_path;
  const char *stream_mode;
  FILE *reopened;
  FILE *stream;
};
/// Makes the call and records what it does; -1 with errno.
PC_HIDDEN int pc_open(struct open_call *call);

/// Replaces what the C library's streams write with. To be called once, before any program's thread runs.
PC_HIDDEN void pc_watch_streams(void);
/// What a stream writes of its buffer, recorded; -1 with errno.
PC_HIDDEN ssize_t pc_write_stream(FILE *stream, const void *bytes, size_t count);
/// The C library's own; says what it has written, and marks the stream where that is less.
PC_HIDDEN ssize_t pc_next_stream_write(FILE *stream, const void *bytes, size_t count);

#endif

// The journal: a shared file into which the preloaded library of a recorded program writes what the
// program does, and out of which the recorder reads it.
//
// The file is the channel and the record of it: what was written into the mapping survives a SIGKILL
// of either side. Chunk 0 is the control page. All other chunks belong to one thread each, which
// takes as many as it needs with one atomic addition and fills them from the start:
//
//     chunk 0        struct pcj_control
//     chunk n        struct pcj_chunk, then records back to back, each a multiple of 64 bytes
//
// A record is published by its `kind`, which is stored last; zero is the end of what a chunk holds so
// far. An operation takes a number from one counter before the program's call is made (`submitted`)
// and another one when it has returned (`completed`), so all records of all processes have one order.
//
// A record can ask: the thread then sleeps on `answer` until the recorder has stored something there.
// PCJ_TOUCH always does. Where the recorder owns the order (`is_controlled`), every operation does: it
// is published, its thread sleeps, an answer lets it go or says how it fails.
//
// All fields are of the machine's own byte order: both sides run on it.

#ifndef POWERCUT_CJOURNAL_H
#define POWERCUT_CJOURNAL_H

#include <pthread.h>
#include <stdint.h>

#define PCJ_MAGIC 0x366c6e6a74756370 /* "pcutjnl6" */
#define PCJ_CHUNK_BYTES 262144
#define PCJ_RECORD_ALIGNMENT 64
#define PCJ_PATH_BYTES 4096
#define PCJ_LENT_FILES 64
#define PCJ_LENT_PIECES 16384

/// The environment variable with the journal's path.
#define PCJ_VARIABLE "POWERCUT_JOURNAL"
/// The one with the seed, in hexadecimal digits, that a program's randomness and time are made of; it
/// needs no journal.
#define PCJ_SEED_VARIABLE "POWERCUT_RANDOM_SEED"

enum pcj_kind {
  /// The file is about to be changed for the first time by this process: asks for its number.
  PCJ_TOUCH = 1,
  PCJ_WRITE = 2,
  /// The file's length becomes `byte_offset`.
  PCJ_RESIZE = 3,
  /// The range is allocated; the file grows unless PCJ_KEEPS_SIZE.
  PCJ_ALLOCATE = 4,
  /// The range reads as zeroes from then on.
  PCJ_ZERO = 5,
  /// The same, and its blocks are given back; never grows the file.
  PCJ_PUNCH = 6,
  PCJ_SYNC = 7,
  /// sync(2) and syncfs(2): every file.
  PCJ_SYNC_ALL = 8,
  /// A folder was synced; the text is its path.
  PCJ_SYNC_FOLDER = 9,
  /// Names. The text is a path, or two with a zero byte between them.
  PCJ_CREATE = 10,
  PCJ_RENAME = 11,
  PCJ_LINK = 12,
  PCJ_UNLINK = 13,
  /// Something was done that is not seen here; `flags` is a pcj_problem, the text a path.
  PCJ_PROBLEM = 14,
  /// Names of folders and symbolic links; the second text of a link is what it says.
  PCJ_MAKE_FOLDER = 15,
  PCJ_REMOVE_FOLDER = 16,
  PCJ_SYMLINK = 17,
  /// Permissions; the text is a path.
  PCJ_MODE = 18,
  /// The program appends to its marks, or says something on its standard output (PCJ_SAID): the data, which it is
  /// about to write.
  PCJ_MARK = 19,
  /// Which code of the process is from which file: lines of /proc/PID/maps. No event: `submitted` is a number that was
  /// given out before, and it holds for all that comes later.
  PCJ_CODE = 20,
  /// The range of a lent file is about to be changed: asks that its first contents be kept.
  PCJ_KEEP = 21,
  /// Nothing more comes in this chunk; the last of the kinds.
  PCJ_END = 22,
};

enum pcj_flag {
  /// The call returned only when its data was durable (O_SYNC, O_DSYNC, RWF_SYNC, RWF_DSYNC).
  PCJ_DURABLE = 1,
  PCJ_KEEPS_SIZE = 2,
  /// Where it is written is known only afterwards.
  PCJ_APPENDS = 4,
  /// It has happened already: nobody waits.
  PCJ_TOLD = 8,
  /// A renaming in which both names stay, each for what the other was.
  PCJ_EXCHANGES = 16,
  /// PCJ_TOUCH: it has no name any more.
  PCJ_NAMELESS = 32,
  /// PCJ_SYNC and PCJ_DURABLE: only what is needed to find the data again (fdatasync, O_DSYNC, RWF_DSYNC).
  PCJ_DATA_ONLY = 128,
  /// PCJ_MARK: on the standard output.
  PCJ_SAID = 64,
};

enum pcj_problem {
  PCJ_SHARED_MAPPING = 1,
  PCJ_IO_URING = 2,
  PCJ_LINUX_AIO = 3,
  PCJ_POSIX_AIO = 4,
  PCJ_SPLICE = 5,
  PCJ_UNNAMED_FILE = 6,
  PCJ_STREAM = 7,
  PCJ_WHITEOUT = 9,
};

/// What a recorder answers to PCJ_TOUCH for a file that it leaves alone.
#define PCJ_IGNORED 0xffffffff

// What a recorder answers to an operation that waits for its turn.
/// The call is made.
#define PCJ_GO 1u
/// The call is not made and succeeds: a flush whose disk nobody will take the power from.
#define PCJ_DONE 2u
/// With an errno: the call is not made and fails.
#define PCJ_FAIL 0x80000000u
/// With a count of bytes below PCJ_SHORT: at most so many are written.
#define PCJ_SHORT 0x40000000u

/// A lock between processes whose C libraries may differ: the number of the thread that has it, or 0.
struct pcj_lock {
  uint32_t owner;
};

/// Which file something is.
struct pcj_place {
  uint64_t device;
  uint64_t inode;
};

/// A file whose first contents are not kept when its recording begins, but piece by piece, each before it is changed
/// for the first time.
struct pcj_lent {
  /// The recorder's number of the file.
  uint32_t file;
  /// A piece has 2^this bytes.
  uint32_t piece_shift;
  /// How long the file was when its recording began: what lies behind that are nobody's first contents.
  uint64_t byte_count;
  /// A bit for each piece, which the recorder sets once the piece is kept.
  uint64_t kept[PCJ_LENT_PIECES / 64];
};

struct pcj_control {
  uint64_t magic;
  /// The last number that was given to a submission or a completion.
  uint64_t order;
  /// The next chunk that nobody has.
  uint64_t next_chunk;
  /// The first errno for which the journal could not take something; 0 while all is well.
  uint32_t failure;
  /// How many processes have loaded the library.
  uint32_t process_count;
  /// How many threads have a number.
  uint32_t task_count;
  /// How many processes have drawn randomness of the recorder's.
  uint32_t random_count;
  /// Rung, and woken, when a record asks.
  uint32_t bell;
  /// Whether operations wait for their turn.
  uint32_t is_controlled;
  /// The processor that all of a controlled program runs on.
  uint32_t processor;
  /// Held by the recorder as long as it runs; the kernel marks it when the recorder dies.
  pthread_mutex_t alive;
  /// Held around calls that use or move a file's own position.
  struct pcj_lock position;
  /// Held around calls that change names, so that they complete in the order in which they took effect.
  struct pcj_lock names;
  /// The files of marks and of the standard output; inode 0 where there is none.
  struct pcj_place marks, said;
  /// How many of `lent` are in use; stored after what it counts.
  uint32_t lent_count;
  struct pcj_lent lent[PCJ_LENT_FILES];
  /// The folder whose files are recorded: absolute, without symbolic links.
  char watched[PCJ_PATH_BYTES];
};

struct pcj_chunk {
  uint64_t magic;
  /// Of all chunks that were taken with this one.
  uint64_t byte_count;
  uint64_t unused[6];
};

struct pcj_record {
  /// A pcj_kind; stored last.
  uint32_t kind;
  uint32_t flags;
  /// Of the whole record: header, data, padding.
  uint64_t byte_count;
  uint64_t submitted;
  /// 0 until the call has returned; stored after `result`.
  uint64_t completed;
  /// What the call returned, or the negative errno.
  int64_t result;
  uint64_t byte_offset;
  /// How long the range is.
  uint64_t range_byte_count;
  /// How many bytes of data or text follow this header.
  uint64_t payload_byte_count;
  /// The recorder's number of the file, from 1.
  uint32_t file;
  /// The thread's number, from 1, over all processes.
  uint32_t task;
  /// 0 until the recorder has answered.
  uint32_t answer;
  uint32_t process;
  /// PCJ_TOUCH, and PCJ_CREATE once it has completed: which file it is, whatever its name.
  uint64_t device;
  uint64_t inode;
  uint64_t birth_seconds;
  uint32_t birth_nanoseconds;
  /// PCJ_TOUCH: the descriptor that the process has it open as, or -1.
  int32_t descriptor;
  /// PCJ_CREATE, PCJ_MAKE_FOLDER and PCJ_MODE once they have completed: permissions.
  uint32_t mode;
  /// Which program the process is: another number after each exec.
  uint32_t program;
  /// Where the program's call returns to; 0 where that is not known.
  uint64_t caller;
};

/// The `alive` lock as its owner left it: programs can write over the one in the control page.
struct pcj_alive_copy {
  unsigned char bytes[sizeof(pthread_mutex_t)];
};

/// Makes a journal that must not exist yet, holds its `alive` lock in the calling thread, and maps its
/// control page. NULL with errno where that is not possible.
struct pcj_control *pcj_create(const char *path, const char *watched, struct pcj_alive_copy *lock);

/// Makes every operation wait for its turn, and all that load the library run on one processor. To be
/// called before any does.
void pcj_take_control(struct pcj_control *control, uint32_t processor);

/// Has what is written to two open files told as marks and as what the program says; -1 is none. To be called
/// before any program loads the library.
void pcj_listen(struct pcj_control *control, int marks, int said);

/// Has programs ask before they change a piece of a file; says its place in `lent`, or -1 where all are taken.
int pcj_lend(struct pcj_control *control, uint32_t file, uint32_t piece_shift, uint64_t byte_count);

/// Says that a piece is kept: nobody asks for it any more.
void pcj_set_kept(struct pcj_control *control, uint32_t place, uint64_t piece);

/// Whether a piece is kept.
int pcj_is_kept(const struct pcj_lent *lent, uint64_t piece);

/// A number of the one order, for an event that is no program's.
uint64_t pcj_take_number(struct pcj_control *control);

/// Says that no recorder listens any more, and unmaps the control page.
void pcj_close(struct pcj_control *control, const struct pcj_alive_copy *lock);

/// Maps `byte_count` bytes of an open journal; NULL with errno.
void *pcj_map(int descriptor, uint64_t byte_offset, uint64_t byte_count);
void pcj_unmap(void *address, uint64_t byte_count);

/// Loads what another process stores, with all that it stored before.
uint32_t pcj_load32(const uint32_t *value);
uint64_t pcj_load64(const uint64_t *value);

/// Stores an answer and wakes who waits for it.
void pcj_answer(uint32_t *answer, uint32_t value);

/// Sleeps until `bell` is no longer `seen`, or the time is over.
void pcj_wait(const uint32_t *bell, uint32_t seen, uint32_t milliseconds);

/// Gives the blocks of a range of the journal back; only advice.
void pcj_forget(int descriptor, uint64_t byte_offset, uint64_t byte_count);

/// Eight bytes that no other journal has.
uint64_t pcj_identity(void);

/// What tells a file from all others that were ever there; 0, or -1 with errno.
struct pcj_identity_of_file {
  uint64_t device;
  uint64_t inode;
  uint64_t birth_seconds;
  uint32_t birth_nanoseconds;
  uint32_t mode;
  uint64_t byte_count;
  int64_t modified_seconds;
  uint32_t modified_nanoseconds;
  uint32_t link_count;
};
int pcj_identify(int folder, const char *path, int flags, struct pcj_identity_of_file *identity);

/// The number of an open file's kind of file system, as statfs(2) has it; 0 where that is not known.
uint64_t pcj_file_system(int descriptor);

#endif

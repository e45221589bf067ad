// A key-value store in a folder, and the judge of what a power cut leaves of it.
//
//   kv init DIR                  makes an empty store
//   kv load DIR SEED [COUNT]     does COUNT (40) puts and deletes that SEED draws: "ack N" on stdout says that
//                                operation N is durable
//   kv verify DIR                opens it as after a crash and judges it: 0 good, 1 and a sentence bad, 2 misuse
//
// `verify` wants the contents after some number of the seed's operations, no fewer than were acknowledged. Those
// stand in the file that POWERCUT_MARKS_BEFORE names, a line each: "ack 7" or "7". Without it none were.
//
//   in DIR     log        the operations since the snapshot, a block each
//              snapshot   all pairs after some operation, one block
//              seed       the seed, as text
//              *.tmp      the next snapshot, or the seed, until it is renamed
//
//   a block    byte 0  4  byte count of the body
//              byte 4  4  CRC32 of the body
//              byte 8     the body
//
//   in `log`   byte 0  8  number of the operation, from 1, ascending
//              byte 8  1  1 put, 2 delete
//              byte 9  1  byte count of the key; then the key, and the value to the end of the block
//
//   `snapshot` byte 0  8  number of the last operation that is in it
//              byte 8     pairs: byte count of the key (1), of the value (4), the key, the value
//
// All numbers are little-endian.
//
// It needs nothing of a file system that POSIX does not promise: contents are durable once their file was synced,
// names once the folder was, and until then they are lost in any order. An operation is acknowledged when the log
// is synced. The log is emptied when the new snapshot, synced under its other name, has its own in a synced
// folder. Should emptying it be lost, its operations have numbers that the snapshot has too, and are passed over.
//
// `--bug NAME`, or KV_BUG=NAME, plants a mistake. What shows it:
//
//   no-fsync           the log is not synced: an acknowledged operation is lost
//   early-ack          acknowledged before the log is synced: the same, in a moment between the two
//   wrong-order        the log is emptied before the snapshot has its name: any cut between the two
//   no-folder-fsync    the folder is not synced after the rename: the log is emptied, the rename lost, and all
//                      operations since the snapshot before with it. Shows where a name is durable by a sync of its
//                      folder only (POSIX), and where names are lost in order too: the file was last synced before
//                      it was renamed. Not where any sync brings all names that were changed before (ext4).
//   unsynced-snapshot  the snapshot is not synced before it gets its name: the name is there, the pairs are not
//   torn-unchecked     `verify` takes the last block of the log without looking at its length and checksum:
//                      one that is there in part, which no other bug needs
//
//     cc -O2 -Wall -Wextra -o kv kv.c

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { block_header = 8, log_body_header = 10, pair_header = 5, key_limit = 31, value_limit = 3000 };
enum { operations_per_snapshot = 10, put = 1, delete = 2 };

static const char *bug_names[] = {"none",        "no-fsync",        "early-ack",         "wrong-order",
                                  "no-folder-fsync", "unsynced-snapshot", "torn-unchecked", NULL};
static enum { none, no_fsync, early_ack, wrong_order, no_folder_fsync, unsynced_snapshot, torn_unchecked } bug;

__attribute__((noreturn, format(printf, 2, 3))) static void end(int status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
  exit(status);
}
#define bad(...) end(1, __VA_ARGS__)
#define misuse(...) end(2, __VA_ARGS__)

// MARK: Bytes

struct bytes {
  uint8_t *start;
  size_t count;
};

static void append(struct bytes *bytes, const void *more, size_t count) {
  bytes->start = realloc(bytes->start, bytes->count + count + 1);
  if (!bytes->start) err(1, "memory");
  memcpy(bytes->start + bytes->count, more, count);
  bytes->count += count;
}

static void append_number(struct bytes *bytes, uint64_t number, int byte_count) {
  for (int i = 0; i < byte_count; i++) append(bytes, &(uint8_t){number >> 8 * i}, 1);
}

static uint64_t number_at(const uint8_t *start, int byte_count) {
  uint64_t number = 0;
  for (int i = byte_count; i-- > 0;) number = number << 8 | start[i];
  return number;
}

static uint32_t crc32_of(const uint8_t *start, size_t count) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < count; i++) {
    crc ^= start[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static struct bytes block_of(struct bytes body) {
  struct bytes block = {0};
  append_number(&block, body.count, 4);
  append_number(&block, crc32_of(body.start, body.count), 4);
  append(&block, body.start, body.count);
  free(body.start);
  return block;
}

// Whether a whole block stands at the start of so many bytes.
static int is_block(const uint8_t *start, size_t count) {
  if (count < block_header) return 0;
  uint64_t body = number_at(start, 4);
  return body <= count - block_header && crc32_of(start + block_header, body) == number_at(start + 4, 4);
}

// MARK: Pairs in memory

struct pair {
  char key[key_limit + 1];
  struct bytes value;
};

struct pairs {
  struct pair *start;
  size_t count;
};

static struct pair *find(const struct pairs *pairs, const char *key) {
  for (size_t i = 0; i < pairs->count; i++)
    if (strcmp(pairs->start[i].key, key) == 0) return pairs->start + i;
  return NULL;
}

static void remove_pair(struct pairs *pairs, const char *key) {
  struct pair *pair = find(pairs, key);
  if (!pair) return;
  free(pair->value.start);
  *pair = pairs->start[--pairs->count];
}

static void put_pair(struct pairs *pairs, const char *key, const uint8_t *value, size_t count) {
  remove_pair(pairs, key);
  pairs->start = realloc(pairs->start, (pairs->count + 1) * sizeof *pairs->start);
  if (!pairs->start) err(1, "memory");
  struct pair *pair = pairs->start + pairs->count++;
  *pair = (struct pair){0};
  strcpy(pair->key, key);
  append(&pair->value, value, count);
}

static void apply(struct pairs *pairs, int kind, const char *key, const uint8_t *value, size_t count) {
  if (kind == delete) remove_pair(pairs, key);
  else put_pair(pairs, key, value, count);
}

// MARK: The operations of a seed

struct operation {
  int kind;
  char key[key_limit + 1];
  uint8_t value[value_limit];
  size_t value_byte_count;
};

static uint64_t mix(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

// One of eight keys, a delete in every fourth, half of the values of up to 60 bytes and half of up to 3000: a
// block of several sectors can be torn.
static struct operation operation_of(uint64_t seed, uint64_t number) {
  uint64_t drawn = mix(mix(seed) + number);
  struct operation operation = {.kind = drawn >> 8 & 3 ? put : delete};
  snprintf(operation.key, sizeof operation.key, "key-%u", (unsigned)(drawn & 7));
  if (operation.kind == delete) return operation;
  operation.value_byte_count = 1 + (drawn >> 40) % (drawn >> 16 & 1 ? value_limit : 60);
  char text[48];
  int period = snprintf(text, sizeof text, "%llu.%llu;", (unsigned long long)seed, (unsigned long long)number);
  for (size_t i = 0; i < operation.value_byte_count; i++) operation.value[i] = text[i % period];
  return operation;
}

// MARK: Files

static int folder;

static void sync_descriptor(int descriptor) {
  if (fsync(descriptor) != 0) err(1, "fsync");
}

static void write_at(int file, const uint8_t *start, size_t count, off_t offset) {
  for (size_t done = 0; done < count;) {
    ssize_t written = pwrite(file, start + done, count - done, offset + (off_t)done);
    if (written < 0 && errno != EINTR) err(1, "write");
    if (written > 0) done += (size_t)written;
  }
}

// All of a file that is open.
static struct bytes bytes_of(int file) {
  struct bytes bytes = {0};
  uint8_t some[4096];
  for (;;) {
    ssize_t count = read(file, some, sizeof some);
    if (count < 0) err(1, "read");
    append(&bytes, some, (size_t)count);
    if (count == 0) return bytes;
  }
}

// All of a file in the folder; its start is NULL where there is none.
static struct bytes bytes_named(const char *name) {
  int file = openat(folder, name, O_RDONLY);
  if (file < 0 && errno == ENOENT) return (struct bytes){0};
  if (file < 0) err(1, "%s", name);
  struct bytes bytes = bytes_of(file);
  close(file);
  return bytes;
}

static void make_file(const char *name, struct bytes bytes, int is_synced) {
  int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (file < 0) err(1, "%s", name);
  write_at(file, bytes.start, bytes.count, 0);
  if (is_synced) sync_descriptor(file);
  close(file);
}

static void rename_file(const char *from, const char *to) {
  if (renameat(folder, from, folder, to) != 0) err(1, "%s", from);
}

// MARK: The store

struct store {
  int log;
  off_t log_byte_count;
  uint64_t operation_count;
  struct pairs pairs;
};

static void read_snapshot(struct store *store) {
  struct bytes file = bytes_named("snapshot");
  if (!file.start) return;
  if (file.count < block_header + 8 || number_at(file.start, 4) != file.count - block_header ||
      !is_block(file.start, file.count))
    bad("the snapshot is damaged");
  const uint8_t *body = file.start + block_header, *last = file.start + file.count;
  store->operation_count = number_at(body, 8);
  for (body += 8; body < last;) {
    if (last - body < pair_header) bad("the snapshot is damaged");
    size_t key = body[0], value = number_at(body + 1, 4);
    if (key > key_limit || key + value > (size_t)(last - body - pair_header)) bad("the snapshot is damaged");
    char text[key_limit + 1] = {0};
    memcpy(text, body + pair_header, key);
    put_pair(&store->pairs, text, body + pair_header + key, value);
    body += pair_header + key + value;
  }
  free(file.start);
}

// Ends at the first block that is not whole: whoever wrote it was not told that it is durable.
static void read_log(struct store *store) {
  struct bytes file = bytes_of(store->log);
  size_t offset = 0;
  while (file.count - offset >= block_header + log_body_header) {
    const uint8_t *block = file.start + offset, *body = block + block_header;
    size_t there = file.count - offset - block_header, count = number_at(block, 4);
    if (count < log_body_header) break;
    if (bug == torn_unchecked) count = count < there ? count : there;
    else if (!is_block(block, file.count - offset)) break;

    uint64_t number = number_at(body, 8);
    if (number > store->operation_count + 1)
      bad("the log goes on with operation %llu, but the store in front of it ends with %llu",
          (unsigned long long)number, (unsigned long long)store->operation_count);
    if (number == store->operation_count + 1) {
      size_t key = body[9] < key_limit ? body[9] : key_limit;
      if (key > count - log_body_header) key = count - log_body_header;
      char text[key_limit + 1] = {0};
      memcpy(text, body + log_body_header, key);
      apply(&store->pairs, body[8], text, body + log_body_header + key, count - log_body_header - key);
      store->operation_count = number;
    }
    offset += block_header + count;
  }
  store->log_byte_count = (off_t)offset;
  if (offset < file.count) {
    if (ftruncate(store->log, (off_t)offset) != 0) err(1, "log");
    sync_descriptor(store->log);
  }
  free(file.start);
}

static void open_folder(const char *path) {
  folder = open(path, O_RDONLY | O_DIRECTORY);
  if (folder < 0) misuse("%s: %s", path, strerror(errno));
}

// As after a crash: what was never renamed is removed, and the end of the log that is not whole is cut off.
static struct store open_store(void) {
  struct store store = {0};
  if (unlinkat(folder, "snapshot.tmp", 0) != 0 && errno != ENOENT) err(1, "snapshot.tmp");
  if (unlinkat(folder, "seed.tmp", 0) != 0 && errno != ENOENT) err(1, "seed.tmp");
  store.log = openat(folder, "log", O_RDWR);
  if (store.log < 0 && errno != ENOENT) err(1, "log");
  read_snapshot(&store);
  if (store.log >= 0) read_log(&store);
  return store;
}

static void empty_log(struct store *store) {
  if (ftruncate(store->log, 0) != 0) err(1, "log");
  sync_descriptor(store->log);
  store->log_byte_count = 0;
}

static void take_snapshot(struct store *store) {
  struct bytes body = {0};
  append_number(&body, store->operation_count, 8);
  for (struct pair *pair = store->pairs.start; pair < store->pairs.start + store->pairs.count; pair++) {
    append_number(&body, strlen(pair->key), 1);
    append_number(&body, pair->value.count, 4);
    append(&body, pair->key, strlen(pair->key));
    append(&body, pair->value.start, pair->value.count);
  }
  struct bytes block = block_of(body);
  make_file("snapshot.tmp", block, bug != unsynced_snapshot);
  free(block.start);
  if (bug == wrong_order) empty_log(store);
  rename_file("snapshot.tmp", "snapshot");
  if (bug != no_folder_fsync) sync_descriptor(folder);
  if (bug != wrong_order) empty_log(store);
}

static void acknowledge(uint64_t number) {
  char line[32];
  int count = snprintf(line, sizeof line, "ack %llu\n", (unsigned long long)number);
  if (write(1, line, (size_t)count) != count) err(1, "stdout");
}

static void carry_out(struct store *store, struct operation operation) {
  uint64_t number = ++store->operation_count;
  struct bytes body = {0};
  append_number(&body, number, 8);
  append_number(&body, operation.kind, 1);
  append_number(&body, strlen(operation.key), 1);
  append(&body, operation.key, strlen(operation.key));
  append(&body, operation.value, operation.value_byte_count);
  struct bytes block = block_of(body);
  write_at(store->log, block.start, block.count, store->log_byte_count);
  store->log_byte_count += (off_t)block.count;
  free(block.start);

  if (bug == early_ack) acknowledge(number);
  if (bug != no_fsync) sync_descriptor(store->log);
  if (bug != early_ack) acknowledge(number);
  apply(&store->pairs, operation.kind, operation.key, operation.value, operation.value_byte_count);
  if (number % operations_per_snapshot == 0) take_snapshot(store);
}

// MARK: The commands

static int read_seed(uint64_t *seed) {
  struct bytes text = bytes_named("seed");
  if (!text.start) return 0;
  text.start[text.count] = 0;
  char *after;
  *seed = strtoull((char *)text.start, &after, 10);
  if (*after != '\n' || after + 1 != (char *)text.start + text.count) bad("the seed is damaged");
  free(text.start);
  return 1;
}

static int init(const char *path) {
  if (mkdir(path, 0777) != 0 && errno != EEXIST) misuse("%s: %s", path, strerror(errno));
  open_folder(path);
  if (faccessat(folder, "log", F_OK, 0) == 0) misuse("%s is a store already", path);
  make_file("log", (struct bytes){0}, 1);
  sync_descriptor(folder);
  int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY);
  if (parent < 0) err(1, "%s/..", path);
  sync_descriptor(parent);
  return 0;
}

static int load(const char *path, uint64_t seed, uint64_t count) {
  open_folder(path);
  struct store store = open_store();
  if (store.log < 0) misuse("%s is no store: kv init %s makes one", path, path);
  uint64_t first_seed;
  if (!read_seed(&first_seed)) {
    struct bytes text = {0};
    char line[32];
    append(&text, line, (size_t)snprintf(line, sizeof line, "%llu\n", (unsigned long long)seed));
    make_file("seed.tmp", text, 1);
    rename_file("seed.tmp", "seed");
    sync_descriptor(folder);
  } else if (first_seed != seed) {
    misuse("%s was loaded with seed %llu before", path, (unsigned long long)first_seed);
  }
  while (count-- > 0) carry_out(&store, operation_of(seed, store.operation_count + 1));
  return 0;
}

static uint64_t last_acknowledged(void) {
  const char *path = getenv("POWERCUT_MARKS_BEFORE");
  if (!path) return 0;
  FILE *file = fopen(path, "r");
  if (!file) misuse("%s: %s", path, strerror(errno));
  uint64_t last = 0;
  char line[256];
  while (fgets(line, sizeof line, file)) {
    char *digits = strncmp(line, "ack ", 4) == 0 ? line + 4 : line, *after;
    uint64_t number = strtoull(digits, &after, 10);
    if (after == digits || (*after != '\n' && *after != 0)) misuse("%s: a mark is 'ack N' or 'N'", path);
    if (number > last) last = number;
  }
  fclose(file);
  return last;
}

static int verify(const char *path) {
  uint64_t acknowledged = last_acknowledged(), seed;
  open_folder(path);
  struct store store = open_store();
  uint64_t count = store.operation_count;
  if (count < acknowledged)
    bad("operation %llu was acknowledged, but the store holds only %llu", (unsigned long long)acknowledged,
        (unsigned long long)count);
  int has_seed = read_seed(&seed);
  if (count > 0 && !has_seed) bad("the store holds %llu operations, but no seed", (unsigned long long)count);
  if ((count > 0 || has_seed) && store.log < 0) bad("there is no log");

  struct pairs wanted = {0};
  for (uint64_t number = 1; number <= count; number++) {
    struct operation operation = operation_of(seed, number);
    apply(&wanted, operation.kind, operation.key, operation.value, operation.value_byte_count);
  }
  for (struct pair *pair = wanted.start; pair < wanted.start + wanted.count; pair++) {
    struct pair *found = find(&store.pairs, pair->key);
    if (!found) bad("after %llu operations %s is missing", (unsigned long long)count, pair->key);
    if (found->value.count != pair->value.count ||
        memcmp(found->value.start, pair->value.start, pair->value.count) != 0)
      bad("after %llu operations %s has another value", (unsigned long long)count, pair->key);
  }
  if (store.pairs.count != wanted.count)
    bad("after %llu operations there are keys too many", (unsigned long long)count);
  printf("good: %llu operations, %llu acknowledged\n", (unsigned long long)count, (unsigned long long)acknowledged);
  return 0;
}

static void plant(const char *name) {
  int i = 0;
  while (bug_names[i] && strcmp(bug_names[i], name) != 0) i++;
  if (!bug_names[i]) misuse("no bug is called %s", name);
  bug = i;
}

static uint64_t number_from(const char *word) {
  char *after;
  uint64_t number = strtoull(word, &after, 10);
  if (after == word || *after != 0) misuse("%s is no number", word);
  return number;
}

int main(int count, char **words) {
  if (getenv("KV_BUG")) plant(getenv("KV_BUG"));
  if (count > 2 && strcmp(words[count - 2], "--bug") == 0) plant(words[count - 1]), count -= 2;
  const char *command = count > 2 ? words[1] : "";
  if (count == 3 && strcmp(command, "init") == 0) return init(words[2]);
  if (count == 3 && strcmp(command, "verify") == 0) return verify(words[2]);
  if ((count == 4 || count == 5) && strcmp(command, "load") == 0)
    return load(words[2], number_from(words[3]), count == 5 ? number_from(words[4]) : 40);
  misuse("kv init DIR | kv load DIR SEED [COUNT] | kv verify DIR, each with --bug NAME where one is wanted");
}

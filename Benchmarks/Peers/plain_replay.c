/*
 * plain-replay: the plainest program that replays a dm-log-writes log, for benchmarks to be held against.
 *
 *     plain-replay LOG IMAGE ENTRIES [PROGRAM]
 *
 * Reads the header of one entry after the other, carries its write or discard out on the image, which has to be
 * there, and after each entry starts PROGRAM, looked up in PATH, with the image's path, and waits for it. It stops
 * after ENTRIES entries. Exit 0; 1 where the program refused an image; 2 where something could not be done.
 *
 * Source of the format: drivers/md/dm-log-writes.c of Linux, as docs/write-log.md has it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DISCARD_FLAG = 1 << 2, MARK_FLAG = 1 << 3 };

static const uint64_t MAGIC = 0x6a736677736872ULL;

struct superblock {
	uint64_t magic, version, entry_count;
	uint32_t sector_byte_count;
} __attribute__((packed));

struct header {
	uint64_t sector, sector_count, flags, text_byte_count;
};

static void fail(const char *what)
{
	fprintf(stderr, "plain-replay: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void read_all(int file, void *bytes, size_t byte_count, off_t byte_offset)
{
	if (pread(file, bytes, byte_count, byte_offset) != (ssize_t)byte_count)
		fail("the log ends early");
}

/* Whether the program accepts the image. */
static int ask(const char *program, const char *image)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		fail("fork");
	if (child == 0) {
		execlp(program, program, image, (char *)NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		fail("wait");
	return status == 0;
}

static void copy(int log, off_t from, int image, off_t to, uint64_t byte_count)
{
	static char bytes[1 << 20];

	while (byte_count > 0) {
		size_t part = byte_count < sizeof bytes ? byte_count : sizeof bytes;

		read_all(log, bytes, part, from);
		if (pwrite(image, bytes, part, to) != (ssize_t)part)
			fail("write");
		from += part;
		to += part;
		byte_count -= part;
	}
}

int main(int argc, char **argv)
{
	struct superblock start;
	struct header entry;
	uint64_t unit, count, refused = 0;
	off_t place;
	int log, image;

	if (argc < 4) {
		fprintf(stderr, "usage: plain-replay LOG IMAGE ENTRIES [PROGRAM]\n");
		return 2;
	}
	log = open(argv[1], O_RDONLY | O_CLOEXEC);
	image = open(argv[2], O_RDWR | O_CLOEXEC);
	if (log < 0 || image < 0)
		fail("open");
	read_all(log, &start, sizeof start, 0);
	if (start.magic != MAGIC || start.version != 1 || start.sector_byte_count < 512) {
		fprintf(stderr, "plain-replay: no write log\n");
		return 2;
	}
	unit = start.sector_byte_count;
	count = strtoull(argv[3], NULL, 10);
	if (count > start.entry_count)
		count = start.entry_count;
	place = unit;
	for (uint64_t index = 0; index < count; index++) {
		read_all(log, &entry, sizeof entry, place);
		place += unit;
		if (entry.flags & DISCARD_FLAG) {
			if (fallocate(image, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, entry.sector * unit,
				      entry.sector_count * unit) != 0)
				fail("discard");
		} else if (!(entry.flags & MARK_FLAG)) {
			copy(log, place, image, entry.sector * unit, entry.sector_count * unit);
			place += entry.sector_count * unit;
		}
		if (argc > 4 && !ask(argv[4], argv[2]))
			refused++;
	}
	return refused > 0;
}

"""Reads the recording of the guest's disk, and builds a seed's partition as a power cut could have left it."""

import random
import struct

from disk import PARTITION_BYTES, partition_offset

FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
SECTOR_BYTES = 512


def entries(path):
    """(flags, offset in bytes, length in bytes, data) of each entry; a discard has no data."""
    with open(path, "rb") as file:
        magic, _, count, sector_bytes = struct.unpack("<QQQI", file.read(28))
        assert magic == 0x6A736677736872, "not a write log"
        file.seek(sector_bytes)
        for _ in range(count):
            sector, sector_count, flags, data_bytes = struct.unpack("<4Q", file.read(sector_bytes)[:32])
            length = sector_count * sector_bytes
            data = b""
            if not flags & (DISCARD | MARK) and length:
                data = file.read(length)
            yield flags, sector * sector_bytes, length, data


class Run:
    """What one seed's run did to its partition: a list of ('write', offset, data), ('flush',), ('call', line)."""

    def __init__(self, partition, seed):
        self.partition, self.seed, self.events = partition, seed, []

    def lines(self):
        return [event[1] for event in self.events if event[0] == "call"]

    def cut_places(self):
        """After each write and each flush; the places in front of the first call's line too."""
        return [index + 1 for index, event in enumerate(self.events) if event[0] != "call"]

    def image(self, base, cut, lost=()):
        image = bytearray(base)
        for index, event in enumerate(self.events[:cut]):
            if event[0] == "write" and index not in lost:
                image[event[1]:event[1] + len(event[2])] = event[2]
        return image

    def may_be_lost(self, cut):
        """The writes that no flush made durable."""
        flushes = [index for index in range(cut) if self.events[index][0] == "flush"]
        first = flushes[-1] if flushes else 0
        return [index for index in range(first, cut) if self.events[index][0] == "write"]

    def calls_before(self, cut):
        """How many calls had returned."""
        return sum(1 for event in self.events[:cut] if event[0] == "call")

    def states(self, random_count, seed=1):
        """(name, cut, lost entries): each cut whole, each without all that can be lost, and random losses."""
        chance = random.Random(f"{seed} {self.seed}")
        places = self.cut_places()
        for cut in [0] + places:
            yield f"cut:{cut}", cut, ()
        for cut in places:
            if self.events[cut - 1][0] == "write":
                optional = self.may_be_lost(cut)
                yield f"cut:{cut} flushed-only", cut, tuple(optional)
        for _ in range(random_count if places else 0):
            cut = chance.choice(places)
            lost = tuple(index for index in self.may_be_lost(cut) if chance.random() < chance.choice((0.2, 0.5, 0.8)))
            if lost:
                yield f"cut:{cut} lost:{','.join(map(str, lost))}", cut, lost


def runs(path, seed_lines):
    """The runs of all seeds, out of the one log of the disk."""
    by_partition = {}
    for line in seed_lines:
        partition, seed = map(int, line.split()[:2])
        by_partition[partition] = Run(partition, seed)
    by_seed = {run.seed: run for run in by_partition.values()}
    current = None
    for flags, offset, length, data in entries(path):
        if flags & MARK:
            continue
        if flags & FLUSH:
            if current:
                current.events.append(("flush",))
        if not length:
            continue
        partition = (offset - partition_offset(1)) // PARTITION_BYTES + 1
        if partition == 1:
            seed, text = data[:512].rstrip(b"\0 \n").decode().split(" ", 1)
            by_seed[int(seed)].events.append(("call", text))
        elif partition in by_partition:
            current = by_partition[partition]
            bytes_written = data if not flags & DISCARD else bytes(length)
            current.events.append(("write", offset - partition_offset(partition), bytes_written))
        if flags & FUA and current:
            current.events.append(("flush",))
    return list(by_partition.values())

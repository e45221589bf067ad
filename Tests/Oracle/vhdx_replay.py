#!/usr/bin/env python3
"""Replays the log of VHDX images as [MS-VHDX] 2.3 (v20240423) has it: the third opinion.

Written from the specification alone, in another language than the two recoveries that it is held
against, with Python's standard library and nothing else. Headers are left as they are, and so is
what they say of the log: only what replay does to the rest of the file is carried out, in place.

Reads lines of "LIMIT PATH" from standard input, LIMIT being how long a file may become, and answers
each with a line: "clean", "replayed FIRST LAST" with the numbers of the entries, "refused RULE", or
"beyond".
"""

import struct
import sys

SECTOR = 4096
MIB = 1 << 20
TOP = 1 << 64


def crc_table():
    rows = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return rows


CRC_TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    table = CRC_TABLE
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def sealed(data):
    """Whether the checksum in bytes 4 to 7 is that of the structure, itself read as zero."""
    stored, = struct.unpack_from("<I", data, 4)
    return crc32c(data[:4] + bytes(4) + data[8:]) == stored


class Refused(Exception):
    """With the rule that is broken; None where no rule decides."""

    def __init__(self, rule):
        super().__init__(rule)
        self.rule = rule


class Header:
    """2.2.2"""

    def __init__(self, data):
        (self.number, self.log_guid, self.log_version, self.version, self.log_length,
         self.log_offset) = struct.unpack_from("<8xQ32x16sHHIQ", data)

    @staticmethod
    def current(file, size):
        valid = []
        for offset in (64 << 10, 128 << 10):
            file.seek(offset)
            data = file.read(SECTOR)
            if len(data) == SECTOR and data[:4] == b"head" and sealed(data):
                valid.append(Header(data))
        if not valid:
            raise Refused("H03")
        if len(valid) == 2 and valid[0].number == valid[1].number:
            raise Refused("H04")
        header = max(valid, key=lambda one: one.number)
        header.check(size)
        return header

    @property
    def dirty(self):
        return self.log_guid != bytes(16)

    def check(self, size):
        if self.version != 1:
            raise Refused("H05")
        if self.dirty and self.log_version != 0:
            raise Refused("H06")
        if self.log_length % MIB or self.dirty and not self.log_length:
            raise Refused("H07")
        if self.log_length:
            if self.log_offset % MIB or self.log_offset < MIB:
                raise Refused("H07")
            if self.log_offset + self.log_length > size:
                raise Refused("H07")


class Ring:
    """2.3: the sectors of the log, in a circle."""

    def __init__(self, data):
        self.data = data
        self.length = len(data)

    def cut(self, start, length):
        start %= self.length
        piece = self.data[start:start + length]
        return piece if len(piece) == length else piece + self.data[:length - len(piece)]


class Entry:
    """2.3.1: what stands at a place of the ring; a ValueError says why that is no entry."""

    def __init__(self, ring, place, guid, log_offset):
        self.place = place
        head = ring.cut(place, 64)
        if head[:4] != b"loge":
            raise ValueError("E01")
        (self.length, self.tail, self.number, count, reserved, own_guid, self.flushed,
         self.last) = struct.unpack_from("<8xIIQII16sQQ", head)
        if own_guid != guid:
            raise ValueError("E01")
        if not 0 < self.length <= ring.length or self.length % SECTOR:
            raise ValueError("E03")
        area = -(-(64 + 32 * count) // SECTOR) * SECTOR
        if area > self.length:
            raise ValueError("E03")
        if self.number == 0:
            raise ValueError("E05")
        if self.tail % SECTOR or self.tail >= ring.length:
            raise ValueError("E04")
        if reserved:
            raise ValueError("E06")
        if self.flushed % MIB or self.last % MIB:
            raise ValueError("E07")
        self.changes = []
        data_place = place + area
        for index in range(count):
            kind = ring.cut(place + 64 + 32 * index, 32)
            short, long, offset, number = struct.unpack_from("<4x4sQQQ", kind)
            if kind[:4] == b"zero":
                size, data = long, None
                if short != bytes(4):
                    raise ValueError("E06")
            elif kind[:4] == b"desc":
                size, data = SECTOR, data_place
                data_place += SECTOR
            else:
                raise ValueError("E08")
            if number != self.number or offset % SECTOR:
                raise ValueError("E08")
            if size % SECTOR or offset + size >= TOP:
                raise ValueError("E09")
            if size and (offset < 192 << 10
                         or offset < log_offset + ring.length and log_offset < offset + size):
                raise ValueError("E11")
            self.changes.append((offset, size, data, kind))
        if place + self.length != data_place:
            raise ValueError("E03")
        for _, _, data, _ in self.changes:
            if data is None:
                continue
            sector = ring.cut(data, SECTOR)
            high, low = struct.unpack_from("<4xI4084xI", sector)
            if sector[:4] != b"data" or high << 32 | low != self.number:
                raise ValueError("E10")
        if not sealed(ring.cut(place, self.length)):
            raise ValueError("E02")


class Log:
    """2.3.2 and 2.3.3"""

    def __init__(self, ring, guid, log_offset):
        self.ring, self.guid, self.log_offset = ring, guid, log_offset
        self.known = {}

    def entry(self, place):
        if place not in self.known:
            try:
                self.known[place] = Entry(self.ring, place, self.guid, self.log_offset)
            except ValueError:
                self.known[place] = None
        return self.known[place]

    def sequence(self, start):
        entries, used = [], 0
        while True:
            entry = self.entry((start + used) % self.ring.length)
            if entry is None or entries and entry.number != entries[-1].number + 1:
                return entries, used
            if used + entry.length > self.ring.length:
                return entries, used
            entries.append(entry)
            used += entry.length

    def active(self):
        best = []
        current = 0
        while current < self.ring.length:
            if not any(self.ring.data[current:current + 4]):
                current += SECTOR
                continue
            entries, used = self.sequence(current)
            places = [entry.place for entry in entries]
            if entries and entries[-1].tail in places:
                if not best or entries[-1].number > best[-1].number:
                    best = entries[places.index(entries[-1].tail):]
                current += used
            else:
                current += SECTOR
        return best


def replay(file, size, limit):
    header = Header.current(file, size)
    if not header.dirty:
        return []
    file.seek(header.log_offset)
    ring = Ring(file.read(header.log_length))
    entries = Log(ring, header.log_guid, header.log_offset).active()
    if not entries:
        raise Refused("R02")
    if size < entries[-1].flushed:
        raise Refused("R03")
    if header.number > TOP - 1 - 1024:
        raise Refused(None)
    ends = [offset + length for entry in entries for offset, length, _, _ in entry.changes if length]
    end = max([size, entries[-1].last] + ends)
    if end > limit:
        raise Refused(None)
    for entry in entries:
        for offset, length, data, kind in entry.changes:
            file.seek(offset)
            if data is None:
                file.write(bytes(length))
            else:
                file.write(kind[8:16] + ring.cut(data + 8, 4084) + kind[4:8])
    file.truncate(end)
    return entries


def answer(path, limit):
    with open(path, "r+b", buffering=0) as file:
        size = file.seek(0, 2)
        try:
            entries = replay(file, size, limit)
        except Refused as refusal:
            return "beyond" if refusal.rule is None else f"refused {refusal.rule}"
    return f"replayed {entries[0].number} {entries[-1].number}" if entries else "clean"


def main():
    for line in sys.stdin:
        limit, path = line.rstrip("\n").split(" ", 1)
        print(answer(path, int(limit)), flush=True)


if __name__ == "__main__":
    main()

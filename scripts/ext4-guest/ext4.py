"""Reads a folder out of an ext4 image: small file systems, extents, no inline data. The journal has been replayed."""

import struct

EXTENTS_FLAG = 0x80000
INCOMPAT_64BIT = 0x80
FILE, FOLDER, LINK = 0o100000, 0o040000, 0o120000


class Ext4:
    def __init__(self, image):
        self.image = image
        superblock = image[1024:2048]
        assert struct.unpack_from("<H", superblock, 56)[0] == 0xEF53, "not an ext4"
        self.block_bytes = 1024 << struct.unpack_from("<I", superblock, 24)[0]
        self.inodes_per_group = struct.unpack_from("<I", superblock, 40)[0]
        self.inode_bytes = struct.unpack_from("<H", superblock, 88)[0]
        is_64bit = struct.unpack_from("<I", superblock, 96)[0] & INCOMPAT_64BIT
        self.descriptor_bytes = struct.unpack_from("<H", superblock, 254)[0] if is_64bit else 32
        self.first_descriptor = self.block_bytes * (2 if self.block_bytes == 1024 else 1)

    def inode(self, number):
        group, index = divmod(number - 1, self.inodes_per_group)
        descriptor = self.first_descriptor + group * self.descriptor_bytes
        table = struct.unpack_from("<I", self.image, descriptor + 8)[0]
        start = table * self.block_bytes + index * self.inode_bytes
        return self.image[start:start + self.inode_bytes]

    def contents(self, inode):
        """The bytes of a file, a folder or a long link."""
        length = struct.unpack_from("<I", inode, 4)[0] | struct.unpack_from("<I", inode, 108)[0] << 32
        if not struct.unpack_from("<I", inode, 32)[0] & EXTENTS_FLAG:
            assert length < 60, "a file without extents"
            return bytes(inode[40:40 + length])
        contents = bytearray(length)
        for first, count, block in self.extents(inode[40:100]):
            start, end = first * self.block_bytes, min((first + count) * self.block_bytes, length)
            if start < end:
                contents[start:end] = self.image[block * self.block_bytes:][:end - start]
        return bytes(contents)

    def extents(self, node):
        """Of those that were written to; others read as zeroes."""
        magic, count, _, depth = struct.unpack_from("<4H", node)
        assert magic == 0xF30A, "not an extent node"
        for index in range(count):
            entry = node[12 + 12 * index:24 + 12 * index]
            if depth:
                block = struct.unpack_from("<I", entry, 4)[0]
                yield from self.extents(self.image[block * self.block_bytes:(block + 1) * self.block_bytes])
                continue
            first, count_of_blocks, _, block = struct.unpack("<IHHI", entry)
            if count_of_blocks <= 32768:
                yield first, count_of_blocks, block

    def names(self, folder):
        contents = self.contents(folder)
        for block in range(0, len(contents), self.block_bytes):
            at = block
            while at < block + self.block_bytes:
                number, entry_bytes, name_bytes = struct.unpack_from("<IHB", contents, at)
                name = contents[at + 8:at + 8 + name_bytes]
                if number and name not in (b".", b".."):
                    yield name, number
                at += max(entry_bytes, 8)

    def tree(self, path):
        """Everything below a folder: name -> (kind, mode, identity, contents or target)."""
        number = 2
        for part in path.encode().split(b"/"):
            number = dict(self.names(self.inode(number))).get(part)
            if number is None:
                return None
        found = {}
        self.add(number, b"", found)
        return found

    def add(self, folder, prefix, found):
        for name, number in self.names(self.inode(folder)):
            inode = self.inode(number)
            mode = struct.unpack_from("<H", inode, 0)[0]
            kind = {FILE: "file", FOLDER: "folder", LINK: "link"}.get(mode & 0o170000, "other")
            contents = b"" if kind == "folder" else self.contents(inode)
            found[prefix + name] = (kind, mode & 0o7777, number, contents)
            if kind == "folder":
                self.add(number, prefix + name + b"/", found)

"""A key-value store in a folder, as kv.c has it, without snapshots: `log` and `seed`, in the same formats.

    python3 kv.py init DIR | load DIR SEED [COUNT] | verify DIR

`--bug NAME`, or KV_BUG=NAME: no-fsync, early-ack.
"""

import os
import struct
import sys
import zlib

PUT, DELETE = 1, 2
MASK = (1 << 64) - 1


def end(status, sentence):
    print(sentence, file=sys.stderr)
    sys.exit(status)


def mix(number):
    number = (number + 0x9E3779B97F4A7C15) & MASK
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & MASK
    return number ^ number >> 31


def operation_of(seed, number):
    drawn = mix((mix(seed) + number) & MASK)
    key = b"key-%d" % (drawn & 7)
    if drawn >> 8 & 3 == 0:
        return DELETE, key, b""
    count = 1 + (drawn >> 40) % (3000 if drawn >> 16 & 1 else 60)
    text = b"%d.%d;" % (seed, number)
    return PUT, key, (text * (count // len(text) + 1))[:count]


def apply(pairs, kind, key, value):
    if kind == DELETE:
        pairs.pop(key, None)
    else:
        pairs[key] = value


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(folder)
    os.close(folder)


class Store:
    """As after a crash: the end of the log that is no whole block is cut off."""

    def __init__(self, folder):
        self.folder, self.count, self.pairs = folder, 0, {}
        if not os.path.isdir(folder):
            end(2, f"{folder}: no such folder")
        if os.path.exists(f"{folder}/seed.tmp"):
            os.unlink(f"{folder}/seed.tmp")
        self.log = os.open(f"{folder}/log", os.O_RDWR) if os.path.exists(f"{folder}/log") else None
        if self.log is None:
            return
        with open(f"{folder}/log", "rb") as file:
            log = memoryview(file.read())
        self.log_byte_count = 0
        while (block := self.block(log[self.log_byte_count :])) is not None:
            number, kind, key_count = struct.unpack_from("<QBB", block)
            if number != self.count + 1:
                end(1, f"the log goes on with operation {number}, but the store in front of it ends with {self.count}")
            apply(self.pairs, kind, block[10 : 10 + key_count], block[10 + key_count :])
            self.count = number
            self.log_byte_count += 8 + len(block)
        if self.log_byte_count < len(log):
            os.ftruncate(self.log, self.log_byte_count)
            os.fsync(self.log)

    @staticmethod
    def block(log):
        if len(log) < 18:
            return None
        count, checksum = struct.unpack_from("<II", log)
        body = bytes(log[8 : 8 + count])
        return body if 10 <= count == len(body) and zlib.crc32(body) == checksum else None

    def seed(self):
        try:
            with open(f"{self.folder}/seed", encoding="ascii") as file:
                text = file.read()
        except FileNotFoundError:
            return None
        if not (text.endswith("\n") and text[:-1].isdigit()):
            end(1, "the seed is damaged")
        return int(text)

    def carry_out(self, kind, key, value, bug):
        self.count += 1
        body = struct.pack("<QBB", self.count, kind, len(key)) + key + value
        block = struct.pack("<II", len(body), zlib.crc32(body)) + body
        while block:
            written = os.pwrite(self.log, block, self.log_byte_count)
            self.log_byte_count += written
            block = block[written:]
        if bug == "early-ack":
            os.write(1, b"ack %d\n" % self.count)
        if bug != "no-fsync":
            os.fsync(self.log)
        if bug != "early-ack":
            os.write(1, b"ack %d\n" % self.count)
        apply(self.pairs, kind, key, value)


def init(folder):
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(f"{folder}/log"):
        end(2, f"{folder} is a store already")
    os.close(os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    sync_folder(folder)
    sync_folder(f"{folder}/..")


def load(folder, seed, count, bug):
    store = Store(folder)
    if store.log is None:
        end(2, f"{folder} is no store: init makes one")
    first_seed = store.seed()
    if first_seed is None:
        with open(f"{folder}/seed.tmp", "w", encoding="ascii") as file:
            file.write(f"{seed}\n")
            file.flush()
            os.fsync(file.fileno())
        os.rename(f"{folder}/seed.tmp", f"{folder}/seed")
        sync_folder(folder)
    elif first_seed != seed:
        end(2, f"{folder} was loaded with seed {first_seed} before")
    for _ in range(count):
        store.carry_out(*operation_of(seed, store.count + 1), bug)


def last_acknowledged():
    path = os.environ.get("POWERCUT_MARKS_BEFORE")
    if path is None:
        return 0
    try:
        with open(path, encoding="ascii") as file:
            return max((int(line.removeprefix("ack ")) for line in file), default=0)
    except (OSError, ValueError) as error:
        end(2, f"{path}: {error}")


def verify(folder):
    acknowledged = last_acknowledged()
    store = Store(folder)
    if store.count < acknowledged:
        end(1, f"operation {acknowledged} was acknowledged, but the store holds only {store.count}")
    seed = store.seed()
    if store.count > 0 and seed is None:
        end(1, f"the store holds {store.count} operations, but no seed")
    if seed is not None and store.log is None:
        end(1, "there is no log")
    wanted = {}
    for number in range(1, store.count + 1):
        apply(wanted, *operation_of(seed, number))
    for key in sorted(wanted):
        if store.pairs.get(key) != wanted[key]:
            what = "has another value" if key in store.pairs else "is missing"
            end(1, f"after {store.count} operations {key.decode()} {what}")
    if len(store.pairs) != len(wanted):
        end(1, f"after {store.count} operations there are keys too many")
    print(f"good: {store.count} operations, {acknowledged} acknowledged")


def main(words):
    bug = os.environ.get("KV_BUG", "none")
    if len(words) > 2 and words[-2] == "--bug":
        bug = words.pop()
        words.pop()
    if bug not in ("none", "no-fsync", "early-ack"):
        end(2, f"no bug is called {bug}")
    match words:
        case ["init", folder]:
            init(folder)
        case ["verify", folder]:
            verify(folder)
        case ["load", folder, seed, *rest] if all(word.isdigit() for word in [seed, *rest]) and len(rest) < 2:
            load(folder, int(seed), int(rest[0]) if rest else 40, bug)
        case _:
            end(2, "kv.py init DIR | load DIR SEED [COUNT] | verify DIR")


main(sys.argv[1:])

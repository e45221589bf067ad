"""Puts into the LevelDB database FOLDER/db by the library's own C functions, and what has to be there of them.

    python3 leveldb.py init FOLDER                 the database is made, and closed
    python3 leveldb.py load FOLDER SEED every      each put has sync=true; `ack N` is printed when put N has returned
    python3 leveldb.py load FOLDER SEED switch     only the put behind a switch to a new log file has: with it all
                                                   puts before it are acknowledged
    python3 leveldb.py verify FOLDER               can it be opened, and are puts 1 to N of the last `ack N` there?

LevelDB's documentation has the scheme of `switch`: "every Nth write is synchronous, and in the event of a crash, the
bulk load is restarted just after the last synchronous write" (doc/index.md, Synchronous Writes). verify exits with 0
where it is good and with 1 where it is not.
"""

import ctypes
import os
import sys

library = ctypes.CDLL("libleveldb.so.1d")
for name in ["options_create", "open", "writeoptions_create", "readoptions_create", "get"]:
    getattr(library, "leveldb_" + name).restype = ctypes.c_void_p


def call(name, *arguments):
    """The function's result; its error ends this program, as a failure."""
    error = ctypes.c_char_p()
    result = getattr(library, "leveldb_" + name)(*arguments, ctypes.byref(error))
    if error.value is not None:
        print(f"leveldb_{name}: {error.value.decode(errors='replace')}")
        sys.exit(1)
    return result


def open_database(folder):
    options = ctypes.c_void_p(library.leveldb_options_create())
    library.leveldb_options_set_create_if_missing(options, ctypes.c_ubyte(1))
    library.leveldb_options_set_compression(options, 0)
    # The smallest that there is: a switch to a new log file comes after some four puts.
    library.leveldb_options_set_write_buffer_size(options, ctypes.c_size_t(64 << 10))
    return ctypes.c_void_p(call("open", options, os.path.join(folder, "db").encode()))


def pair(number, seed):
    return b"key-%d" % number, (b"%06d.%04d;" % (int(seed), number)) * 1700


def put(database, number, seed, sync):
    options = ctypes.c_void_p(library.leveldb_writeoptions_create())
    library.leveldb_writeoptions_set_sync(options, ctypes.c_ubyte(sync))
    key, value = pair(number, seed)
    call("put", database, options, key, ctypes.c_size_t(len(key)), value, ctypes.c_size_t(len(value)))
    if sync:
        print("ack", number, seed, flush=True)


def load(database, folder, seed, mode):
    def logs():
        return {name for name in os.listdir(os.path.join(folder, "db")) if name.endswith(".log")}

    if mode == "every":
        for number in range(1, 9):
            put(database, number, seed, sync=True)
        return
    number = 0
    # Twice, for its own thread may have compacted the old log already, and then that is durable.
    for _ in range(2):
        before = logs()
        while not logs() - before:
            number += 1
            put(database, number, seed, sync=False)
        number += 1
        put(database, number, seed, sync=True)


def verify(database, number, seed):
    options = ctypes.c_void_p(library.leveldb_readoptions_create())
    count = ctypes.c_size_t()
    for earlier in range(1, number + 1):
        key, value = pair(earlier, seed)
        found = call("get", database, options, key, ctypes.c_size_t(len(key)), ctypes.byref(count))
        if not found:
            print(f"put {earlier} is gone: a later one was acknowledged")
            sys.exit(1)
        if ctypes.string_at(found, count.value) != value:
            print(f"put {earlier} has another value")
            sys.exit(1)
        library.leveldb_free(ctypes.c_void_p(found))


def main(action, folder, *rest):
    database = open_database(folder)
    if action == "load":
        load(database, folder, *rest)
    elif action == "verify":
        with open(os.environ["POWERCUT_MARKS_BEFORE"]) as marks:
            lines = marks.read().splitlines()
        if lines:
            number, seed = lines[-1].split()
            verify(database, int(number), seed)
    library.leveldb_close(database)


main(*sys.argv[1:])

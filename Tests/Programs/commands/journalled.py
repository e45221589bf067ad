"""A number in a file that is changed through a journal: init, load and verify FOLDER. `verify` recovers what it finds.

`load FOLDER fail` says so and goes on where a write or sync fails. `verify FOLDER unsynced` has a mistake: it removes
the journal before the number is synced, which shows only where the power fails again while it recovers.
"""
import os
import sys

mode, folder = sys.argv[1], sys.argv[2]
journal, value = folder + "/journal", folder + "/value"


def put(path, text, syncs=True):
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        if os.pwrite(file, text, 0) != len(text):
            raise OSError("short")
        if syncs:
            os.fsync(file)
    finally:
        os.close(file)


def sync_folder():
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def apply(number, syncs=True):
    put(value, number, syncs)
    os.unlink(journal)
    sync_folder()


def recover():
    if os.path.exists(journal):
        text = open(journal, "rb").read()
        if len(text) == 4 and text[3:] == b"!":
            put(value, text[:3], syncs=len(sys.argv) < 4)
        os.unlink(journal)
        sync_folder()


if mode == "init":
    put(value, b"000")
    sync_folder()
elif mode == "load":
    for number in (1, 2):
        try:
            put(journal, b"%03d!" % number)
            sync_folder()
            print("ack", number, flush=True)
            apply(b"%03d" % number)
        except OSError as error:
            sys.exit(f"number {number}: {error}")
else:
    recover()
    marks = open(os.environ["POWERCUT_MARKS_BEFORE"]).read().split()
    promised = int(marks[-1]) if marks else 0
    found = open(value, "rb").read()
    if not found.isdigit() or int(found) < promised:
        sys.exit(f"{promised} was promised, and there is {found}")

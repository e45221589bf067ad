"""Appends names to a list that it reads and writes as a whole: NAME COUNT [lock]. "ack NAME1" says that it is durable.

Two of them side by side lose each other's names, but for `lock`, which lets one at a time do it. The same file judges:
`verify FOLDER`.
"""
import fcntl
import os
import sys


def write(folder, name, count, locks):
    for number in range(1, count + 1):
        file = os.open(folder + "/list", os.O_RDWR | os.O_CREAT)
        if locks:
            fcntl.lockf(file, fcntl.LOCK_EX)
        names = os.pread(file, 4096, 0) + f"{name}{number}\n".encode()
        os.pwrite(file, names, 0)
        os.fdatasync(file)
        os.close(file)
        os.write(1, f"ack {name}{number}\n".encode())


def verify(folder):
    try:
        names = open(folder + "/list", errors="replace").read().split()
    except FileNotFoundError:
        names = []
    for line in open(os.environ["POWERCUT_MARKS_BEFORE"]):
        if line.split()[1] not in names:
            sys.exit(f"{line.strip()}, and it is not in the list")


if sys.argv[1] == "verify":
    verify(sys.argv[2])
else:
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]), len(sys.argv) > 4)

"""Short sequences of calls on the guest's ext4, and every state that each can leave.

    cases.py make WORK        the disk and its list of sequences; then guest.sh WORK TOOL
    cases.py show WORK        the distinct states of each; END: those after its last call had returned
"""

import itertools
import os
import shutil
import sys

import listing
import writelog
from compare import recovered
from disk import PARTITION_BYTES, make_disk, partition_offset
from ext4 import Ext4

CASES = """
sync rename a n fdatasync n
sync rename a n fsync n
sync link a n fdatasync n
sync chmod a 600 fdatasync a
sync chmod a 600 fsync a
pwrite n 0 10 fsync n rename n a fdatasync a
pwrite n 0 10 fsync n rename n a fsync a
pwrite n 0 10 sync rename b m fsync n
pwrite n 0 10 sync rename b m fdatasync n
pwrite n 0 10 sync rename b m pwrite n 2 3 fdatasync n
pwrite n 0 10 sync rename b m pause 20 pwrite n 2 3 fsync n
pwrite n 0 10 sync rename b m pwrite n 10 3 fdatasync n
pwrite n 0 10 sync rename b m dsync n 2 3
pwrite n 0 10 sync rename b m dsync n 10 3
pwrite n 0 10 sync rename b m chmod n 600 fdatasync n
sync rename b m fsync d2
sync pwrite a 50 200 fsync a
sync pwrite a 50 200 chmod d2/q 600 fsync d2/q
sync truncate a 30 fsync a
sync truncate x 9000 fsync x
sync pwrite a 100 12000 chmod d2/q 600 fsync d2/q
sync pwrite n 0 10 chmod d2/q 600 fsync d2/q
sync pwrite n 0 10 rename n a chmod d2/q 600 fsync d2/q
""".strip().splitlines()


def make(work):
    root = os.path.join(work, "base")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "d", "d2"))
    for name, count in (("a", 100), ("b", 50), ("x", 10000), ("d2/q", 20)):
        with open(os.path.join(root, "d", name), "w") as file:
            file.write(name[-1] * count)
    make_disk(work, [root] * len(CASES))
    with open(os.path.join(work, "seeds.txt"), "w") as file:
        file.writelines(f"{index + 2} {index} cases {words}\n" for index, words in enumerate(CASES))


def said(tree, base):
    """What differs from the base: names that are gone; mode and runs of equal bytes of those that are there."""
    gone = [name.decode() for name in sorted(base) if name not in tree]
    there = []
    for name in sorted(tree):
        if name not in base or tree[name][1:2] + tree[name][3:] != base[name][1:2] + base[name][3:]:
            runs = [f"{chr(byte or 48)}*{len(list(group))}" for byte, group in itertools.groupby(tree[name][3])]
            there.append(f"{name.decode()} {tree[name][1]:o} {' '.join(runs) or '(empty)'}")
    return "; ".join([f"{name} gone" for name in gone] + there) or "as before"


def show(work):
    with open(os.path.join(work, "seeds.txt")) as file:
        runs = writelog.runs(os.path.join(work, "recording", "writes.log"), file.readlines())
    for words, run in zip(CASES, runs):
        with open(os.path.join(work, "recording", "base.img"), "rb") as file:
            file.seek(partition_offset(run.partition))
            base_image = file.read(PARTITION_BYTES)
        base, states = Ext4(base_image).tree("d"), {}
        end = max(index + 1 for index, event in enumerate(run.events) if event[0] == "call")
        for cut in range(end + 1):
            for lost in ((), tuple(run.may_be_lost(cut))):
                image = recovered(bytes(run.image(base_image, cut, lost)), os.path.join(work, "state.img"))[0]
                text = said(Ext4(image).tree("d"), base)
                states[text] = states.get(text, False) or cut == end
        print(words)
        for text, is_end in states.items():
            print(f"    {'END' if is_end else '   '} {text}")


if __name__ == "__main__":
    {"make": make, "show": show}[sys.argv[1]](sys.argv[2])

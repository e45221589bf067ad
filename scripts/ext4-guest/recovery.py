"""Whether e2fsck recovers as a kernel does: mounts states by loop on this machine, as root, and compares the folders.

    recovery.py WORK [STATES-PER-SEED]
"""

import os
import random
import subprocess
import sys

import listing
import writelog
from compare import recovered
from disk import PARTITION_BYTES, partition_offset
from ext4 import Ext4


def folder_by_kernel(image, path, mount_point):
    with open(path, "wb") as file:
        file.write(image)
    subprocess.run(["mount", "-t", "ext4", "-o", "loop", path, mount_point], check=True)
    try:
        return listing.line(listing.tree_of_folder(os.path.join(mount_point, "d")))
    finally:
        subprocess.run(["umount", mount_point], check=True)


def main():
    work, per_seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    mount_point, path = os.path.join(work, "mount"), os.path.join(work, "recovery.img")
    os.makedirs(mount_point, exist_ok=True)
    with open(os.path.join(work, "seeds.txt")) as file:
        runs = writelog.runs(os.path.join(work, "recording", "writes.log"), file.readlines())
    compared = different = 0
    for run in runs:
        with open(os.path.join(work, "recording", "base.img"), "rb") as file:
            file.seek(partition_offset(run.partition))
            base = file.read(PARTITION_BYTES)
        states = list(run.states(30))
        for name, cut, lost in random.Random(run.seed).sample(states, min(per_seed, len(states))):
            image = bytes(run.image(base, cut, lost))
            by_kernel = folder_by_kernel(image, path, mount_point)
            by_e2fsck = listing.line(Ext4(recovered(image, path)[0]).tree("d"))
            compared += 1
            if by_kernel != by_e2fsck:
                different += 1
                print(f"seed {run.seed}, {name}\n  kernel {by_kernel}\n  e2fsck {by_e2fsck}")
    print(f"{compared} states: {different} differ")


if __name__ == "__main__":
    main()

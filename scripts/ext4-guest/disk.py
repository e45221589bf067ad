"""Makes the guest's disk: a partition for each seed, with a small ext4 on it and in it the seed's base tree.

    disk.py WORK RANDOM-FOLDERS SEED-COUNT STEPS [FIRST-SEED]

WORK gets disk.img and seeds.txt. Partition 1 is not a file system: it takes the lines of the program's calls.
"""

import functools
import os
import shutil
import subprocess
import sys

PARTITION_BYTES = 12 << 20
ALIGNMENT_BYTES = 1 << 20

# What the guest does between calls decides which cuts are interesting: pause in milliseconds, the interval of the
# background's writes in hundredths of a second, options of the mount (commit: seconds between commits).
VARIANTS = [
    (0, 500, "defaults"),
    (150, 5, "commit=1"),
    (400, 500, "commit=1"),
    (120, 2, "defaults"),
]


def partition_offset(partition):
    """Where a partition starts, in bytes; they count from 1."""
    return ALIGNMENT_BYTES + (partition - 1) * PARTITION_BYTES


def single_process_seeds(count, first):
    seeds = []
    while len(seeds) < count:
        if first % 3 != 0:
            seeds.append(first)
        first += 1
    return seeds


def make_base(work, program, seed):
    """The folder `d` with the seed's base tree, in a folder of its own."""
    root = os.path.join(work, "base")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "d"), mode=0o755)
    os.chmod(os.path.join(root, "d"), 0o755)
    subprocess.run([program, os.path.join(root, "d"), str(seed), "base", "plain"], check=True, stdout=subprocess.PIPE)
    return root


def make_disk(work, roots):
    """disk.img, with the folders of each root in a file system of its own, from partition 2 on."""
    disk, image = os.path.join(work, "disk.img"), os.path.join(work, "partition.img")
    with open(disk, "wb") as file:
        file.truncate(partition_offset(len(roots) + 2) + ALIGNMENT_BYTES)
    table = "label: gpt\ntable-length: 256\n"
    for partition in range(1, len(roots) + 2):
        table += f"start={partition_offset(partition) // 512}, size={PARTITION_BYTES // 512}\n"
    subprocess.run(["sfdisk", "-q", disk], input=table, text=True, check=True)
    for index, root in enumerate(roots):
        if os.path.exists(image):
            os.remove(image)
        with open(image, "wb") as file:
            file.truncate(PARTITION_BYTES)
        folder = root() if callable(root) else root
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-J", "size=4", "-E", "lazy_itable_init=0",
                        "-d", folder, image], check=True)
        subprocess.run(["dd", f"if={image}", f"of={disk}", "bs=1M", f"seek={partition_offset(index + 2) >> 20}",
                        "conv=notrunc,sparse", "status=none"], check=True)


def main():
    work, program, count, steps = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    seeds = single_process_seeds(count, int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    os.makedirs(work, exist_ok=True)
    make_disk(work, [functools.partial(make_base, work, program, seed) for seed in seeds])
    with open(os.path.join(work, "seeds.txt"), "w") as file:
        for index, seed in enumerate(seeds):
            pause, writeback, options = VARIANTS[index % len(VARIANTS)]
            file.write(f"{index + 2} {seed} {steps} {pause} {writeback} {options}\n")


if __name__ == "__main__":
    main()

"""Does qemu-img read from FOLDER/disk what was flushed, and is a block that is written next one of its own?

    python3 image-verify.py FOLDER FORMAT        exit 0 good, 1 not

Block 1 is there from the beginning, others as far as they were acknowledged. Then 4 KiB at 5 MiB, which nobody had
written, are written: no other byte may change by that.
"""

import os
import subprocess
import sys

MEBIBYTE = 1 << 20


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print(f"{words[0]} {words[1]}: {done.stdout.decode(errors='replace').strip()}")
        sys.exit(1)


def contents(image, image_format):
    raw = image + ".raw"
    run("qemu-img", "convert", "-f", image_format, "-O", "raw", image, raw)
    with open(raw, "rb") as file:
        return file.read()


def main(folder, image_format):
    image = os.path.join(folder, "disk")
    with open(os.environ["POWERCUT_MARKS_BEFORE"]) as marks:
        promised = [1] + [int(line) for line in marks]
    before = contents(image, image_format)
    for block in promised:
        if before[block * MEBIBYTE:][:4096] != bytes([block]) * 4096:
            print(f"what was flushed is not there: block {block}")
            return 1

    run("qemu-io", "-f", image_format, "-c", "write -P 85 5M 4k", image)
    after = contents(image, image_format)
    for block in range(6):
        expected = before[block * MEBIBYTE:][:MEBIBYTE]
        if block == 5:
            expected = b"\x55" * 4096 + expected[4096:]
        if after[block * MEBIBYTE:][:MEBIBYTE] != expected:
            print(f"block {block} changes when block 5 is written: they share their data")
            check = subprocess.run(["qemu-img", "check", "-f", image_format, image], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, check=False)
            print(check.stdout.decode().strip())
            return 1
    return 0


sys.exit(main(*sys.argv[1:]))

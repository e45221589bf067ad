"""Cuts the recording of the guest's disk, recovers each state, and asks the model whether the run could leave it.

    compare.py WORK [RANDOM-STATES] [FIRST COUNT]

Recovery is that of `e2fsck -p`; `e2fsck -fn` has to find nothing afterwards.
"""

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from multiprocessing import Pool

import listing
import writelog
from disk import PARTITION_BYTES, partition_offset
from ext4 import Ext4
from model import Model, Rules, TooManyStates

# What may have to be given up before the model has a state of the real ext4, one by one and together.
RELAXATIONS = [
    ("a write is torn between pages", {"torn_pages": True}),
    ("data without the length of its write", {"write_brings_length": False}),
    ("the zeroes of a truncation without its length", {"zeroed_tail": True}),
    ("a sync brings names only up to the last change of what is synced", {"names": "own"}),
    ("modes", {"with_modes": False}),
    ("no sync brings names", {"names": "none"}),
    ("synced contents are not there", {"contents_durable": False}),
]

# Whole models, each asked about every state.
CONTENTS = {"torn_pages": True, "zeroed_tail": True, "write_brings_length": False}
MODELS = {
    "ordered": Rules(names="ordered"),
    "ext4": Rules(names="ext4"),
    "ordered, and contents as below": Rules(names="ordered", **CONTENTS),
    "ext4, and contents as below": Rules(names="ext4", **CONTENTS),
    "own: pages, tails, data without length": Rules(names="own", **CONTENTS),
}


def recovered(image, path):
    """The image after recovery; what was wrong with it, or None."""
    with open(path, "wb") as file:
        file.write(image)
    first = subprocess.run(["e2fsck", "-p", path], capture_output=True, text=True)
    second = subprocess.run(["e2fsck", "-fn", path], capture_output=True, text=True)
    with open(path, "rb") as file:
        recovered_image = file.read()
    if first.returncode > 1 or second.returncode:
        return recovered_image, f"{first.returncode} {first.stdout} {second.returncode} {second.stdout}"
    return recovered_image, None


def reason_of(base, lines, tree, returned, models):
    for count in range(len(RELAXATIONS) + 1):
        for chosen in itertools.combinations(RELAXATIONS, count):
            changes = {key: value for _, relaxation in chosen for key, value in relaxation.items()}
            if len(changes) < count:
                continue
            key = tuple(sorted(changes.items()))
            if key not in models:
                models[key] = Model(base, lines, Rules(**changes))
            if models[key].has(tree, returned):
                return " + ".join(name for name, _ in chosen)
        if count == 3:
            break
    return "no reason known"


def compare(job):
    work, run, random_count = job
    with open(os.path.join(work, "recording", "base.img"), "rb") as file:
        file.seek(partition_offset(run.partition))
        base_image = file.read(PARTITION_BYTES)
    base, lines = Ext4(base_image).tree("d"), run.lines()
    path = os.path.join(work, f"state-{run.seed}.img")
    models, seen, results = {}, {}, []
    whole_models = {name: Model(base, lines, rules) for name, rules in MODELS.items()}
    for name, cut, lost in run.states(random_count):
        image = bytes(run.image(base_image, cut, lost))
        returned = run.calls_before(cut)
        key = hash(image)
        if key not in seen:
            recovered_image, problem = recovered(image, path)
            seen[key] = (Ext4(recovered_image).tree("d"), problem)
        tree, problem = seen[key]
        if tree is None:
            reason, lacking = "the folder is gone", []
        else:
            try:
                lacking = [name for name, whole in whole_models.items() if not whole.has(tree, returned)]
                reason = reason_of(base, lines, tree, returned, models) if lacking else ""
            except TooManyStates:
                reason, lacking = "not asked: too many lengths of one file", []
        results.append({"seed": run.seed, "state": name, "returned": returned, "reason": reason, "lacking": lacking,
                        "fsck": problem, "listing": listing.line(tree) if tree is not None else ""})
    os.remove(path)
    return results


def main():
    work = sys.argv[1]
    random_count = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with open(os.path.join(work, "seeds.txt")) as file:
        runs = writelog.runs(os.path.join(work, "recording", "writes.log"), file.readlines())
    first, count = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (0, len(runs))
    runs = runs[first:first + count]
    reasons, lacking, states, folders = Counter(), Counter(), 0, set()
    with Pool(2) as pool, open(os.path.join(work, "states.jsonl"), "w") as out:
        for results in pool.imap(compare, [(work, run, random_count) for run in runs]):
            for result in results:
                out.write(json.dumps(result) + "\n")
                states += 1
                folders.add((result["seed"], result["listing"]))
                reasons[result["reason"]] += 1
                lacking.update(result["lacking"])
                if result["fsck"]:
                    reasons["e2fsck found something"] += 1
    print(f"{len(runs)} seeds, {states} states of the disk, {len(folders)} distinct folders")
    for reason, number in reasons.most_common():
        print(f"{number:6}  {reason or 'in the model'}")
    for name in MODELS:
        print(f"{lacking[name]:6}  not in the model '{name}'")


if __name__ == "__main__":
    main()

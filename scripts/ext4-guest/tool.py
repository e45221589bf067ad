"""Records the same runs with `powercut record`, and asks whether `powercut check` has each folder of the real ext4.

    tool.py WORK TOOL RANDOM-FOLDERS [--states TIERS] [--persona NAME] [--no-modes] [--no-links]
            [--touched-only] [--seconds S] [--seeds N] [--show N]

WORK has states.jsonl (of compare.py). Seeds with too many states, or for which the time was not enough, are
counted and left out. --no-modes, --no-links and --touched-only: for a tool whose states have no modes, no hard
links (each name a file of its own), or only the files that the program touched; folders are left out then, too.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict

from disk import make_base

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("work")
    parser.add_argument("tool")
    parser.add_argument("program")
    parser.add_argument("--states", default="all")
    parser.add_argument("--persona")
    parser.add_argument("--no-modes", action="store_true")
    parser.add_argument("--no-links", action="store_true")
    parser.add_argument("--touched-only", action="store_true")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=10000)
    parser.add_argument("--show", type=int, default=5)
    return parser.parse_args()


def normal(rows, options, touched):
    """A listing as far as it is compared, with the leaders of hard links among what is left."""
    kept, leaders = [], {}
    for name, kind, mode, leader, length, said in rows:
        if options.touched_only and (kind == "folder" or name not in touched):
            continue
        leader = "" if options.no_links else leaders.setdefault(leader, name)
        kept.append((name, kind, "" if options.no_modes else mode, leader, length, said))
    return tuple(kept)


def states_of_tool(options, seed, steps, folder):
    """(the listings of all states, the lines of the calls), or why there are none."""
    root = make_base(options.work, options.program, seed)
    watched, recording, out = os.path.join(root, "d"), os.path.join(folder, "recording"), os.path.join(folder, "out")
    run = subprocess.run([options.tool, "record", "--watch", watched, "--output", recording, "--", options.program,
                          watched, str(seed), str(steps), "plain"], capture_output=True, text=True)
    if run.returncode == 3:
        return None, "nothing was recorded"
    if run.returncode:
        return None, f"record: status {run.returncode}: {run.stderr.splitlines()[-1]}"
    command = f"python3 -S -E {HERE}/listing.py {{folder}} {out}"
    persona = ["--persona", options.persona] if options.persona else []
    try:
        check = subprocess.run([options.tool, "check", recording, "--states", options.states, *persona,
                                "--command", command], capture_output=True, text=True, timeout=options.seconds)
    except subprocess.TimeoutExpired:
        return None, "not enough time"
    if check.returncode:
        too_many = "at most" in check.stderr
        return None, "too many states" if too_many else f"check: status {check.returncode}: {check.stderr[:300]}"
    with open(out) as file:
        listings = [json.loads(line) for line in file]
    return (listings, [line for line in run.stdout.splitlines() if line[0].isdigit()]), None


def nearest(rows, states):
    """How the nearest state differs: rows that only one of the two has, for the fewest names."""
    best = min(states, key=lambda state: len({row[0] for row in set(state) ^ set(rows)}))
    return sorted(set(rows) - set(best)), sorted(set(best) - set(rows))


def main():
    options = arguments()
    real, reasons = defaultdict(dict), {}
    with open(os.path.join(options.work, "states.jsonl")) as file:
        for line in file:
            state = json.loads(line)
            if state["listing"]:
                real[state["seed"]].setdefault(state["listing"], state)
    with open(os.path.join(options.work, "seeds.txt")) as file:
        seeds = [tuple(map(int, line.split()[1:3])) for line in file][:options.seeds]
    counts, skipped, shown = Counter(), Counter(), 0
    folder = os.path.join(options.work, "tool")
    for seed, steps in seeds:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        found, why = states_of_tool(options, seed, steps, folder)
        if found is None:
            skipped[why] += 1
            continue
        listings, lines = found
        touched = {row[0] for rows in listings for row in rows}
        states = {normal(rows, options, touched) for rows in listings}
        counts["seeds"] += 1
        counts["states of the tool"] += len(states)
        for text, state in real[seed].items():
            rows = normal(json.loads(text), options, touched)
            counts["folders of the real ext4"] += 1
            if rows in states:
                continue
            counts[f"not in the tool's: {state['reason'] or 'in the model here'}"] += 1
            if shown < options.show:
                shown += 1
                ours, theirs = nearest(rows, states)
                print(f"seed {seed}, {state['state']}, after {state['returned']} calls: {state['reason']}")
                print("  real ext4:", *ours, sep="\n    ")
                print("  nearest state:", *theirs, sep="\n    ")
                print("  calls:", *lines, sep="\n    ")
        sys.stdout.flush()
    for name, number in counts.items():
        print(f"{number:6}  {name}")
    for why, number in skipped.items():
        print(f"{number:6}  seeds left out: {why}")


if __name__ == "__main__":
    main()

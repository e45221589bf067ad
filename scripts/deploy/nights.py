#!/usr/bin/env python3
"""Holds what campaigns have left against what they should have.

    nights.py same REPORT REPORT            two JSON reports differ in nothing but 'timing'
    nights.py once FOLDER TARGET=COUNT ...  the ledgers of each night hold the seeds 1..COUNT, each once
"""

import json
import sys
from collections import Counter
from pathlib import Path


def same(first: str, second: str) -> None:
    reports = [json.loads(Path(path).read_text()) for path in (first, second)]
    for report in reports:
        del report["timing"]
    if reports[0] == reports[1]:
        print(f"nights: one report, {len(reports[0]['findings'])} findings")
        return
    for key in sorted(reports[0].keys() | reports[1].keys()):
        values = [json.dumps(report.get(key), indent=1) for report in reports]
        if values[0] != values[1]:
            print(f"'{key}' differs:\n{first}: {values[0]}\n{second}: {values[1]}", file=sys.stderr)
    sys.exit("nights: the reports differ")


def once(folder: str, expected: dict[str, int]) -> None:
    nights: dict[int, dict[str, Counter]] = {}
    for path in Path(folder, "ledger").glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        seeds = nights.setdefault(lines[0]["night"], {target: Counter() for target in expected})
        for line in lines:
            if line["line"] == "seeds":
                progression = line["progression"]
                first, step = int(progression["first"]), int(progression["step"])
                seeds[line["target"]].update(first + step * index for index in range(progression["count"]))
    for night, seeds in sorted(nights.items()):
        for target, count in expected.items():
            if seeds[target] != Counter(range(1, count + 1)):
                twice = sorted(seed for seed, times in seeds[target].items() if times > 1)
                missing = sorted(set(range(1, count + 1)) - set(seeds[target]))
                sys.exit(f"nights: {target} in night {night}: counted twice: {twice}, missing: {missing}")
            print(f"nights: {target}: {count} seeds, each once, in night {night}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["same", first, second]:
            same(first, second)
        case ["once", folder, *targets]:
            once(folder, {name: int(count) for name, _, count in (each.rpartition("=") for each in targets)})
        case _:
            sys.exit(__doc__)

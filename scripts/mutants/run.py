"""`make mutants`: builds the sources with every mutant of Mutants/ in them, and finds out what notices each."""

import argparse
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402
import rows  # noqa: E402
import woven  # noqa: E402
from killing import Killer, Result  # noqa: E402
from plans import PLANS, Step  # noqa: E402
from rows import ListError, Mutant  # noqa: E402


def main() -> int:
    options = parsed()
    try:
        mutants = rows.read(woven.REPOSITORY / "Mutants")
        woven.check(mutants)
        check_plans(mutants)
    except ListError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    print(f"mutants: {len(mutants)} in the list, all found in the sources", file=sys.stderr)
    if options.check:
        return 0
    reports = woven.REPOSITORY / "Reports"
    known = report.read(reports / "mutants.json")
    chosen = choose(mutants, known, options)
    copy = woven.Woven(woven.REPOSITORY / ".build" / "mutants", options.configuration)
    copy.prepare(mutants)
    if not options.no_build:
        build(copy, options)
    if options.build_only:
        return 0
    results = run(copy, chosen, known, options)
    if options.sample:
        return judge_sample(results, known)
    everything = (known if options.only or options.survivors else {}) | results
    report.write(reports, mutants, everything, os.cpu_count() or 1)
    unexplained = [mutant.name for mutant in chosen
                   if not results[mutant.name].is_killed and not (mutant.equivalent or mutant.survives)]
    for name in unexplained:
        print(f"mutants: {name} survives, and its row does not say why", file=sys.stderr)
    return 1 if unexplained else 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only hold the list against the sources")
    parser.add_argument("--sample", type=int, default=0, metavar="N",
                        help="run N mutants that the report says are killed; fail where one survives")
    parser.add_argument("--seed", type=int, default=0, help="what draws the sample")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT",
                        help="run those whose name or file has this text; the report keeps the others' results")
    parser.add_argument("--survivors", action="store_true", help="run those that the report says survive, or lacks")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants are run side by side")
    parser.add_argument("--configuration", default="release", choices=("release", "debug"))
    parser.add_argument("--no-build", action="store_true", help="take what was built before")
    parser.add_argument("--build-only", action="store_true")
    return parser.parse_args()


def check_plans(mutants: list[Mutant]) -> None:
    for mutant in mutants:
        if mutant.plan not in PLANS:
            raise ListError(f"{mutant.place}: '{mutant.name}': expected one of {', '.join(PLANS)} to kill it, "
                            f"found '{mutant.plan}'")


def choose(mutants: list[Mutant], known: dict[str, Result], options: argparse.Namespace) -> list[Mutant]:
    if options.only:
        return [mutant for mutant in mutants
                if any(part in mutant.name or part in mutant.path for part in options.only)]
    if options.survivors:
        return [mutant for mutant in mutants if mutant.name not in known or not known[mutant.name].is_killed]
    if options.sample:
        killed = [mutant for mutant in mutants if mutant.name in known and known[mutant.name].is_killed]
        drawn = random.Random(options.seed).sample(killed, min(options.sample, len(killed)))
        return [mutant for mutant in mutants if mutant in drawn]
    return mutants


def build(copy: woven.Woven, options: argparse.Namespace) -> None:
    begin = time.monotonic()
    print("mutants: building the sources with all mutants in them", file=sys.stderr)
    copy.build("--build-tests")
    copy.build("--product", "powercut")
    copy.build("--product", "powercut-preload")
    print(f"mutants: built in {time.monotonic() - begin:.0f} s", file=sys.stderr)


def run(
    copy: woven.Woven, chosen: list[Mutant], known: dict[str, Result], options: argparse.Namespace
) -> dict[str, Result]:
    killer = Killer(copy, log=lambda line: print(f"mutants: {line}", file=sys.stderr, flush=True))
    results: dict[str, Result] = {}
    begin = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        waiting = {pool.submit(killer.kill, mutant.name, mutant.number, mutant.plan,
                               steps(mutant, known.get(mutant.name))): mutant for mutant in chosen}
        for done in as_completed(waiting):
            result = done.result()
            results[result.name] = result
            what = f"{result.step}: {result.by}" + (f", seed {result.seed}" if result.seed else "")
            print(f"mutants: {time.monotonic() - begin:.0f} s, {len(results)} of {len(chosen)}: {result.name}: "
                  f"{what if result.is_killed else 'SURVIVES'}, {result.seconds:.1f} s", file=sys.stderr, flush=True)
    return results


def steps(mutant: Mutant, known: Result | None) -> tuple[Step, ...]:
    """What killed it the last time comes first, unless that was a later step than a campaign."""
    plan = PLANS[mutant.plan]
    if known and known.is_killed and not plan[0].is_campaign:
        return tuple(sorted(plan, key=lambda step: step.name != known.step))
    return plan


def judge_sample(results: dict[str, Result], known: dict[str, Result]) -> int:
    alive = [name for name, result in results.items() if not result.is_killed]
    for name in alive:
        print(f"mutants: {name} survives; it was killed by {known[name].step}: {known[name].by}", file=sys.stderr)
    if not results:
        print("mutants: the report has no killed mutant to take a sample of", file=sys.stderr)
        return 2
    print(f"mutants: {len(results) - len(alive)} of a sample of {len(results)} killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())

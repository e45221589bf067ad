"""`make mutants`: builds the sources with every mutant of Mutants/ in them, and finds out what notices each."""

import argparse
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402
import rows  # noqa: E402
import woven  # noqa: E402
from killing import Killer, Result, StepError  # noqa: E402
from plans import PLANS, Step, in_sample, narrowed  # noqa: E402
from rows import ListError, Mutant  # noqa: E402


# Of a campaign that is to find nothing.
FEW_SEEDS = 300


def main() -> int:
    try:
        return mutants_run(parsed())
    except subprocess.CalledProcessError as error:
        print(f"mutants: could not be built: {error}", file=sys.stderr)
    except StepError as error:
        print(f"mutants: {error}; nothing that it kills means anything", file=sys.stderr)
    return 2


def mutants_run(options: argparse.Namespace) -> int:
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
    is_sample = options.sample > 0
    copy = woven.Woven(
        woven.REPOSITORY / ".build" / ("mutants-sample" if is_sample else "mutants"), is_sample,
        tests_of(chosen, known) if is_sample else None)
    copy.prepare(mutants)
    if not options.no_build:
        build(copy)
    if options.build_only:
        return 0
    is_part = bool(options.only or options.survivors)

    def keep(results: dict[str, Result]) -> None:
        """Now and then, so that whoever ends a run early has what it found; beside what another run has found
        since."""
        if not options.sample:
            others = report.read(reports / "mutants.json") if is_part else {}
            report.write(reports, mutants, others | results, os.cpu_count() or 1)

    results = run(copy, chosen, known, options, keep)
    if options.sample:
        return judge_sample(results, known)
    keep(results)
    unexplained = [mutant.name for mutant in chosen
                   if not results[mutant.name].is_killed and not results[mutant.name].steps_left
                   and not (mutant.equivalent or mutant.survives)]
    for name in unexplained:
        print(f"mutants: {name} survives, and its row does not say why", file=sys.stderr)
    mistaken = [mutant.name for mutant in chosen if results[mutant.name].is_killed and mutant.equivalent]
    for name in mistaken:
        print(f"mutants: {name} is killed, and its row says that nothing can notice it", file=sys.stderr)
    return 1 if unexplained or mistaken else 0


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
    parser.add_argument("--steps", type=int, default=0, metavar="N",
                        help="carry out only the first N steps of each plan; the report says so")
    parser.add_argument("--seeds", type=int, default=0, metavar="N",
                        help="carry out at most N seeds of each campaign; the report says so")
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
        killed = [mutant for mutant in mutants if sample_step(mutant, known.get(mutant.name))]
        drawn = random.Random(options.seed).sample(killed, min(options.sample, len(killed)))
        return [mutant for mutant in mutants if mutant in drawn]
    return mutants


def tests_of(chosen: list[Mutant], known: dict[str, Result]) -> set[str]:
    """The test targets that a sample's mutants were killed by: compiling the others takes longer than the sample."""
    steps = (sample_step(mutant, known.get(mutant.name)) for mutant in chosen)
    return {step.whole for step in steps if step and not step.is_campaign}


def build(copy: woven.Woven) -> None:
    begin = time.monotonic()
    print("mutants: building the sources with all mutants in them", file=sys.stderr)
    copy.build()
    print(f"mutants: built in {time.monotonic() - begin:.0f} s", file=sys.stderr)


def run(
    copy: woven.Woven, chosen: list[Mutant], known: dict[str, Result], options: argparse.Namespace, keep
) -> dict[str, Result]:
    killer = Killer(copy, log=lambda line: print(f"mutants: {line}", file=sys.stderr, flush=True))
    results: dict[str, Result] = {}
    begin = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        waiting = {pool.submit(killer.kill, mutant.name, mutant.number, mutant.plan,
                               shortened(steps(mutant, known.get(mutant.name), copy.is_sample), options)): mutant
                   for mutant in chosen}
        for done in as_completed(waiting):
            result = done.result()
            if not result.is_killed:
                result.steps_left = steps_left(PLANS[result.plan], options)
            result.step = result.step.removesuffix(fewer(options))
            results[result.name] = result
            what = f"{result.step}: {result.by}" + (f", seed {result.seed}" if result.seed else "")
            print(f"mutants: {time.monotonic() - begin:.0f} s, {len(results)} of {len(chosen)}: {result.name}: "
                  f"{what if result.is_killed else 'SURVIVES'}, {result.seconds:.1f} s", file=sys.stderr, flush=True)
            if len(results) % 10 == 0:
                keep(results)
    return results


def steps(mutant: Mutant, known: Result | None, is_sample: bool) -> tuple[Step, ...]:
    """What killed it the last time comes first, unless campaigns do: how many seeds they take is to be known."""
    plan = PLANS[mutant.plan]
    if is_sample:
        step = sample_step(mutant, known)
        return (step,) if step else ()
    if mutant.equivalent:
        # Nothing is to be found; the first step, or some of its seeds, shows a claim that is plainly wrong.
        return (few(plan[0]),)
    killer = next((step for step in plan if known and step.name == known.step), None)
    if not killer or plan[0].is_campaign:
        return plan
    one = narrowed(killer, known.by)
    others = sorted(plan, key=lambda step: step is not killer)
    return (one, *others) if one else tuple(others)


def few(step: Step) -> Step:
    return replace(step, name=f"{step.name}, the first", whole=step.name, seeds=FEW_SEEDS) if step.is_campaign else step


def shortened(steps: tuple[Step, ...], options: argparse.Namespace) -> tuple[Step, ...]:
    # The one test that killed before comes for nothing.
    count = options.steps + sum(bool(step.whole) for step in steps)
    some = steps[:count] if options.steps else steps
    if not options.seeds:
        return some
    return tuple(replace(step, seeds=min(step.seeds, options.seeds), name=step.name + fewer(options))
                 if step.seeds > options.seeds else step for step in some)


def fewer(options: argparse.Namespace) -> str:
    """Tells a campaign of fewer seeds from the whole one, whose time without a mutant is another."""
    return f" ({options.seeds} seeds at most)"


def steps_left(plan: tuple[Step, ...], options: argparse.Namespace) -> int:
    """How many steps of a plan were not carried out to their end."""
    return sum((options.steps > 0 and place >= options.steps) or step.seeds > (options.seeds or step.seeds)
               for place, step in enumerate(plan))


def sample_step(mutant: Mutant, known: Result | None) -> Step | None:
    """What a sample runs of a mutant; `None` where it is left out of samples."""
    if not known or not known.is_killed:
        return None
    step = next((step for step in PLANS[mutant.plan] if step.name == known.step), None)
    return in_sample(step, known.by, known.seed) if step else None


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

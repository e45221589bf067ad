"""Reports/mutants.json, which keeps what became of each mutant, and Reports/mutants.md, made from it."""

import json
from pathlib import Path

from killing import Result
from plans import CAMPAIGNS, OF_CAMPAIGNS, PLANS
from rows import Mutant


def read(path: Path) -> dict[str, Result]:
    if not path.is_file():
        return {}
    return {entry["name"]: Result(**entry) for entry in json.loads(path.read_text())["mutants"]}


def write(folder: Path, mutants: list[Mutant], results: dict[str, Result], processor_count: int) -> None:
    """Writes both; results of mutants that are no longer in the list are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [results[mutant.name] for mutant in mutants if mutant.name in results]
    document = {"schemaVersion": 1, "mutants": [result.as_dict() for result in kept]}
    (folder / "mutants.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "mutants.md").write_text(text(mutants, results, processor_count))


class Count:
    """How many mutants of some kind there are, and what became of them."""

    def __init__(self, rows: list[tuple[Mutant, Result]]):
        self.total = len(rows)
        self.killed = sum(result.is_killed for _, result in rows)
        self.equivalent = sum(not result.is_killed and bool(mutant.equivalent) for mutant, result in rows)
        self.unfinished = sum(result.steps_left > 0 and not mutant.equivalent for mutant, result in rows)
        self.survived = self.total - self.killed - self.equivalent - self.unfinished
        self.by_campaign = sum(result.step in CAMPAIGNS for _, result in rows)

    @property
    def share(self) -> str:
        """Of those that are not equivalent."""
        return percent(self.killed, self.total - self.equivalent)


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def text(mutants: list[Mutant], results: dict[str, Result], processor_count: int) -> str:
    rows = [(mutant, results[mutant.name]) for mutant in mutants if mutant.name in results]
    missing = [mutant.name for mutant in mutants if mutant.name not in results]
    total = Count(rows)
    seconds = sum(result.seconds for _, result in rows)
    lines = [
        "# Mutants",
        "",
        f"Made by `make mutants` on {processor_count} processors: {total.total} small mistakes in Powercut's own code, "
        "each chosen by reading it (`Mutants/`), and what notices each. All are in one build, and one is on at a time.",
        "",
        f"{total.killed} were noticed, {total.survived} survived, {total.equivalent} survived and can change nothing "
        f"that anybody sees: {total.share} of those that can. {seconds / 60:.0f} minutes of one processor's steps, "
        "one after the other.",
        "",
    ]
    if total.unfinished:
        lines += [f"**Not run to the end: {total.unfinished}**; they count as not killed below.", ""]
    if missing:
        lines += [f"**Not run: {len(missing)}**: " + ", ".join(missing), ""]
    lines += ["| target | mutants | killed | by campaigns | survived | equivalent | killed of those that are not |",
              "|---|---:|---:|---:|---:|---:|---:|"]
    for target in sorted({mutant.target for mutant, _ in rows}):
        lines.append(line(f"`{target}`", [row for row in rows if row[0].target == target]))
    lines.append(line("all", rows))
    lines += ["", "| what is to notice it | mutants | killed | by campaigns | survived | equivalent | "
              "killed of those that are not |", "|---|---:|---:|---:|---:|---:|---:|"]
    for plan in PLANS:
        own = [row for row in rows if row[0].plan == plan]
        if own:
            lines.append(line(plan, own))
    lines += ["", "`dirty-images`, `writer` and `logger` begin with 2,000 seeds of a campaign; the others with the "
              "tests of their target. Other tests and scenarios come after.", ""]
    lines += campaigns(rows)
    lines += survivors(rows)
    lines += ["## All", "", "| mutant | killed by | seeds | s |", "|---|---|---:|---:|"]
    for mutant, result in rows:
        by = f"{result.step}: {result.by}" if result.is_killed else "**survives**"
        lines.append(f"| {mutant.name} | {cell(by)} | {result.seed or ''} | {result.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def line(name: str, rows: list[tuple[Mutant, Result]]) -> str:
    count = Count(rows)
    return (f"| {name} | {count.total} | {count.killed} | {count.by_campaign} | {count.survived} | "
            f"{count.equivalent} | {count.share} |")


def campaigns(rows: list[tuple[Mutant, Result]]) -> list[str]:
    lines = ["## How soon campaigns notice", "",
             "| plan | of those not equivalent, by a campaign | median seed | largest |", "|---|---:|---:|---:|"]
    for plan in PLANS:
        own = [row for row in rows if row[0].plan == plan]
        if plan not in OF_CAMPAIGNS or not own:
            continue
        count = Count(own)
        seeds = sorted(result.seed for _, result in own if result.seed)
        median, largest = (seeds[len(seeds) // 2], seeds[-1]) if seeds else ("–", "–")
        noticed = count.by_campaign
        lines.append(f"| {plan} | {noticed} of {count.total - count.equivalent}, "
                     f"{percent(noticed, count.total - count.equivalent)} | {median} | {largest} |")
    return lines + [""]


def survivors(rows: list[tuple[Mutant, Result]]) -> list[str]:
    lines = ["## Survivors", ""]
    own = [mutant for mutant, result in rows if not result.is_killed]
    results_left = {mutant.name: result.steps_left for mutant, result in rows}
    if not own:
        return lines + ["None.", ""]
    for mutant in own:
        left = results_left[mutant.name]
        if mutant.equivalent:
            reason = f"equivalent: {mutant.equivalent}"
        elif left:
            reason = f"not run to the end: {left} steps of '{mutant.plan}' are left"
        else:
            reason = mutant.survives or "**no reason is given yet**"
        lines += [f"- **{mutant.name}** ({mutant.path}): {change(mutant)}", f"  {reason}"]
    return lines + [""]


def change(mutant: Mutant) -> str:
    before = " ".join(part.strip() for part in mutant.original).replace("`", "'")
    after = " ".join(part.strip() for part in mutant.mutated).replace("`", "'") or "nothing"
    return f"`{before}` → `{after}`"


def cell(value: str) -> str:
    return value.replace("|", "\\|")

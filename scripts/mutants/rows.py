"""The list of mutants: small mistakes, each with the place where it goes and what is to notice it.

    file Sources/VHDX/Recovery/LogReplay.swift
    kill dirty-images

    zero-one-sector
    - ByteRange(byteOffset: byteOffset, byteCount: «zeroedByteCount»)
    + min(zeroedByteCount, 4096)

    flush-forgotten (writer)
    - try await file.flush()
    +
    equivalent: why no program can tell the difference

What stands there (`-`) must be found exactly once in the file; how far a line is indented does not count.
Between « and » stands an expression, between ‹ and › statements, which `+` takes the place of; what is outside
of the marks only says where. Without marks the lines are whole statements. An empty `+` leaves statements out. `kill` names the plan (see plans.py) for the rows that
follow; in parentheses behind a row's name, for that one. A row's full name is `list/name`.

A mutant that nothing notices says why: `equivalent:` where nothing can, `survives:` with an issue or what
a test would need.
"""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path


class ListError(Exception):
    """A list that cannot be read, or that does not match the sources."""


@dataclass
class Mutant:
    name: str
    path: str
    plan: str
    original: list[str] = field(default_factory=list)
    mutated: list[str] = field(default_factory=list)
    equivalent: str = ""
    survives: str = ""
    place: str = ""

    @property
    def number(self) -> int:
        """Selects the mutant at run time; it stays the same when others come and go."""
        return zlib.crc32(self.name.encode()) & 0x7FFFFFFF or 1

    @property
    def target(self) -> str:
        """The folder under Sources/."""
        return self.path.split("/")[1]

    @property
    def is_expression(self) -> bool:
        return any("«" in line for line in self.original)


NAME = re.compile(r"([a-z0-9][a-z0-9-]*)(?: \(([a-z0-9-]+)\))?")


def parse(text: str, stem: str, place: str) -> list[Mutant]:
    """The rows of one list. `stem` goes before each name, `place` into error messages."""
    mutants: list[Mutant] = []
    path = plan = ""
    for number, line in enumerate(text.splitlines(), 1):
        here = f"{place}:{number}"

        def row(what: str) -> Mutant:
            if not mutants:
                raise ListError(f"{here}: {what} before the first mutant")
            return mutants[-1]

        if not line.strip() or line.startswith("#"):
            continue
        keyword, _, rest = line.partition(" ")
        if keyword == "file":
            path = rest.strip()
        elif keyword == "kill":
            plan = rest.strip()
        elif keyword == "-":
            row("'-'").original.append(rest)
        elif keyword == "+":
            row("'+'").mutated.append(rest)
        elif keyword == "equivalent:":
            row("'equivalent:'").equivalent = rest.strip()
        elif keyword == "survives:":
            row("'survives:'").survives = rest.strip()
        elif line.startswith("  ") and mutants and (mutants[-1].equivalent or mutants[-1].survives):
            last = mutants[-1]
            if last.survives:
                last.survives += " " + line.strip()
            else:
                last.equivalent += " " + line.strip()
        elif found := NAME.fullmatch(line.rstrip()):
            if not path:
                raise ListError(f"{here}: a mutant before the first 'file'")
            name = f"{stem}/{found[1]}"
            mutants.append(Mutant(name, path, found[2] or plan, place=here))
        else:
            raise ListError(
                f"{here}: expected a name, or file, kill, -, +, equivalent: or survives:, found '{line}'")
    for mutant in mutants:
        check(mutant)
    return mutants


def check(mutant: Mutant) -> None:
    text = "\n".join(mutant.original)
    if not text.strip():
        raise ListError(f"{mutant.place}: '{mutant.name}' does not say what stands there")
    if not mutant.mutated:
        raise ListError(f"{mutant.place}: '{mutant.name}' does not say what shall stand there ('+')")
    if not mutant.plan:
        raise ListError(f"{mutant.place}: '{mutant.name}' does not say what kills it")
    if [mark for mark in text if mark in "«»‹›"] not in ([], ["«", "»"], ["‹", "›"]):
        raise ListError(f"{mutant.place}: '{mutant.name}' has a mark more than once or alone")
    if mutant.is_expression:
        inside = text[text.index("«") + 1 : text.index("»")].strip()
        if not inside or not "\n".join(mutant.mutated).strip():
            raise ListError(f"{mutant.place}: '{mutant.name}' has an empty expression")
    if mutant.equivalent and mutant.survives:
        raise ListError(f"{mutant.place}: '{mutant.name}' is equivalent and survives, too")


def read(folder: Path) -> list[Mutant]:
    """All lists of a folder, in the order of their names."""
    mutants: list[Mutant] = []
    for path in sorted(folder.glob("*.mutants")):
        mutants += parse(path.read_text(), path.stem, path.name)
    by_number: dict[int, Mutant] = {}
    for mutant in mutants:
        other = by_number.setdefault(mutant.number, mutant)
        if other is not mutant:
            raise ListError(f"{mutant.place}: '{mutant.name}' has the name or number of '{other.name}'")
    if not mutants:
        raise ListError(f"{folder}: no mutants")
    return mutants

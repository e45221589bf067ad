"""Weaves all mutants of a file into it, each as an alternative that is chosen at run time."""

import re
from dataclasses import dataclass, field

from rows import ListError, Mutant


@dataclass
class Span:
    """A part of the text that mutants take the place of; smaller ones may lie inside of it."""

    start: int
    end: int
    is_expression: bool
    mutants: list[Mutant] = field(default_factory=list)
    inner: list["Span"] = field(default_factory=list)


def pattern(lines: list[str]) -> re.Pattern:
    """Finds the lines, whatever their indentation; the groups are what stands before and inside the marks."""
    text = "\n".join(line.strip() for line in lines).strip()
    before, mark, rest = text.replace("‹", "«").partition("«")
    if not mark:
        before, inside, after = "", text, ""
    else:
        inside, _, after = rest.replace("›", "»").partition("»")

    def literal(part: str) -> str:
        return r"[ \t]*\n[ \t]*".join(re.escape(line) for line in part.split("\n"))

    whole = f"({literal(before)})({literal(inside)}){literal(after)}"
    return re.compile(whole if mark else r"(?m:^)[ \t]*" + whole + r"[ \t]*(?m:$)")


def find(mutant: Mutant, text: str) -> Span:
    """Where a mutant goes.

    Raises ListError where what the row says stands there does not, or does more than once."""
    found = list(pattern(mutant.original).finditer(text))
    if len(found) != 1:
        lines = ", ".join(str(text.count("\n", 0, match.start()) + 1) for match in found)
        how_often = f"it stands there {len(found)} times, on lines {lines}" if found else "it is not there"
        raise ListError(
            f"{mutant.place}: '{mutant.name}': expected once in {mutant.path}, but {how_often}: "
            + " / ".join(line.strip() for line in mutant.original))
    return Span(found[0].start(2), found[0].end(2), mutant.is_expression, [mutant])


def nest(spans: list[Span], text: str) -> list[Span]:
    """Puts spans of one place together, and smaller ones inside of larger ones."""
    top: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.is_expression)):
        places = top
        while True:
            last = places[-1] if places else None
            if last is None or last.end <= span.start:
                places.append(span)
            elif (last.start, last.end, last.is_expression) == (span.start, span.end, span.is_expression):
                last.mutants += span.mutants
            elif span.end <= last.end:
                places = last.inner
                continue
            else:
                names = f"'{last.mutants[0].name}' and '{span.mutants[0].name}'"
                raise ListError(f"{span.mutants[0].place}: {names} overlap in {span.mutants[0].path}")
            break
    return top


def render(text: str, start: int, end: int, spans: list[Span]) -> str:
    parts = []
    for span in spans:
        parts.append(text[start : span.start])
        parts.append(alternatives(span, render(text, span.start, span.end, span.inner)))
        start = span.end
    parts.append(text[start:end])
    return "".join(parts)


def alternatives(span: Span, woven: str) -> str:
    for mutant in reversed(span.mutants):
        mutated = "\n".join(mutant.mutated)
        condition = f"mutantIsOn({mutant.number})"
        if span.is_expression:
            woven = f"({condition} ? ({mutated.strip()}) : ({woven}))"
        elif mutant.path.endswith(".swift"):
            woven = f"if {condition} {{\n{mutated}\n}} else {{\n{woven}\n}}"
        else:
            woven = f"if ({condition}) {{\n{mutated}\n}} else {{\n{woven}\n}}"
    return woven


def weave(text: str, mutants: list[Mutant]) -> str:
    """The text of a file with all of its mutants in it."""
    woven = render(text, 0, len(text), nest([find(mutant, text) for mutant in mutants], text))
    if mutants[0].path.endswith(".swift"):
        return "import CMutant\n" + woven
    return '#include "CMutant.h"\n' + woven

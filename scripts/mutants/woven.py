"""The copy of the package that has all mutants in it, and what is built from it."""

import os
import subprocess
from pathlib import Path

from rows import ListError, Mutant
from weaving import weave

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

# What the copy's manifest has differently: a target more, which every other one may use, and mutants that
# the compiler warns of.
MANIFEST = [
    ("  targets: [\n", '  targets: [\n    .target(name: "CMutant"),\n'),
    (".target(name: name, dependencies: dependencies,", '.target(name: name, dependencies: ["CMutant"] + dependencies,'),
    ('"CPreload", dependencies: ["CJournal"]', '"CPreload", dependencies: ["CJournal", "CMutant"]'),
    ("  .treatAllWarnings(as: .error),\n", ""),
    (".treatAllWarnings(as: .error), ", ""),
]


def manifest(text: str) -> str:
    """The copy's Package.swift."""
    for old, new in MANIFEST:
        if old not in text:
            raise ListError(f"Package.swift: expected '{old.strip()}', which is to be replaced for the mutants")
        text = text.replace(old, new)
    return text


def weave_all(mutants: list[Mutant], read) -> dict[str, str]:
    """The woven text of each file that has mutants; `read` gives a file's text by its path."""
    by_path: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_path.setdefault(mutant.path, []).append(mutant)
    woven, errors = {}, []
    for path, own in by_path.items():
        try:
            woven[path] = weave(read(path), own)
        except (ListError, OSError) as error:
            errors.append(str(error))
    if errors:
        raise ListError("\n".join(errors))
    return woven


def check(mutants: list[Mutant]) -> None:
    """Raises ListError where the list does not match the sources."""
    weave_all(mutants, lambda path: (REPOSITORY / path).read_text())


class Woven:
    """The copy in a folder of its own. A file is written only where it changed, so that the next build does
    the least."""

    def __init__(self, folder: Path, configuration: str):
        self.package = folder / "package"
        self.scratch = folder / "build"
        self.products = self.scratch / configuration
        self.configuration = configuration

    def prepare(self, mutants: list[Mutant]) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY, check=True, capture_output=True).stdout.decode().split("\0")
        paths = sorted({path for path in listed if path and (REPOSITORY / path).is_file()} | {"Package.resolved"})
        texts = {path: text.encode() for path, text in
                 weave_all(mutants, lambda path: (REPOSITORY / path).read_text()).items()}
        texts["Package.swift"] = manifest((REPOSITORY / "Package.swift").read_text()).encode()
        texts["Sources/CMutant/CMutant.c"] = (HERE / "CMutant.c").read_bytes()
        texts["Sources/CMutant/include/CMutant.h"] = (HERE / "CMutant.h").read_bytes()
        for path in paths:
            if path not in texts and (REPOSITORY / path).is_file():
                texts[path] = (REPOSITORY / path).read_bytes()
        self._remove_others(set(texts))
        for path, data in texts.items():
            place = self.package / path
            if place.is_file() and place.read_bytes() == data:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            source = REPOSITORY / path
            if source.is_file():
                place.chmod(source.stat().st_mode)
        self._link_products()

    def _remove_others(self, kept: set[str]) -> None:
        for folder in ("Sources", "Tests", "Benchmarks", "BugBenchmark", "Scenarios"):
            for place in (self.package / folder).rglob("*"):
                if place.is_file() and str(place.relative_to(self.package)) not in kept:
                    place.unlink()

    def _link_products(self) -> None:
        """Tests look for the tool below their own sources, in both configurations."""
        build = self.package / ".build"
        build.mkdir(parents=True, exist_ok=True)
        links = {"debug": self.products, "release": self.products}
        for name in ("python", "qemu-10"):
            if (REPOSITORY / ".build" / name).exists():
                links[name] = REPOSITORY / ".build" / name
        for name, target in links.items():
            link = build / name
            if link.is_symlink() and Path(os.readlink(link)) != target:
                link.unlink()
            if not link.is_symlink():
                link.symlink_to(target)

    def build(self, *what: str) -> None:
        subprocess.run(
            ["swift", "build", "--package-path", str(self.package), "--scratch-path", str(self.scratch),
             "-c", self.configuration, "-Xswiftc", "-enable-testing", *what],
            check=True)

    @property
    def tool(self) -> Path:
        return self.products / "powercut"

    @property
    def tests(self) -> Path:
        return self.products / "powercutPackageTests.xctest"

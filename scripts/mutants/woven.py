"""The copy of the package that has all mutants in it, and what is built from it."""

import os
import subprocess
import sys
from pathlib import Path

from plans import Step
from rows import ListError, Mutant
from weaving import weave

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

# What the copy's manifest has besides: a target more, which every other one may use. The compiler warns of some
# mutants, and that is no error.
MANIFEST = """
package.targets.append(.target(name: "CMutant"))
for target in package.targets where target.type != .system && target.name != "CMutant" {
  target.dependencies.append("CMutant")
  target.cSettings = nil
  if target.swiftSettings != nil { target.swiftSettings = [.strictMemorySafety()] }
}
"""

# What a sample is built without: everything that takes packages of others, which would take most of the time.
SAMPLE_MANIFEST = """
let left: Set = [
  "NBD", "Programs", "Reporting", "Nights", "NightPages", "ToolSupport", "VHDXCommands", "powercut",
  "powercut-bench", "powercut-bug-benchmark", "ArchitectureTests",
  "NBDTests", "ProgramsTests", "ReportingTests", "NightsTests", "NightPagesTests", "HostTests", "BytesTests",
  "SchedulingTests", "BlockDeviceTests", "WorkloadTests", "powercutTests",
]
package.targets.removeAll { left.contains($0.name) }
package.products.removeAll { $0.name == "powercut" }
package.dependencies = [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")]
package.targets.append(
  .executableTarget(
    name: "powercut-mutant-campaign", dependencies: ["Campaign", "CrashStates", "Scheduling", "Stacks"]))
for target in package.targets where target.name == "TestSupport" {
  target.dependencies = ["Bytes", "WriteLog", "Host"]
  target.exclude = ["BlockingNBDClient.swift"]
}
"""


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

    def __init__(self, folder: Path, is_sample: bool = False, tests: set[str] | None = None):
        """`tests`: the test targets that are built, with those that a sample never has left out; none: all."""
        self.package = folder / "package"
        self.scratch = folder / "build"
        # A sample's build must be quick, and so can its runs be chosen.
        self.configuration = "debug" if is_sample else "release"
        self.products = self.scratch / self.configuration
        self.is_sample = is_sample
        self.kept_tests = tests

    def prepare(self, mutants: list[Mutant]) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY, check=True, capture_output=True).stdout.decode().split("\0")
        paths = sorted({path for path in listed if path and (REPOSITORY / path).is_file()} | {"Package.resolved"})
        texts = {path: text.encode() for path, text in
                 weave_all(mutants, lambda path: (REPOSITORY / path).read_text()).items()}
        manifest = (REPOSITORY / "Package.swift").read_text() + MANIFEST
        if self.is_sample:
            manifest += SAMPLE_MANIFEST
            if self.kept_tests is not None:
                kept = ", ".join(f'"{name}"' for name in sorted(self.kept_tests))
                manifest += f"let kept: Set<String> = [{kept}]\n"
                manifest += "package.targets.removeAll { $0.type == .test && !kept.contains($0.name) }\n"
            texts["Sources/powercut-mutant-campaign/Campaign.swift"] = (HERE / "Campaign.swift").read_bytes()
        texts["Package.swift"] = manifest.encode()
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

    def build(self) -> None:
        """Everything that is run."""
        self._build("--build-tests")
        self._build("--product", "powercut-mutant-campaign" if self.is_sample else "powercut")
        self._build("--product", "powercut-preload")

    def _build(self, *what: str) -> None:
        words = ["swift", "build", "--package-path", self.package, "--scratch-path", self.scratch, "-c",
                 self.configuration, *what]
        if self.configuration == "release":
            words += ["-Xswiftc", "-enable-testing"]
        subprocess.run(words, check=True, stdout=sys.stderr)

    @property
    def tests(self) -> Path:
        return self.products / "powercutPackageTests.xctest"

    def command(self, step: Step) -> list[str]:
        """What carries out a step."""
        if step.filter:
            words = [self.tests, "--testing-library", "swift-testing", "--filter", step.filter]
            words += ["--skip", step.skip] if step.skip else []
        elif self.is_sample:
            words = [self.products / "powercut-mutant-campaign", step.stack, step.workload, step.states,
                     str(step.seeds)]
        else:
            words = [self.products / "powercut", *step.arguments]
        return [str(word) for word in words]

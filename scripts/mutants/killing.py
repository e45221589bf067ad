"""Runs what is to kill a mutant, until something does."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import asdict, dataclass

from plans import Step
from woven import Woven


@dataclass
class Outcome:
    """What a step made of one mutant, or of none."""

    killed: bool
    # In words: the rule, the test, the signal.
    by: str = ""
    seed: int = 0
    seconds: float = 0

    def __str__(self) -> str:
        return f"{'killed by ' + self.by if self.killed else 'survived'}, {self.seconds:.1f} s"


@dataclass
class Result:
    """What became of a mutant."""

    name: str
    plan: str
    step: str = ""
    by: str = ""
    # The first seed that shows it, of a campaign.
    seed: int = 0
    seconds: float = 0

    @property
    def is_killed(self) -> bool:
        return bool(self.step)

    def as_dict(self) -> dict:
        return asdict(self)


class Killer:
    """Carries out steps with the woven build.

    A step that fails without any mutant would kill them all, so each is run without one first."""

    def __init__(self, woven: Woven, log=print):
        self.woven = woven
        self.log = log
        self.baselines: dict[str, float] = {}
        self.lock = threading.Lock()
        self.waiting: dict[str, threading.Lock] = {}

    def kill(self, name: str, number: int, plan: str, steps: tuple[Step, ...]) -> Result:
        result = Result(name, plan)
        for step in steps:
            limit = self.time_limit(step)
            outcome = self.run(step, number, limit)
            result.seconds = round(result.seconds + outcome.seconds, 1)
            if outcome.killed:
                result.step, result.by, result.seed = step.name, outcome.by, outcome.seed
                break
        return result

    def time_limit(self, step: Step) -> float:
        """A mutant that takes this long has stopped a run from ending: that is seen, too."""
        with self.lock:
            waiting = self.waiting.setdefault(step.name, threading.Lock())
        with waiting:
            if step.name not in self.baselines:
                outcome = self.run(step, 0, 1800)
                if outcome.killed:
                    raise RuntimeError(f"{step.name} fails without a mutant: {outcome.by}")
                self.log(f"{step.name}: passes without a mutant, {outcome.seconds:.1f} s")
                self.baselines[step.name] = outcome.seconds
        return 20 + 3 * self.baselines[step.name]

    def run(self, step: Step, number: int, limit: float) -> Outcome:
        if step.arguments:
            words = [str(self.woven.tool), *step.arguments]
        else:
            words = [str(self.woven.tests), "--testing-library", "swift-testing", "--filter", step.filter]
            if step.skip:
                words += ["--skip", step.skip]
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        environment.pop("POWERCUT_MUTANT", None)
        if number:
            environment["POWERCUT_MUTANT"] = str(number)
        begin = time.monotonic()
        process = subprocess.Popen(
            words, cwd=self.woven.package, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT if step.filter else subprocess.DEVNULL)
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            stop(process)

        timer = threading.Timer(limit, end)
        timer.start()
        try:
            read = read_tests if step.filter else read_report
            outcome = read(process)
        finally:
            timer.cancel()
            stop(process)
            process.wait()
        outcome.seconds = round(time.monotonic() - begin, 1)
        if is_late.is_set():
            outcome.killed, outcome.by = True, f"no end within {limit:.0f} s"
        return outcome


def stop(process: subprocess.Popen) -> None:
    """Ends a step with everything that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def read_tests(process: subprocess.Popen) -> Outcome:
    """Reads up to the first test that fails."""
    last = ""
    for line in process.stdout:
        text = line.decode(errors="replace").strip()
        last = text or last
        if " recorded an issue " in text and "known issue" not in text:
            return Outcome(True, test_name(text))
    status = process.wait()
    if status == 0:
        return Outcome(False)
    return Outcome(True, f"{ending(status)}: {last[:100]}")


def test_name(line: str) -> str:
    """`✘ Test name() recorded an issue at …` as the test's name."""
    words = line.partition(" recorded an issue ")[0]
    return words.partition("Test ")[2].partition(" with ")[0].strip() or words


def read_report(process: subprocess.Popen) -> Outcome:
    """What a report of the tool says. Anything but a pass kills."""
    data = process.stdout.read()
    status = process.wait()
    if status == 0:
        return Outcome(False)
    try:
        report = json.loads(data)
    except ValueError:
        return Outcome(True, ending(status))
    if report.get("findings"):
        finding = report["findings"][0]
        return Outcome(True, finding["rule"], int(finding.get("seed") or 0))
    failed = [place["path"] for place in report.get("scenarios", []) if not place.get("passed", True)]
    reasons = failed or report.get("reasons") or [report.get("outcome", "")]
    return Outcome(True, f"{ending(status)}: {reasons[0]}"[:120])


def ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name

"""Runs what is to kill a mutant, until something does."""

import json
import os
import re
import resource
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
    processor_seconds: float = 0


@dataclass(frozen=True)
class Limits:
    """How long a step may take: the time of a processor tells one that goes round for ever whatever else the
    machine does, the other one that sleeps."""

    processor_seconds: int
    seconds: int


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
    # How many steps of the plan were left out.
    steps_left: int = 0

    @property
    def is_killed(self) -> bool:
        return bool(self.step)

    def as_dict(self) -> dict:
        return asdict(self)


class StepError(Exception):
    """A step that fails where nothing is wrong."""


# What a run of tests ends with that finds none.
NO_TESTS = 69


class Killer:
    """Carries out steps with the woven build.

    A step that fails without any mutant would kill them all, so each is run without one first."""

    def __init__(self, woven: Woven, log=print):
        self.woven = woven
        self.log = log
        self.baselines: dict[str, Limits] = {}
        self.lock = threading.Lock()
        self.waiting: dict[str, threading.Lock] = {}

    def kill(self, name: str, number: int, plan: str, steps: tuple[Step, ...]) -> Result:
        result = Result(name, plan)
        for step in steps:
            outcome = self.run(step, number, self.limits(step))
            result.seconds = round(result.seconds + outcome.seconds, 1)
            if outcome.killed:
                result.step, result.by, result.seed = step.whole or step.name, outcome.by, outcome.seed
                break
        return result

    def limits(self, step: Step) -> Limits:
        """A mutant that takes this long has stopped a run from ending: that is seen, too."""
        with self.lock:
            waiting = self.waiting.setdefault(step.name, threading.Lock())
        with waiting:
            if step.name not in self.baselines:
                outcome = self.run(step, 0, Limits(3600, 3600))
                if outcome.killed:
                    raise StepError(f"{step.name} fails without a mutant: {outcome.by}")
                self.log(f"{step.name}: passes without a mutant, {outcome.seconds:.1f} s, "
                         f"{outcome.processor_seconds:.1f} s of a processor")
                self.baselines[step.name] = Limits(
                    round(10 + 2.5 * outcome.processor_seconds), round(60 + 6 * outcome.seconds))
        return self.baselines[step.name]

    def run(self, step: Step, number: int, limits: Limits) -> Outcome:
        words = self.woven.command(step)
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        environment.pop("POWERCUT_MUTANT", None)
        if number:
            environment["POWERCUT_MUTANT"] = str(number)
        begin = time.monotonic()
        process = subprocess.Popen(
            words, cwd=self.woven.package, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT if step.filter else subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_seconds,) * 2))
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            stop(process)

        timer = threading.Timer(limits.seconds, end)
        timer.start()
        try:
            if step.filter:
                outcome = read_tests(process)
            else:
                outcome = read_campaign(process) if self.woven.is_sample else read_report(process)
        finally:
            timer.cancel()
            stop(process)
            ended(process)
            process.stdout.close()
        if step.filter and step.whole and process.returncode == NO_TESTS:
            # The test has another name by now, or is gone: the whole step comes after it.
            outcome = Outcome(False)
        outcome.seconds = round(time.monotonic() - begin, 1)
        outcome.processor_seconds = process.processor_seconds
        if is_late.is_set():
            outcome.killed, outcome.by = True, f"no end within {limits.seconds} s"
        elif process.returncode in (-signal.SIGXCPU, -signal.SIGKILL) and outcome.by.startswith("SIG"):
            outcome.by = f"no end within {limits.processor_seconds} s of a processor"
        return outcome


def ended(process: subprocess.Popen) -> int:
    """Waits for the end of a process and keeps how much of a processor it has taken.

    Returns its status, negative for a signal."""
    if process.returncode is None:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.processor_seconds = usage.ru_utime + usage.ru_stime
    return process.returncode


def stop(process: subprocess.Popen) -> None:
    """Ends a step with everything that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_tests(process: subprocess.Popen) -> Outcome:
    """Reads up to the first test that fails."""
    last = ""
    for line in process.stdout:
        text = COLOUR.sub("", line.decode(errors="replace")).strip()
        last = text or last
        if " recorded an issue " in text and "known issue" not in text:
            return Outcome(True, test_name(text))
    status = ended(process)
    if status == 0:
        return Outcome(False)
    return Outcome(True, crash(status, last))


def crash(status: int, last: str) -> str:
    """Where a run of tests ended without a word: in the test that was begun last, most likely."""
    begun = re.search(r"(?:to|Test) (\w+\([\w:]*\)) started", last)
    return f"{begun[1]}: {ending(status)}" if begun else f"{ending(status)}: {last[:100]}"


def test_name(line: str) -> str:
    """`✘ Test name() recorded an issue at …` as the test's name."""
    words = line.partition(" recorded an issue ")[0]
    return words.partition("Test ")[2].partition(" with ")[0].strip() or words


def read_report(process: subprocess.Popen) -> Outcome:
    """What a report of the tool says. Anything but a pass kills."""
    data = process.stdout.read()
    status = ended(process)
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


def read_campaign(process: subprocess.Popen) -> Outcome:
    """What a sample's campaign says: the rule and the seed."""
    words = process.stdout.read().decode(errors="replace").split()
    status = ended(process)
    if status == 0:
        return Outcome(False)
    if status == 1 and len(words) == 2:
        return Outcome(True, words[0], int(words[1]))
    return Outcome(True, ending(status))


def ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name

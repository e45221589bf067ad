"""What is to kill a mutant: campaigns of the tool, tests and scenarios, one step after the other."""

import re
from dataclasses import dataclass, replace

SEEDS = 2000


@dataclass(frozen=True)
class Step:
    """Seeds of a campaign, tests whose names match, or scenarios."""

    name: str
    stack: str = ""
    workload: str = "client"
    states: str = "default"
    seeds: int = 0
    # Rules that the stack breaks without any mutant.
    ignored: tuple[str, ...] = ()
    filter: str = ""
    skip: str = ""
    scenarios: tuple[str, ...] = ()
    # The step that this is a part of.
    whole: str = ""

    @property
    def is_campaign(self) -> bool:
        return bool(self.stack)

    @property
    def arguments(self) -> list[str]:
        """What the tool is called with."""
        if self.scenarios:
            return ["run", *self.scenarios, "--format", "json"]
        words = ["fuzz", "--stack", self.stack, "--workload", self.workload]
        if self.states != "default":
            words += ["--states", self.states]
        if self.ignored:
            words += ["--ignore", ",".join(self.ignored)]
        return words + ["--seeds", f"1..{self.seeds}", "--jobs", "1", "--format", "json"]


# Tests that are about the sources, the debug build or time, and not about what a mutant changes. A busy machine would
# make those of time kill anything; aKilledReplayLeavesNoFile is one, where an optimized tool has often done before.
NOT_OF_MUTANTS = (
    r"^ArchitectureTests\.|BugBenchmarkTests|GeneratedProgramsTests|Quick|aKilledReplayLeavesNoFile")


def tests(name: str, expression: str) -> Step:
    return Step(name, filter=expression, skip=NOT_OF_MUTANTS)


DIRTY_IMAGES = Step("dirty images", "vhdx:exact", "dirty-images", seeds=SEEDS)
VHDX_CLIENTS = Step("clients of vhdx:exact", "vhdx:exact", seeds=SEEDS)
RAW_CLIENTS = Step("clients of raw:exact", "raw:exact", seeds=SEEDS)
# A recovery that writes less than a sector is QEMU's alone. What its writer breaks hides nothing of the openings.
QEMU_CLIENTS = Step("clients of vhdx:qemu-7.2.22", "vhdx:qemu-7.2.22", states="prefix", seeds=SEEDS, ignored=tuple(
    "B09 D01 D05 D06 D07 D10 D11 E01 E02 E10 H12 H13 H14 H15 H18 R02 R08 R10 S05 S08".split()))
# Every state that the device could have been left with, where a run is small enough for that.
RAW_ALL = Step("clients of raw:exact, states all", "raw:exact", states="all", seeds=300)

VHDX_TESTS = tests("VHDXTests", r"^VHDXTests\.")
LOG_TESTS = tests("WriteLogTests", r"^WriteLogTests\.")
STACK_TESTS = tests("StacksTests", r"^StacksTests\.")
STATE_TESTS = tests("CrashStatesTests", r"^CrashStatesTests\.")
JUDGE_TESTS = tests("CheckingTests", r"^CheckingTests\.")
RECORDER_TESTS = tests("RecorderTests", r"^RecorderTests\.")
CAMPAIGN_TESTS = tests("CampaignTests", r"^CampaignTests\.")
PROGRAM_TESTS = tests("ProgramsTests", r"^ProgramsTests\.")
RECORDING_TESTS = tests("recording through the tool", r"^powercutTests\..*(Record|Killed|OneFile|Journal|OtherLibrary)")
# Those that start no programs.
SCENARIOS = Step("scenarios", scenarios=tuple(
    f"Scenarios/{name}" for name in ("logger", "writer", "recovery", "schedules", "states", "vhdx", "qemu")))

# The other tests through the tool take seven minutes of a processor for each mutant that is left, and of 965 not one was
# noticed by them alone.
PLANS: dict[str, tuple[Step, ...]] = {
    # Recovery, and what it is made of.
    "dirty-images": (DIRTY_IMAGES, VHDX_CLIENTS, VHDX_TESTS, JUDGE_TESTS, CAMPAIGN_TESTS),
    # The VHDX writer and the logger.
    "writer": (VHDX_CLIENTS, DIRTY_IMAGES, QEMU_CLIENTS, STACK_TESTS, SCENARIOS, CAMPAIGN_TESTS),
    "logger": (RAW_CLIENTS, RAW_ALL, STACK_TESTS, SCENARIOS, CAMPAIGN_TESTS),
    # Parsers, states and judges.
    "image": (VHDX_TESTS, JUDGE_TESTS, STACK_TESTS, CAMPAIGN_TESTS),
    "log": (LOG_TESTS, STATE_TESTS, JUDGE_TESTS, RECORDER_TESTS),
    "states": (STATE_TESTS, JUDGE_TESTS, CAMPAIGN_TESTS),
    "judges": (JUDGE_TESTS, SCENARIOS, CAMPAIGN_TESTS),
    # Recordings of real programs.
    "recorder": (RECORDER_TESTS, RECORDING_TESTS, PROGRAM_TESTS),
}

CAMPAIGNS = {step.name for plan in PLANS.values() for step in plan if step.is_campaign}

# The plans whose mutants are to be killed by campaigns.
OF_CAMPAIGNS = {"dirty-images", "writer", "logger"}

# What a sample builds: tests that start nothing of the package's own.
OF_SAMPLES = {step.name for step in (VHDX_TESTS, LOG_TESTS, STACK_TESTS, STATE_TESTS, JUDGE_TESTS, CAMPAIGN_TESTS)}
# Campaigns that a sample's build, which is not optimized, gets through in seconds.
SAMPLE_SEEDS = {DIRTY_IMAGES.name: 60, VHDX_CLIENTS.name: 15, RAW_CLIENTS.name: 60}


def narrowed(step: Step, by: str) -> Step | None:
    """The one test of a step that the report says has killed a mutant; `None` where it was none.

    It is run first the next time: a mutant that was killed once mostly is again, in a second."""
    test = re.fullmatch(r"(\w+)\([\w:]*\)(?:: SIG\w+)?", by)
    if not step.filter or not test:
        return None
    return replace(step, name=f"{step.name}: {by}", whole=step.name, filter=rf"{step.filter}.*/{test[1]}\(")


def in_sample(step: Step, by: str, seed: int) -> Step | None:
    """What is run of a step that killed a mutant, to see that it does so still; `None` where that takes too much.

    `by` and `seed` are what the report says."""
    if step.is_campaign:
        if not 0 < seed <= SAMPLE_SEEDS.get(step.name, 0):
            return None
        return replace(step, name=f"{step.name}, {seed} seeds", seeds=seed, whole=step.name)
    return narrowed(step, by) if step.name in OF_SAMPLES else None

"""What is to kill a mutant: campaigns of the tool, tests and scenarios, one step after the other."""

from dataclasses import dataclass

SEEDS = 2000


@dataclass(frozen=True)
class Step:
    name: str
    # One of the two: what the tool is called with, or which tests are run.
    arguments: tuple[str, ...] = ()
    filter: str = ""
    skip: str = ""

    @property
    def is_campaign(self) -> bool:
        return bool(self.arguments) and self.arguments[0] == "fuzz"


def fuzz(name: str, *arguments: str, seeds: int = SEEDS) -> Step:
    return Step(name, ("fuzz", *arguments, "--seeds", f"1..{seeds}", "--jobs", "1", "--format", "json"))


def tests(name: str, expression: str, skip: str = "") -> Step:
    return Step(name, filter=expression, skip=skip)


# Tests that are about the sources, the debug build or time, and not about what a mutant changes.
NOT_OF_MUTANTS = r"^ArchitectureTests\.|BugBenchmarkTests|GeneratedProgramsTests"

DIRTY_IMAGES = fuzz("dirty images", "--stack", "vhdx:exact", "--workload", "dirty-images")
VHDX_CLIENTS = fuzz("clients of vhdx:exact", "--stack", "vhdx:exact")
RAW_CLIENTS = fuzz("clients of raw:exact", "--stack", "raw:exact")
# Every state that the device could have been left with, where a run is small enough for that.
RAW_ALL = fuzz("clients of raw:exact, states all", "--stack", "raw:exact", "--states", "all", seeds=300)

VHDX_TESTS = tests("VHDXTests", r"^VHDXTests\.")
LOG_TESTS = tests("WriteLogTests", r"^WriteLogTests\.")
STACK_TESTS = tests("StacksTests", r"^StacksTests\.")
STATE_TESTS = tests("CrashStatesTests", r"^CrashStatesTests\.")
JUDGE_TESTS = tests("CheckingTests", r"^CheckingTests\.")
RECORDER_TESTS = tests("RecorderTests", r"^RecorderTests\.")
CAMPAIGN_TESTS = tests("CampaignTests", r"^CampaignTests\.")
PROGRAM_TESTS = tests("ProgramsTests", r"^ProgramsTests\.")
RECORDING_TESTS = tests("recording through the tool", r"^powercutTests\..*(Record|Killed|OneFile|Journal|OtherLibrary)")
TOOL_TESTS = tests("powercutTests", r"^powercutTests\.", NOT_OF_MUTANTS)
# Those that start no programs.
SCENARIOS = Step(
    "scenarios",
    ("run", *(f"Scenarios/{name}" for name in ("logger", "writer", "recovery", "schedules", "states", "vhdx", "qemu")),
     "--format", "json"))

PLANS: dict[str, tuple[Step, ...]] = {
    # Recovery, and what it is made of.
    "dirty-images": (DIRTY_IMAGES, VHDX_CLIENTS, VHDX_TESTS, JUDGE_TESTS, CAMPAIGN_TESTS, TOOL_TESTS),
    # The VHDX writer and the logger.
    "writer": (VHDX_CLIENTS, STACK_TESTS, SCENARIOS, CAMPAIGN_TESTS),
    "logger": (RAW_CLIENTS, RAW_ALL, STACK_TESTS, SCENARIOS, CAMPAIGN_TESTS),
    # Parsers, states and judges.
    "image": (VHDX_TESTS, JUDGE_TESTS, STACK_TESTS, CAMPAIGN_TESTS, TOOL_TESTS),
    "log": (LOG_TESTS, STATE_TESTS, JUDGE_TESTS, RECORDER_TESTS, TOOL_TESTS),
    "states": (STATE_TESTS, JUDGE_TESTS, CAMPAIGN_TESTS, TOOL_TESTS),
    "judges": (JUDGE_TESTS, CAMPAIGN_TESTS, TOOL_TESTS),
    # Recordings of real programs.
    "recorder": (RECORDER_TESTS, RECORDING_TESTS, PROGRAM_TESTS, TOOL_TESTS),
}

# The plans whose mutants are to be killed by campaigns.
OF_CAMPAIGNS = {"dirty-images", "writer", "logger"}

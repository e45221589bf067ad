"""Tests of the list, the weaving and the report; `make test` runs them.

What is woven is compiled and run where that is quick: the C of a small program with each mutant in turn."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402
import rows  # noqa: E402
import woven  # noqa: E402
from run import choose, judge_sample, parsed, sample_step, steps, steps_left  # noqa: E402
from killing import Killer, Limits, Result, StepError, read_tests, test_name  # noqa: E402
from plans import PLANS, Step, narrowed  # noqa: E402
from rows import ListError, parse  # noqa: E402
from weaving import weave  # noqa: E402

HEADER = "file Sources/T/a.swift\nkill log\n"


def mutants(text: str, header: str = HEADER) -> list[rows.Mutant]:
    return parse(header + text, "list", "list.mutants")


class Rows(unittest.TestCase):
    def test_a_row_says_all_of_it(self):
        one, other = mutants(
            "first\n- a + «b»\n+ c\nequivalent: nobody\n  sees it\n\n# a comment\nsecond (states)\n- x\n- y\n+\n")
        self.assertEqual((one.name, one.plan, one.path), ("list/first", "log", "Sources/T/a.swift"))
        self.assertEqual((one.original, one.mutated, one.equivalent), (["a + «b»"], ["c"], "nobody sees it"))
        self.assertTrue(one.is_expression)
        self.assertEqual((other.plan, other.original, other.mutated), ("states", ["x", "y"], [""]))
        self.assertFalse(other.is_expression)
        self.assertEqual(one.target, "T")

    def test_numbers_stay_when_rows_come(self):
        alone = mutants("second\n- x\n+ y\n")[0]
        beside = mutants("first\n- a\n+ b\nsecond\n- x\n+ y\n")[1]
        self.assertEqual(alone.number, beside.number)
        self.assertGreater(alone.number, 0)

    def test_what_is_wrong_with_a_row_is_said_with_its_line(self):
        for text, words in {
            "first\n+ b\n": "does not say what stands there",
            "first\n- a\n": "does not say what shall stand there",
            "first\n- «a\n+ b\n": "a mark more than once or alone",
            "first\n- «a» «b»\n+ b\n": "a mark more than once or alone",
            "first\n- «»\n+ b\n": "empty expression",
            "first\n- «a»\n+\n": "empty expression",
            "- a\n": "'-' before the first mutant",
            "No Name\n": "expected a name",
            "first\n- a\n+ b\nequivalent: x\nsurvives: y\n": "equivalent and survives",
        }.items():
            with self.assertRaises(ListError, msg=text) as raised:
                mutants(text)
            self.assertIn(words, str(raised.exception))
            self.assertIn("list.mutants:", str(raised.exception))

    def test_two_of_one_name_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "a.mutants")
            place.write_text(HEADER + "first\n- a\n+ b\nfirst\n- c\n+ d\n")
            with self.assertRaisesRegex(ListError, "has the name or number of"):
                rows.read(Path(folder))


class Weaving(unittest.TestCase):
    def woven(self, text: str, list_text: str) -> str:
        found = mutants(list_text)
        for index, mutant in enumerate(found):
            self.assertIsInstance(mutant.number, int, index)
        result = weave(text, found)
        for index, mutant in enumerate(found, 1):
            result = result.replace(str(mutant.number), f"#{index}")
        return result.removeprefix("import CMutant\n")

    def test_an_expression_becomes_a_choice(self):
        self.assertEqual(
            self.woven("  let end = start + length\n", "m\n- let end = «start + length»\n+ start\n"),
            "  let end = (mutantIsOn(#1) ? (start) : (start + length))\n")

    def test_statements_become_branches_and_may_vanish(self):
        self.assertEqual(
            self.woven("begin\n    flush()\n    write()\nend\n", "m\n- flush()\n- write()\n+ write()\n"),
            "begin\n    if mutantIsOn(#1) {\nwrite()\n} else {\nflush()\n    write()\n}\nend\n")
        self.assertEqual(
            self.woven("case .a: flush()\n", "m\n- case .a: ‹flush()›\n+\n"),
            "case .a: if mutantIsOn(#1) {\n\n} else {\nflush()\n}\n")

    def test_mutants_of_one_place_and_inside_of_each_other(self):
        self.assertEqual(
            self.woven("f(a + b)\n", "one\n- f(«a + b»)\n+ 0\ntwo\n- f(«a + b»)\n+ 1\nthree\n- f(a + «b»)\n+ 2\n"),
            "f((mutantIsOn(#1) ? (0) : ((mutantIsOn(#2) ? (1) : (a + (mutantIsOn(#3) ? (2) : (b)))))))\n")

    def test_what_stands_there_must_stand_there_once(self):
        for text, words in {"other\n": "it is not there", "f(a)\nf(a)\n": "2 times, on lines 1, 2"}.items():
            with self.assertRaisesRegex(ListError, words):
                self.woven(text, "m\n- f(«a»)\n+ b\n")
        # A part of a line is no statement.
        with self.assertRaisesRegex(ListError, "it is not there"):
            self.woven("if x { flush() }\n", "m\n- flush()\n+\n")

    def test_mutants_that_overlap_are_refused(self):
        with self.assertRaisesRegex(ListError, "'list/one' and 'list/two' overlap"):
            self.woven("a + b + c\n", "one\n- «a + b» + c\n+ 0\ntwo\n- a + «b + c»\n+ 0\n")

    def test_c_is_chosen_by_the_environment(self):
        """Compiled: without a choice the program is the original, with one it is that mutant and no other."""
        source = ("#include <stdio.h>\nint main(void) {\n  int sum = 1 + 2;\n  sum += 10;\n"
                  '  printf("%d\\n", sum);\n  return 0;\n}\n')
        found = mutants("less\n- sum = «1 + 2»\n+ 1 - 2\nnone\n- sum += 10;\n+\n", "file Sources/T/a.c\nkill log\n")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "main.c").write_text(weave(source, found))
            program = f"{folder}/program"
            # Another C library does less before main; what is preloaded has to run with it, too.
            for compiler in ("gcc", "musl-gcc"):
                subprocess.run([compiler, "-Wall", "-Werror", "-I", woven.HERE, "-o", program, f"{folder}/main.c",
                                woven.HERE / "CMutant.c"], check=True)
                for number, expected in ((0, "13"), (found[0].number, "9"), (found[1].number, "3"), (17, "13")):
                    environment = os.environ | ({"POWERCUT_MUTANT": str(number)} if number else {})
                    printed = subprocess.run([program], env=environment, capture_output=True, check=True).stdout
                    self.assertEqual(printed.decode().strip(), expected, compiler)


class Package(unittest.TestCase):
    def described(self, is_sample: bool) -> dict:
        """The copy's manifest as the package manager reads it."""
        with tempfile.TemporaryDirectory() as folder:
            copy = woven.Woven(Path(folder), is_sample)
            copy.prepare([])
            printed = subprocess.run(["swift", "package", "--package-path", copy.package, "dump-package"],
                                     capture_output=True, check=True).stdout
            return {target["name"]: target for target in json.loads(printed)["targets"]}

    def test_every_target_may_ask_for_the_flag(self):
        targets = self.described(False)
        for name in ("VHDX", "WriteLog", "Recorder", "CPreload", "Checking", "powercut"):
            self.assertIn("CMutant", json.dumps(targets[name]["dependencies"]), name)
        self.assertNotIn("treatAllWarnings", json.dumps(targets))
        self.assertNotIn("powercut-mutant-campaign", targets)

    def test_a_sample_takes_no_packages_that_are_long_to_build(self):
        targets = self.described(True)
        self.assertNotIn("NIO", json.dumps(targets))
        self.assertNotIn("ArgumentParser", json.dumps(targets))
        self.assertIn("CheckingTests", targets)

    def test_the_list_matches_the_sources(self):
        found = rows.read(woven.REPOSITORY / "Mutants")
        woven.check(found)
        for mutant in found:
            self.assertIn(mutant.plan, PLANS, mutant.name)
        self.assertGreaterEqual(len(found), 250)


class Outcomes(unittest.TestCase):
    def ran(self, script: str):
        with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
            return read_tests(process)

    def test_the_first_failing_test_kills(self):
        outcome = self.ran("echo '✔ Test good() passed'; echo '✘ Test bad(x:) recorded an issue at a.swift:3'; exit 1")
        self.assertEqual((outcome.killed, outcome.by), (True, "bad(x:)"))

    def test_passing_survives_and_crashing_kills(self):
        self.assertFalse(self.ran("echo all; exit 0").killed)
        outcome = self.ran("echo halfway; kill -SEGV $$")
        self.assertTrue(outcome.killed)
        self.assertIn("SIGSEGV", outcome.by)

    def test_a_crash_names_the_test_that_was_begun_last(self):
        outcome = self.ran("echo '◇ Test case passing 1 argument a → 1 to bad(of:) started.'; kill -ILL $$")
        self.assertEqual(outcome.by, "bad(of:): SIGILL")
        self.assertEqual(narrowed(PLANS["log"][0], outcome.by).filter, r"^WriteLogTests\..*/bad\(")

    def test_arguments_are_no_part_of_a_tests_name(self):
        self.assertEqual(test_name("✘ Test a(b:) recorded an issue with 1 argument b → 2 at c.swift"), "a(b:)")
        self.assertEqual(
            test_name("✘ Test a(b:) with 1 test case recorded an issue at c.swift"), "a(b:)")


class Killing(unittest.TestCase):
    """The killer over a shell instead of the build: the script sees which mutant is chosen."""

    class Shell:
        is_sample = False
        package = Path("/")

        def __init__(self, script: str):
            self.script = script

        def command(self, step):
            return ["sh", "-c", self.script]

    STEP = Step("step", filter="x")

    def kill(self, script: str) -> Result:
        return Killer(self.Shell(script), log=lambda line: None).kill("list/a", 7, "log", (self.STEP,))

    def test_the_chosen_mutant_is_the_only_difference(self):
        failing = "echo '✘ Test a() recorded an issue at b'; exit 1"
        result = self.kill(f'if [ "$POWERCUT_MUTANT" = 7 ]; then {failing}; fi')
        self.assertEqual((result.step, result.by), ("step", "a()"))
        self.assertFalse(self.kill('[ "$POWERCUT_MUTANT" = 7 ] || [ -z "$POWERCUT_MUTANT" ]').is_killed)

    def test_a_step_that_fails_without_a_mutant_kills_nothing(self):
        with self.assertRaisesRegex(StepError, "step fails without a mutant: a()"):
            self.kill("echo '✘ Test a() recorded an issue at b'; exit 1")

    def test_a_test_that_is_gone_kills_nothing(self):
        killer = Killer(self.Shell("exit 69"), log=lambda line: None)
        self.assertFalse(killer.kill("list/a", 7, "log", (replace(self.STEP, whole="step"),)).is_killed)
        with self.assertRaises(StepError):
            Killer(self.Shell("exit 69"), log=lambda line: None).kill("list/a", 7, "log", (self.STEP,))

    def test_what_goes_round_for_ever_is_ended(self):
        killer = Killer(self.Shell("while :; do :; done"), log=lambda line: None)
        outcome = killer.run(self.STEP, 7, Limits(processor_seconds=1, seconds=60))
        self.assertEqual((outcome.killed, outcome.by), (True, "no end within 1 s of a processor"))
        sleeping = Killer(self.Shell("sleep 60"), log=lambda line: None)
        outcome = sleeping.run(self.STEP, 7, Limits(processor_seconds=60, seconds=1))
        self.assertEqual((outcome.killed, outcome.by), (True, "no end within 1 s"))


class Reports(unittest.TestCase):
    def setUp(self):
        self.found = mutants("a (logger)\n- x\n+ y\nb\n- x\n+ y\nc\n- x\n+ y\nequivalent: because\n"
                             "d\n- x\n+ y\nsurvives: issue 3\n")
        self.results = {
            "list/a": Result("list/a", "logger", "clients of raw:exact", "L03", 7, 1.5),
            "list/b": Result("list/b", "log", "WriteLogTests", "good(of:)", 0, 2),
            "list/c": Result("list/c", "log", seconds=3),
            "list/d": Result("list/d", "log", seconds=4),
        }

    def test_counts_and_shares(self):
        text = report.text(self.found, self.results, 2)
        self.assertIn("| `T` | 4 | 2 | 1 | 1 | 1 | 66.7 % |", text)
        self.assertIn("| list/a | clients of raw:exact: L03 | 7 | 1.5 |", text)
        self.assertIn("equivalent: because", text)
        self.assertIn("issue 3", text)

    def test_what_was_not_run_is_said(self):
        del self.results["list/b"]
        self.assertIn("**Not run: 1**: list/b", report.text(self.found, self.results, 2))

    def test_a_plan_that_was_not_run_to_its_end_is_said(self):
        self.results["list/b"] = Result("list/b", "log", steps_left=3)
        text = report.text(self.found, self.results, 2)
        self.assertIn("**Not run to the end: 1**", text)
        self.assertIn("3 steps of 'log' are left", text)

    def test_steps_and_seeds_that_were_left_out_are_counted(self):
        def left(*words: str) -> int:
            sys.argv = ["mutants", *words]
            return steps_left(PLANS["logger"], parsed())

        self.assertEqual((left(), left("--steps", "1"), left("--seeds", "100")), (0, 4, 2))
        self.assertEqual(left("--steps", "1", "--seeds", "100"), 5)

    def test_a_survivor_without_a_reason_is_said(self):
        self.results["list/a"] = Result("list/a", "logger")
        self.assertIn("no reason is given yet", report.text(self.found, self.results, 2))

    def test_reports_are_read_back(self):
        with tempfile.TemporaryDirectory() as folder:
            report.write(Path(folder), self.found, self.results | {"list/gone": Result("list/gone", "log")}, 2)
            self.assertEqual(report.read(Path(folder, "mutants.json")), self.results)
            self.assertEqual(json.loads(Path(folder, "mutants.json").read_text())["schemaVersion"], 1)

    def test_a_sample_runs_only_what_killed(self):
        campaign, tests = (sample_step(mutant, self.results[mutant.name]) for mutant in self.found[:2])
        self.assertEqual((campaign.stack, campaign.seeds), ("raw:exact", 7))
        self.assertEqual(tests.filter, r"^WriteLogTests\..*/good\(")
        late = Result("list/a", "logger", "clients of raw:exact", "L03", 700, 9)
        crash = Result("list/b", "log", "WriteLogTests", "SIGILL: halfway", 0, 9)
        self.assertIsNone(sample_step(self.found[0], late))
        self.assertIsNone(sample_step(self.found[1], crash))
        self.assertIsNone(sample_step(self.found[2], self.results["list/c"]))

    def test_the_test_that_killed_before_comes_first(self):
        names = [step.name for step in steps(self.found[1], self.results["list/b"], False)]
        self.assertEqual(names[:3], ["WriteLogTests: good(of:)", "WriteLogTests", "CrashStatesTests"])
        killed_late = Result("list/b", "log", "RecorderTests", "SIGILL: halfway", 0, 9)
        names = [step.name for step in steps(self.found[1], killed_late, False)]
        self.assertEqual(names[:2], ["RecorderTests", "WriteLogTests"])
        self.assertEqual(steps(self.found[2], None, False), PLANS["log"][:1], "nothing is to be found there")
        # Of a campaign the seeds are counted anew.
        self.assertEqual(steps(self.found[0], self.results["list/a"], False), PLANS["logger"])

    def test_a_sample_is_of_the_killed_and_fails_where_one_survives(self):
        sys.argv = ["mutants", "--sample", "2"]
        chosen = choose(self.found, self.results, parsed())
        self.assertEqual([mutant.name for mutant in chosen], ["list/a", "list/b"])
        killed = {name: self.results[name] for name in ("list/a", "list/b")}
        self.assertEqual(judge_sample(killed, self.results), 0)
        self.assertEqual(judge_sample(killed | {"list/b": Result("list/b", "log")}, self.results), 1)
        self.assertEqual(judge_sample({}, self.results), 2)


if __name__ == "__main__":
    unittest.main()

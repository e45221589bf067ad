#!/usr/bin/env python3
"""Carries out a workflow of GitHub Actions here, as far as deploy/github goes: its commands in the shell that the
service takes, with the variables that it sets; its actions by copying files. What it does not know, it refuses.

    github.py WORKFLOW --repository FOLDER --service FOLDER --run ID

Exit status: 0 every job passed, 1 one did not.
"""

import argparse
import re
import sys
from pathlib import Path

import yaml
from hosted import bundle, copy, run

SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
CONDITIONS = {None: False, "${{ always() }}": True}


class Run:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.workflow = yaml.safe_load(Path(arguments.workflow).read_text())
        self.repository = Path(arguments.repository).resolve()
        self.id = arguments.run
        self.caches = Path(arguments.service, "caches").resolve()
        self.folder = Path(arguments.service, f"run-{self.id}").resolve()
        self.artifacts = self.folder / "artifacts"
        self.results: dict[str, bool] = {}

    def carry_out(self) -> bool:
        self.artifacts.mkdir(parents=True)
        self.caches.mkdir(exist_ok=True)
        for name, job in self.workflow["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            if not CONDITIONS[job.get("if")] and not all(self.results[each] for each in needs):
                print(f"{name}: skipped")
                self.results[name] = False
                continue
            self.results[name] = all([self.job(name, job, context) for context in self.contexts(job)])
        return all(self.results.values())

    def contexts(self, job: dict) -> list[dict[str, str]]:
        """The values of the expressions in each job of a matrix."""
        common = {"github.run_id": self.id, "vars.POWERCUT_IMAGE": "powercut"}
        matrix = job.get("strategy", {}).get("matrix", {})
        if not matrix:
            return [common]
        ((key, values),) = matrix.items()
        return [
            {**common, f"matrix.{key}": str(value), "strategy.job-total": str(len(values))} for value in values
        ]

    def expanded(self, text: object, context: dict[str, str]) -> str:
        def value(match: re.Match) -> str:
            if match[1] not in context:
                sys.exit(f"github: nothing is known of the expression {match[0]}")
            return context[match[1]]

        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", value, str(text))

    def job(self, name: str, job: dict, context: dict[str, str]) -> bool:
        suffix = "".join(f"-{value}" for key, value in context.items() if key.startswith("matrix."))
        folder = self.folder / f"{name}{suffix}"
        folder.mkdir()
        self.expanded(job.get("container", ""), context)
        passed = True
        for step in job["steps"]:
            condition = step.get("if")
            if not (passed or CONDITIONS[condition]):
                continue
            if "uses" in step:
                options = {key: self.expanded(value, context) for key, value in step.get("with", {}).items()}
                done = self.action(step["uses"].split("@")[0], options, folder)
            else:
                done = self.command(step, context, folder)
            passed = passed and (done or step.get("continue-on-error", False))
        print(f"{folder.name}: {'passed' if passed else 'failed'}", flush=True)
        return passed

    def command(self, step: dict, context: dict[str, str], folder: Path) -> bool:
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_RUN_ID": self.id,
            "GITHUB_WORKSPACE": str(folder),
            "GITHUB_STEP_SUMMARY": str(self.folder / f"{folder.name}.summary"),
        }
        for variables in (self.workflow.get("env", {}), step.get("env", {})):
            environment |= {key: self.expanded(value, context) for key, value in variables.items()}
        if "${{" in step["run"]:
            sys.exit("github: an expression in a command is text of others in a shell; hand it over in 'env'")
        shell = SHELLS[self.workflow["defaults"]["run"]["shell"]]
        status = run(shell, step["run"], folder, environment)
        print(f"{folder.name}: exit status {status}", flush=True)
        return status == 0

    def action(self, name: str, options: dict[str, str], folder: Path) -> bool:
        match name:
            case "actions/checkout":
                copy(self.repository, folder)
            case "actions/upload-artifact":
                return bundle(folder / options["path"], self.artifacts / options["name"])
            case "actions/download-artifact" if "name" in options:
                if not (self.artifacts / options["name"]).is_dir():
                    return False
                copy(self.artifacts / options["name"], folder / options["path"])
            case "actions/download-artifact":
                for artifact in sorted(self.artifacts.glob(options["pattern"])):
                    copy(artifact, folder / options["path"] / artifact.name)
            case "actions/cache/restore":
                found = [self.caches / options["key"]]
                by_age = sorted(self.caches.glob(f"{options['restore-keys']}*"), key=lambda path: path.stat().st_mtime)
                found += reversed(by_age)
                for cache in found:
                    if cache.is_dir():
                        copy(cache, folder / options["path"])
                        break
            case "actions/cache/save":
                # A cache is never written twice.
                if not (self.caches / options["key"]).exists():
                    copy(folder / options["path"], self.caches / options["key"])
            case _:
                sys.exit(f"github: nothing is known of the action {name}")
        return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("workflow")
    for option in ("--repository", "--service", "--run"):
        parser.add_argument(option, required=True)
    sys.exit(0 if Run(parser.parse_args()).carry_out() else 1)

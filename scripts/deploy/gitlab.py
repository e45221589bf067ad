#!/usr/bin/env python3
"""Carries out a pipeline of GitLab here, as far as deploy/gitlab goes: its commands in a shell with the variables
that a runner sets, its artifacts and its cache by copying files. What it does not know, it refuses.

    gitlab.py PIPELINE --repository FOLDER --service FOLDER --run ID

Exit status: 0 every job passed, 1 one did not.
"""

import argparse
import shutil
import sys
from pathlib import Path

import yaml
from hosted import bundle, copy, run

GLOBAL = {"variables", "default", "workflow", "stages"}
JOB = {"stage", "script", "cache", "artifacts", "parallel", "timeout", "allow_failure", "retry", "when"}
# The runner joins the lines of a script.
SHELL = ["bash", "-eo", "pipefail"]


class Pipeline:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.file = yaml.safe_load(Path(arguments.pipeline).read_text())
        self.repository = Path(arguments.repository).resolve()
        self.id = arguments.run
        self.caches = Path(arguments.service, "caches").resolve()
        self.folder = Path(arguments.service, f"run-{self.id}").resolve()
        # Those of earlier stages are in the folder of every later job.
        self.artifacts = self.folder / "artifacts"

    def carry_out(self) -> bool:
        self.artifacts.mkdir(parents=True)
        passed = True
        for stage in self.file["stages"]:
            jobs = {
                name: job for name, job in self.file.items() if name not in GLOBAL and job["stage"] == stage
            }
            kept: list[Path] = []
            results = []
            for name, job in jobs.items():
                if unknown := job.keys() - JOB:
                    sys.exit(f"gitlab: nothing is known of {unknown} of {name}")
                if not passed and job.get("when") != "always":
                    print(f"{name}: skipped")
                    continue
                count = job.get("parallel", 1)
                results += [self.job(name, job, index, count, kept) for index in range(1, count + 1)]
            for bundle_folder in kept:
                copy(bundle_folder, self.artifacts)
            passed = passed and all(results)
        return passed

    def job(self, name: str, job: dict, index: int, count: int, kept: list[Path]) -> bool:
        folder = self.folder / (name if count == 1 else f"{name}-{index}")
        environment = {key: str(value) for key, value in self.file["variables"].items()}
        environment |= {"GITLAB_CI": "true", "CI_PIPELINE_ID": self.id, "CI_PROJECT_DIR": str(folder)}
        if count > 1:
            environment |= {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(count)}
        copy(self.repository, folder)
        # A runner restores the cache first, then the artifacts.
        cache = job.get("cache")
        if cache and cache["policy"] == "pull":
            self.cache(self.caches / cache["key"], folder, cache["paths"])
        copy(self.artifacts, folder)

        status = run(SHELL, "\n".join(job["script"]), folder, environment)
        allowed = job.get("allow_failure", {}).get("exit_codes", [])
        passed = status == 0 or status in allowed
        print(f"{folder.name}: exit status {status}, {'passed' if passed else 'failed'}", flush=True)

        artifacts = job["artifacts"]
        if status == 0 or artifacts.get("when") == "always":
            bundle_folder = self.folder / f"{folder.name}.artifacts"
            for path in artifacts["paths"]:
                path = path.replace("$CI_NODE_INDEX", str(index))
                if (folder / path).exists() and bundle(folder / path, bundle_folder / path):
                    kept.append(bundle_folder)
            junit = artifacts.get("reports", {}).get("junit")
            if junit:
                shutil.copyfile(folder / junit, self.folder / "junit.xml")
        if cache and cache["policy"] == "push" and (status == 0 or cache.get("when") == "always"):
            self.cache(folder, self.caches / cache["key"], cache["paths"])
        return passed

    @staticmethod
    def cache(source: Path, target: Path, paths: list[str]) -> None:
        for path in paths:
            if (source / path).exists():
                shutil.rmtree(target / path, ignore_errors=True)
                copy(source / path, target / path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("pipeline")
    for option in ("--repository", "--service", "--run"):
        parser.add_argument(option, required=True)
    sys.exit(0 if Pipeline(parser.parse_args()).carry_out() else 1)

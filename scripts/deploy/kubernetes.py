#!/usr/bin/env python3
"""Takes the scripts out of deploy/kubernetes, after a look at what stands there more than once.

    kubernetes.py MANIFESTS OUTPUT    writes the files of the ConfigMap into OUTPUT; prints the number of shards
"""

import sys
from pathlib import Path

import yaml


def documents(path: Path) -> dict[str, dict]:
    """By kind and name."""
    all_documents = yaml.safe_load_all(path.read_text())
    return {f"{each['kind']} {each['metadata']['name']}": each for each in all_documents}


def shard_count(job: dict) -> int:
    (container,) = job["template"]["spec"]["containers"]
    named = {each["name"]: each.get("value") for each in container["env"]}["SHARDS"]
    if not str(job["completions"]) == str(job["parallelism"]) == named:
        sys.exit(f"kubernetes: {job['completions']} completions, {job['parallelism']} at once and SHARDS {named}")
    return job["completions"]


def main(manifests: Path, output: Path) -> None:
    nightly = documents(manifests / "nightly.yaml")
    for name in ("night", "report"):
        job = documents(manifests / f"{name}-job.yaml")[f"Job powercut-{name}-1"]["spec"]
        if job != nightly[f"CronJob powercut-{name}"]["spec"]["jobTemplate"]["spec"]:
            sys.exit(f"kubernetes: {name}-job.yaml and nightly.yaml have two different jobs")
        if name == "night":
            print(shard_count(job))
    for name, text in documents(manifests / "campaign.yaml")["ConfigMap powercut"]["data"].items():
        (output / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""What the two hosted services have in common: how they keep files between jobs, and how they run commands."""

import os
import subprocess
import sys
from pathlib import Path

# The characters that the artifacts of GitHub refuse in a name.
REFUSED = set('"<>|*?:\r\n')


def copy(source: Path, target: Path) -> None:
    """Copies what is in a folder into another one, without permissions. Images are mostly holes, and stay so."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cp", "--recursive", "--no-preserve=mode", "--sparse=always", f"{source}/.", str(target)], check=True
    )


def bundle(source: Path, target: Path) -> bool:
    """Copies a folder as an artifact keeps it. Returns whether there was anything."""
    files = [path for path in source.rglob("*") if path.is_file()]
    for file in files:
        name = file.relative_to(source)
        if REFUSED & set(str(name)) or any(part.startswith(".") for part in name.parts):
            sys.exit(f"deploy: {name} has a name that artifacts refuse or leave out")
    if files:
        copy(source, target)
        subprocess.run(["find", str(target), "-type", "d", "-empty", "-delete"], check=True)
    return bool(files)


def run(shell: list[str], script: str, folder: Path, environment: dict[str, str]) -> int:
    """Runs commands as a job does: from a file, with the named variables and none of ours but the path."""
    file = folder.parent / f"{folder.name}.script"
    file.write_text(script)
    return subprocess.run(
        [*shell, str(file)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), "CI": "true", **environment},
        stdin=subprocess.DEVNULL,
    ).returncode

"""Kill builds, and refuse them what they ask of the system: `make torture`.

Prints how often each thing happened that must never happen; the exit status is 1 if one did.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from torture.project import FIRST, NEXT, Project
from torture.trial import COUNTS, Blow, Scene, scenes, torture

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
Row = tuple[str, int, Counter[str]]
"""A series of trials: its name, their number, and what happened."""
ERRORS = ("ENOSPC", "EIO", "EROFS")


def main() -> int:
    """Torture builds as the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--real", type=int, default=8, help="kills of builds with TensorFlow")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        return run(Path(folder), options.kills, options.faults, options.real, options.seed)


def run(root: Path, kills: int, faults: int, real: int, seed: int) -> int:
    """Torture builds in a folder, print the table; returns the exit status."""
    answers = root / "answers"
    answers.mkdir()
    record(root / "record", answers)
    found = scenes(root, answers)
    chance = random.Random(seed)
    rows: list[Row] = []

    def series(name: str, scene: Scene, blows: list[Blow], given: Path | None = answers) -> None:
        total = Counter[str]()
        for i, blow in enumerate(blows):
            total += torture(scene, root / f"trial {len(rows)}-{i}", given, blow)
        rows.append((f"{scene.name}, {name}", len(blows), total))

    for scene in found:
        operations, seconds = undisturbed(scene, root, answers)
        series("kills by the clock", scene, timed(kills // 4, seconds, chance))
        chosen = spread(operations, kills // 2 - kills // 4, chance)
        aimed = [Blow(f"{point}:{event(point, i)}") for i, point in enumerate(chosen)]
        series("kills at an operation", scene, aimed)
        chosen = spread(operations, faults // 2, chance)
        again = [Blow(f"{p}{'+' * (i % 2)}:{ERRORS[i % 3]}") for i, p in enumerate(chosen)]
        series("refused operations", scene, again)
    if real:
        series("kills with TensorFlow", found[0], timed(real, 9, chance), None)
    return show(rows)


def timed(number: int, seconds: float, chance: random.Random) -> list[Blow]:
    """Signals at any time of a build."""
    times = [chance.uniform(0, seconds) for _ in range(number)]
    return [Blow(number=SIGNALS[i % 3], seconds=at) for i, at in enumerate(times)]


def record(folder: Path, answers: Path) -> None:
    """Record the worker's answers for both versions of the specs."""
    project = Project(folder, answers, {"TORTURE_RECORD": "1"})
    project.write({**FIRST, **{f"next-{name}": text for name, text in NEXT.items()}})
    done = project.run("build")
    assert done.status == 0, done.text


def undisturbed(scene: Scene, root: Path, answers: Path) -> tuple[list[str], float]:
    """The operations of an undisturbed build, as TORTURE names them, and its seconds."""
    folder, log = root / f"undisturbed {scene.name}", root / f"log {scene.name}"
    shutil.copytree(scene.folder, folder)
    project, begin = Project(folder, answers, {"TORTURE_LOG": str(log)}), time.monotonic()
    assert project.run("build").status == 0
    seconds, counts, found = time.monotonic() - begin, Counter[str](), []
    for line in log.read_text().splitlines():
        counts[line] += 1
        found.append(f"{line.replace(' ', ':')}:{counts[line]}")
    return found, seconds


def event(point: str, number: int) -> str:
    """How a build is stopped at an operation; the worker hears no signal but KILL."""
    names = ("KILL",) if point.startswith("worker") else ("KILL", "INT", "KILL", "TERM")
    return names[number % len(names)]


def spread(points: list[str], number: int, chance: random.Random) -> list[str]:
    """So many of the points, evenly over all of them, by chance within each part."""
    return [points[int((i + chance.random()) * len(points) / number)] for i in range(number)]


def show(rows: list[Row]) -> int:
    """Print the table; returns the exit status."""
    width = max(len(name) for name, _, _ in rows)
    names = [*COUNTS, "between"]
    print(" " * width, "builds", *names, sep="  ")
    for name, builds, counts in rows:
        cells = [f"{counts[column]:>{len(column)}}" for column in names]
        print(f"{name:<{width}}", f"{builds:>6}", *cells, sep="  ")
    return int(any(counts[name] for _, _, counts in rows for name in COUNTS))


if __name__ == "__main__":
    sys.exit(main())

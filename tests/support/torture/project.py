"""A project whose builds are tortured: three specs, then their next version, and what is right."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PLUGIN = Path(__file__).parent / "plugin"

COMMON = """\
models:
  m: {source: "zoo:variation1", dataset: {source: line, per_class: 10}, training: {epochs: 1}}
sections:
  - title: S
    figures: [%s]
inferences: false
"""
FIRST = {
    "one": "title: One\n" + COMMON % "samples: {samples: 2}, class_table, data_shapes",
    "two": "title: Two\n" + COMMON % "kernels: {layers: [conv2d_1]}",
    "old": "title: Old\n" + COMMON % "class_table",
}
NEXT = {
    "one": "title: One again\n" + COMMON % "samples: {samples: 3, id: more}, data_shapes",
    "two": "title: Two\n" + COMMON % "kernels: {layers: [conv2d_1]}, class_table",
}
"""The second version: other files, files that go, a report that goes, one that keeps its figure."""

GRACE_SECONDS = 20.0

Tree = dict[str, bytes]


@dataclass
class Run:
    """A command that has ended."""

    status: int
    text: str


@dataclass
class Project:
    """A folder with specs, site, cache and a folder of temporary files of its own."""

    root: Path
    answers: Path | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def write(self, specs: dict[str, str]) -> None:
        """Replace the specs."""
        shutil.rmtree(self.root / "specs", ignore_errors=True)
        (self.root / "specs").mkdir(parents=True)
        (self.root / "tmp").mkdir(exist_ok=True)
        for name, text in specs.items():
            (self.root / "specs" / f"{name}.yaml").write_text(text)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command."""
        paths = os.pathsep.join(filter(None, (str(PLUGIN), os.environ.get("PYTHONPATH", ""))))
        answers = {"TORTURE_ANSWERS": str(self.answers)} if self.answers else {}
        environment = {**os.environ, "PYTHONPATH": paths, "TMPDIR": str(self.root / "tmp"),
                       "TORTURE_ROOT": str(self.root), **answers, **self.extra, **more}  # fmt: skip
        held = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "reportgen", *arguments], cwd=self.root, text=True,
                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        finally:
            signal.signal(signal.SIGINT, held)

    def run(self, *arguments: str, **more: str) -> Run:
        """Run a command to its end."""
        process = self.start(*arguments, **more)
        text, _ = process.communicate(timeout=300)
        return Run(process.returncode, text)

    def processes(self) -> list[int]:
        """Processes that still work on this project."""
        mark = f"TORTURE_ROOT={self.root}\0".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes() + b"\0":
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def wait_for_the_end(self) -> bool:
        """Whether all processes end by themselves."""
        end = time.monotonic() + GRACE_SECONDS
        while self.processes():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def site(self) -> Tree:
        """All that lies below the site."""
        return tree(self.root / "site")

    def leftovers(self) -> list[str]:
        """Temporary files and folders, of this build or an earlier one."""
        folders = (self.root / "tmp", self.root / ".reportgen" / "tmp")
        names = [str(path.relative_to(self.root)) for f in folders for path in f.glob("*")]
        known = {"objects", "tasks", "tmp", "stat.json", "lock"}
        cache = [path.name for path in (self.root / ".reportgen").glob("*")]
        odd = [str(p) for p in (self.root / ".reportgen").rglob(".*")]
        return names + odd + [name for name in cache if name not in known]


def tree(folder: Path) -> Tree:
    """Bytes of all files below a folder by path; folders, by their path and "/"."""
    return dict(_entries(folder)) if folder.is_dir() else {}


def _entries(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        yield (name, path.read_bytes()) if path.is_file() else (f"{name}/", b"")

"""One disturbed build: what is there right after it, and after the next build."""

from __future__ import annotations

import shutil
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torture.project import FIRST, NEXT, Project, Run, Tree

COUNTS = ("torn", "lost", "locked out", "wrong", "falsely fresh", "left over", "traceback",
          "without a message", "odd status", "still running")  # fmt: skip
"""What must never happen."""
STATUSES: defaultdict[str, set[int]] = defaultdict(lambda: {0, 1})
"""Exit statuses of a build by what struck it; 0 where the build can do without.

At its very end Python no longer handles signals, and a shell reports 130 or 143 by itself.
"""
STATUSES |= {"KILL": {-9, 0, 1}, "INT": {130, -2, 0}, "TERM": {143, -15, 0}}
STAGE = ".reportgen-stage"
ENDS = {"index.html": b"</html>\n", "manifest.json": b"\n}\n"}
"""How the files of the front page end, where they are whole."""


@dataclass(frozen=True)
class Scene:
    """A state to build from: a project's folder, the specs to build, and the sites around it."""

    name: str
    folder: Path
    specs: dict[str, str]
    before: Tree
    after: Tree


@dataclass(frozen=True)
class Blow:
    """What happens to a build: an entry of TORTURE, or a signal after some seconds.

    Attributes:
        fault: an entry of TORTURE; "" for none.
        number: the signal; 0 for none.
        seconds: the time of the signal, from the start of the build.
    """

    fault: str = ""
    number: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.fault:
            return self.fault
        return f"{signal.Signals(self.number).name} after {self.seconds:.3f} s"


def scenes(root: Path, answers: Path) -> list[Scene]:
    """A first build and a rebuild, with the right sites, from undisturbed builds."""
    project = Project(root / "right", answers)
    empty = Project(root / "empty", answers)
    empty.write(FIRST)
    sites = [empty.site()]
    for specs in (FIRST, NEXT):
        project.write(specs)
        run = project.run("build")
        assert run.status == 0, run.text
        sites.append(project.site())
        if specs is FIRST:
            shutil.copytree(project.root, root / "built")
            Project(root / "built").write(NEXT)
    return [
        Scene("first build", empty.root, FIRST, sites[0], sites[1]),
        Scene("rebuild", root / "built", NEXT, sites[1], sites[2]),
    ]


def torture(scene: Scene, folder: Path, answers: Path | None, blow: Blow) -> Counter[str]:
    """Disturb a build in a copy of a scene; returns what happened that must never happen.

    Args:
        scene: the state to build from.
        folder: the copy, which is removed unless something happened.
        answers: recorded answers of the worker; None for the worker itself.
        blow: the disturbance.
    """
    shutil.copytree(scene.folder, folder)
    project, found = Project(folder, answers), Counter[str]()
    struck = disturbed(project, blow)
    found["still running"] += not project.wait_for_the_end()
    found["traceback"] += "Traceback" in struck.text
    quiet = struck.status == 1 and not any("error" in line for line in struck.text.splitlines())
    found["without a message"] += quiet
    allowed = STATUSES[blow.fault.rpartition(":")[2] or signal.Signals(blow.number).name[3:]]
    found["odd status"] += struck.status not in allowed
    found += judged(project.site(), scene)
    status = project.run("status")
    found["falsely fresh"] += status.status == 0 and project.site() != scene.after
    again = project.run("build")
    found["traceback"] += "Traceback" in status.text + again.text
    found["locked out"] += again.status != 0
    found["wrong"] += again.status == 0 and project.site() != scene.after
    found["left over"] += bool(project.leftovers())
    if +found:
        print(f"{scene.name}, {blow}: {dict(+found)} in {folder}\n{struck}\n{status}\n{again}")
        print(project.leftovers(), sorted(set(project.site().items()) ^ set(scene.after.items())))
    else:
        shutil.rmtree(folder)
    return found


def disturbed(project: Project, blow: Blow) -> Run:
    """Run a build that this happens to."""
    if blow.fault:
        return project.run("build", TORTURE=blow.fault)
    process = project.start("build")
    while not is_ready(process.pid) and process.poll() is None:
        time.sleep(0.001)
    time.sleep(blow.seconds)
    process.send_signal(blow.number)
    text, _ = process.communicate(timeout=300)
    return Run(process.returncode, text)


def is_ready(process: int) -> bool:
    """Whether a process handles signals; while Python itself starts, it prints what it likes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def judged(site: Tree, scene: Scene) -> Counter[str]:
    """Files that are neither the earlier nor the new ones, reports that mix both, files that miss.

    A report may mix both only while its publication is decided, which the next build completes.
    The front page may list any of the reports, but must be whole.
    """
    found: Counter[str] = Counter()
    published = {name: data for name, data in site.items() if STAGE not in name}
    for name, data in published.items():
        known = [tree[name] for tree in (scene.before, scene.after) if name in tree]
        whole = ENDS.get(name, b"\0")
        found["torn"] += data not in known and name[-1] != "/" and not data.endswith(whole)
    found["lost"] += len((scene.before.keys() & scene.after.keys()) - published.keys())
    for report in ("one/", "two/"):
        pick: Callable[[Tree], Tree] = lambda tree, of=report: {  # noqa: E731
            name: data for name, data in tree.items() if name.startswith(of) and name[-1] != "/"
        }
        whole = pick(published) in (pick(scene.before), pick(scene.after))
        decided = f"{report}{STAGE}/manifest.json" in site or f"{report}{STAGE}/undo.json" in site
        found["torn"] += not whole and not decided
        found["between"] += not whole and decided
    return found

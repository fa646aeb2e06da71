"""The row on a build with nothing to do, against other build tools on the same graph."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import REPORT, SPEC, prepared
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate

MODULES = "starting Python with click and PyYAML"


def unchanged() -> Work:
    folder = prepared(Path(tempfile.mkdtemp(prefix="benchmark-")))
    ours = [sys.executable, "-m", "reportgen", "build", SPEC]
    _run(ours, folder)
    graph = _graph(folder)
    dvc, snakemake = (_made(folder / name, graph, name) for name in ("dvc", "snakemake"))
    return Work(
        "the same again, nothing changed",
        {
            OURS: Candidate(lambda: _run(ours, folder)),
            "dvc repro": Candidate(lambda: _run(dvc, folder / "dvc"), rounds=5),
            "snakemake": Candidate(lambda: _run(snakemake, folder / "snakemake"), rounds=5),
            MODULES: Candidate(lambda: _run([sys.executable, "-c", "import click, yaml"], folder)),
        },
        (Goal("dvc repro", 2), Goal("snakemake", 2), Goal(MODULES, 3, limit=True)),
        notes=f"the report of the row above, {len(graph)} tasks; the others have one stage with "
        "one small file for each task, and the same dependencies",
    )


def _run(command: list[str], folder: Path) -> None:
    settings = {"DVC_NO_ANALYTICS": "1", "PYTHONSAFEPATH": "", "XDG_CACHE_HOME": str(folder)}
    found = subprocess.run(
        command, cwd=folder, env=os.environ | settings, capture_output=True, text=True
    )
    if found.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{found.stdout}{found.stderr}")


def _graph(folder: Path) -> dict[str, list[str]]:
    """Each task's name and the names of those it needs, both fit for file names."""
    from reportgen import checking, reports

    plan = reports.plans([checking.load(folder / SPEC)])[0]
    names = {key: key.removeprefix(f"{REPORT}/").replace("/", "-") for key in plan.tasks}
    return {
        names[key]: sorted({names[one.task] for one in task.inputs})
        for key, task in plan.tasks.items()
    }


def _made(folder: Path, graph: Mapping[str, list[str]], tool: str) -> list[str]:
    """A project of another tool with the same graph, run once; returns its command."""
    folder.mkdir()
    program = shutil.which(tool, path=str(Path(sys.executable).parent)) or tool
    if tool == "dvc":
        _run([program, "init", "--no-scm", "-q"], folder)
        _run([program, "config", "core.analytics", "false"], folder)
        (folder / "dvc.yaml").write_text(_stages(graph))
        command = [program, "repro", "-q"]
    else:
        (folder / "Snakefile").write_text(_rules(graph))
        command = [program, "--cores", "1", "--quiet", "all"]
    _run(command, folder)
    return command


def _stages(graph: Mapping[str, list[str]]) -> str:
    import yaml

    stages: dict[str, Any] = {}
    for name, needs in graph.items():
        stages[name] = {"cmd": f"echo {name} > {name}.out", "outs": [f"{name}.out"]}
        if needs:
            stages[name]["deps"] = [f"{one}.out" for one in needs]
    return yaml.safe_dump({"stages": stages})


def _rules(graph: Mapping[str, list[str]]) -> str:
    last = list(graph)[-1]
    text = [f"rule all:\n    input: '{last}.out'\n"]
    for number, (name, needs) in enumerate(graph.items()):
        inputs = ", ".join(f"'{one}.out'" for one in needs)
        given = f"    input: {inputs}\n" if needs else ""
        text.append(
            f"rule task{number}:\n{given}    output: '{name}.out'\n"
            f"    shell: 'echo {name} > {name}.out'\n"
        )
    return "\n".join(text)

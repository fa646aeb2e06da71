"""The state that one command shares: folders, cache, and digests of files and code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reportgen.keys import Keys, Reason
from reportgen.plan import Plan, Task
from reportgen.publication import STAGE
from reportgen.store import Store, check_cache
from reportgen.types import JsonObject
from reportgen.version import __version__


@dataclass(frozen=True)
class Place:
    """Where pages go and where the cache is."""

    out: Path = Path("site")
    cache: Path = Path(".reportgen")


class Session:
    """The state that the tasks of several reports share during one command."""

    def __init__(self, place: Place) -> None:
        check_cache(place.cache)
        self.place = place
        self.store = Store(place.cache)
        self.stats = self.store.stat_cache()
        self.keys = Keys(self.stats)

    def facts(self, plan: Plan, task: Task, inputs: Mapping[str, str]) -> dict[str, Any]:
        """Everything that reaches a task's bytes; a page also states the libraries used."""
        if task.stage != "page":
            return self.keys.facts(task, inputs)
        params = {**task.params, "provenance": self.provenance(plan)}
        return self.keys.facts(replace(task, params=params), inputs)

    def provenance(self, plan: Plan) -> dict[str, Any]:
        """How a report was made, without its models: versions, libraries, seed."""
        libraries: set[str] = set()
        for task in plan.tasks.values():
            libraries.update(self.keys.code.of(task.modules, task.folders).libraries)
        versions = self.keys.cache.versions(libraries)
        return {"reportgen": __version__, "seed": plan.spec.seed,
                "libraries": {name: v for name, v in versions.items() if v}}  # fmt: skip


def recorded(plan: Plan, task: Task, manifest: JsonObject) -> JsonObject | None:
    """What a manifest holds of a task; None where that is not all that the other tasks need."""
    found: JsonObject | None = manifest["tasks"].get(task.key)
    if found is None:
        return None
    if task.stage == "page":
        return found if found["outputs"] == manifest["files"] else None
    return found if plan.needed[task.key] <= found["outputs"].keys() else None


def changed_files(folder: Path, files: Mapping[str, str], session: Session) -> Iterator[Reason]:
    """A reason for each published file that is missing or was edited."""
    if os.path.lexists(folder / STAGE):
        yield Reason("interrupted while it was written")
    for name, digest in files.items():
        try:
            if session.stats.of_file(folder / name) != digest:
                yield Reason("output edited", name)
        except OSError:
            yield Reason("output missing", name)

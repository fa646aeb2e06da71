"""Keys of tasks, and the reasons why a task is stale.

A task's key covers everything that reaches its bytes (see `Keys.facts`). A task is fresh when the
manifest holds the same key; it waits while a task that it needs is stale.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reportgen import catalog
from reportgen.code import PACKAGE, CodeDigests
from reportgen.codec import encode
from reportgen.digest import StatCache, of_input, of_value
from reportgen.plan import Task

State = Literal["fresh", "stale", "waits", "failed"]


@dataclass(frozen=True)
class Reason:
    """Why a task is stale: a code for programs and a detail for readers."""

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@dataclass(frozen=True)
class Status:
    """The state of a task and the reasons for it."""

    task: Task
    state: State
    reasons: tuple[Reason, ...] = ()


class Keys:
    """Facts of tasks, from the digests of their inputs, files and code."""

    def __init__(self, cache: StatCache) -> None:
        self.cache = cache
        self.code = CodeDigests(cache, catalog.packages())

    def facts(self, task: Task, inputs: Mapping[str, str]) -> dict[str, Any]:
        """Everything that reaches a task's bytes.

        Args:
            task: the task.
            inputs: digest of each of the task's inputs, by the input's name.

        Returns:
            The task's parameters, the digests of its code, inputs and files, and the versions of
            the libraries that its code imports.
        """
        code = self.code.of(task.modules, task.folders)
        libraries = [*code.libraries, *(["keras"] if "tensorflow" in code.libraries else [])]
        files = {name: of_input(path, self.cache) for name, path in sorted(task.files.items())}
        return {
            "code": code.digest,
            "params": encode(task.params),
            "inputs": dict(sorted(inputs.items())),
            "libraries": self.cache.versions(libraries),
            "files": files,
        }

    def sources(self, task: Task) -> dict[str, str]:
        """Digests of the text of the modules that a task imports, reportgen's own left out."""
        reached = self.code.reached(task.modules, task.folders)
        own = str(PACKAGE) + os.sep
        return {name: self.code.shas[f] for name, f in reached.items() if not f.startswith(own)}

    def renew(self, task: Task) -> None:
        """Look anew at all that a task reads."""
        for path in task.files.values():
            self.cache.forget(path)
        self.code = CodeDigests(self.cache, catalog.packages())


def key_of(task: Task, facts: Mapping[str, Any]) -> str:
    """The digest that names a task's outputs in the cache."""
    return of_value({"stage": task.stage, **facts})


_WORDS = {"code": "code changed", "params": "parameter changed", "inputs": "input changed",
          "libraries": "library changed", "files": "file changed"}  # fmt: skip


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> tuple[Reason, ...]:
    """The reasons why the facts `new` of a task differ from the recorded facts `old`."""
    if old is None:
        return (Reason("never built"),)
    try:
        return tuple(
            Reason(word, "" if name == "code" else ", ".join(_changes(old[name], new[name])))
            for name, word in _WORDS.items()
            if old[name] != new[name]
        )
    except RecursionError:  # Of a damaged manifest, whose values are nested without end.
        return (Reason("never built"),)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name, "absent"), new.get(name, "absent")
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changes(before, after, f"{prefix}{name}.")
        elif len(str(before)) + len(str(after)) < 40:
            yield f"{prefix}{name} {before} → {after}"
        else:
            yield f"{prefix}{name}"

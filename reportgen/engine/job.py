"""A task as the worker receives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reportgen.store import Output
from reportgen.types import Params

Progress = Callable[[int, int, str], None]
"""Called with (done, total, text) while a long task runs."""


@dataclass(frozen=True)
class Job:
    """A task with its inputs.

    Attributes:
        stage: the task's stage, a key of `reportgen.engine.STAGES`.
        modules: the task's modules; the last one belongs to the figure kind, rule or model.
        params: the task's parameters.
        inputs: outputs of earlier tasks, by the names that the task gives them.
        base: the spec's folder, to which its paths are relative; never part of a digest.
        cache: the cache folder.
        checks: (layer, line of the spec) that figures will ask the model for.
        lines: the line of the spec that sets each input of a model; see `Task.lines`.
        files: digests of the files and folders that the key was made of, by absolute path.
        sources: digests of the text of the user's and other packages' modules, by name.
        trust: whether code in model files may run. It decides whether a file is loaded, never the
            task's result, so it is not part of a key.
    """

    stage: str
    modules: tuple[str, ...]
    params: Params
    inputs: Mapping[str, Output] = field(default_factory=dict)
    base: str = "."
    cache: str = ".reportgen"
    checks: tuple[tuple[str, int | None], ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    trust: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

"""Runs one stale task at a time, in a worker process of its own.

`client.Worker` is the light side that a build talks to; `worker` runs in the process. Each stage
has a module here with `run(job, store, progress) -> outputs`. This file imports none of them, so
that a stage's key covers the code of that stage and no other.

The stages `train` and `model` are apart, so that a change of how models are scored or described
retrains none; figures take their model through `checkpoint`, which trains nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.plan import Stage

STAGES: dict[Stage, str] = {
    "dataset": "reportgen.engine.dataset",
    "train": "reportgen.engine.train",
    "model": "reportgen.engine.model",
    "compute": "reportgen.engine.compute",
    "draw": "reportgen.engine.draw",
    "note": "reportgen.engine.note",
}
"""The module that runs each stage."""

INPUTS: dict[str, str] = {
    "model": "reportgen.engine.checkpoint",
    "dataset": "reportgen.engine.dataset",
}
"""The module with which a figure's computation obtains an input that is more than stored values,
by the input's name: with `obtain(output, job, store)`. It is imported by this name alone, so that
figures about data depend on no code of models."""

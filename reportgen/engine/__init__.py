"""Runs stale tasks one at a time, in a separate worker process.

`client.Worker` is the light side that a build calls; `worker` runs in the process. Each stage has a
module in this package with `run(job, store, progress) -> outputs`. This file imports none of them,
so that a stage's key covers the code of that stage only.

The stages `train` and `model` are separate, so that new code for scoring or describing models
retrains none. Figures load their model through `checkpoint`, which trains nothing.
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
"""The module that loads an input of a figure, by the input's name, for inputs that are more than
stored values. Its function is `obtain(output, job, store)`. Callers import the module by this name
only, so that figures about data depend on no code of models."""

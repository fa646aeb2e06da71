"""Runs one stale task at a time, in a worker process of its own.

`client.Worker` is the light side that a build talks to; `reportgen.engine.__main__` is the
process. Each stage has a module here with `run(job, store, progress) -> outputs`. This file
imports none of them, so that a stage's key covers the code of that stage and no other.
"""

from reportgen.plan import Stage

STAGES: dict[Stage, str] = {
    "dataset": "reportgen.engine.dataset",
    "train": "reportgen.engine.train",
    "compute": "reportgen.engine.compute",
    "draw": "reportgen.engine.draw",
    "note": "reportgen.engine.note",
}
"""The module that runs each stage."""

INPUTS: dict[str, str] = {}
"""The module with which a stage obtains an input that is more than stored values, by its name."""

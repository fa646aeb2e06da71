"""Runs one stale task at a time, in a worker process of its own.

`client.Worker` is the light side that a build talks to; `reportgen.engine.__main__` is the
process. The module that runs a task is the first of the task's modules, with
`run(job, store, progress) -> outputs`. This file imports none of them, so that a task's key covers
the code of its own stage and no other.

The stages `train` and `model` are apart, so that a change of how models are scored or described
retrains none; figures take their model through `checkpoint`, which trains nothing.
"""

STAGES = {
    stage: f"{__name__}.{stage}"
    for stage in ("dataset", "train", "model", "compute", "compute_model", "draw", "note")
}
"""The module that runs the tasks of each stage; `compute_model` those of `compute` that read a
model."""

"""Runs one stale task at a time, in a worker process of its own.

`client.Worker` is the light side that a build talks to; `worker` runs in the process. Each stage
has a module here with `run(job, store, progress) -> outputs`. This file imports none of them, so
that a stage's key covers the code of that stage and no other.
"""

"""How the worker's process tells what went wrong with a job."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
import tensorflow as tf

from reportgen.engine import __main__ as worker
from reportgen.engine.job import Job


@pytest.mark.parametrize("error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "")])
def test_memory_that_runs_out_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "_stage", lambda _: SimpleNamespace(run=run))
    event = worker._serve(Job("draw", (), {}), io.StringIO())
    assert event["event"] == "failed"
    (problem,) = event["problems"]
    assert problem["message"] == "memory ran out"
    assert problem["hint"] == "show fewer samples or layers"

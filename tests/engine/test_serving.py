"""How the worker's process tells what went wrong with a job."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import tensorflow as tf

from reportgen.codec import encode
from reportgen.engine import worker
from reportgen.engine.job import Job
from reportgen.errors import ReportgenError, UserError


@pytest.mark.parametrize("error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "")])
def test_memory_that_runs_out_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "_stage", lambda _: SimpleNamespace(run=run))
    with pytest.raises(ReportgenError) as caught:
        worker.handler()(encode(Job("draw", (), {})), lambda _: None)
    assert not isinstance(caught.value, UserError)
    (problem,) = caught.value.problems
    assert problem.message == "memory ran out while drawing this figure"
    assert problem.hint == "show fewer samples or layers, or smaller images"

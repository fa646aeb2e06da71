from __future__ import annotations

import subprocess
import sys

import pytest

from reportgen.engine.client import Worker
from reportgen.engine.job import Job

ANSWERING = """
import sys
for line in sys.stdin:
    print('{"event": "done", "outputs": {}}', flush=True)
"""


def test_what_can_be_done_meanwhile_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    worker = Worker(meanwhile=lambda: done.append("idle"))
    process = subprocess.Popen(
        [sys.executable, "-c", ANSWERING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    monkeypatch.setattr(worker, "_process", process)
    with worker:
        assert not done
        for _ in range(2):
            assert worker.run(Job("draw", (), {}), lambda *_: None) == {}
    assert done == ["idle"]
    assert process.returncode is not None

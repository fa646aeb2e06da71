from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.client import Worker
from reportgen.engine.job import Job

ANSWERING = """
import sys
for line in sys.stdin:
    print('{"answer": {}}', flush=True)
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


def test_what_a_worker_was_using_is_gone_when_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    leaving = "import sys, tempfile; tempfile.mkdtemp(); print('{', flush=True); sys.stdin.read()"
    popen = subprocess.Popen

    def started(_: object, **how: Any) -> subprocess.Popen[str]:
        return popen([sys.executable, "-c", leaving], **how)

    monkeypatch.setattr(subprocess, "Popen", started)
    with Worker() as worker:
        with pytest.raises(ValueError, match="property name"):
            worker.run(Job("draw", (), {}), lambda *_: None)
        assert len(list(tmp_path.glob("reportgen-*/*"))) == 1
    assert not list(tmp_path.iterdir())

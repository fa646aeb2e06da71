"""Model files are read in a process of its own first; what passed is remembered, by content."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.trust import trial, vetting
from reportgen.models.trust.inspection import inspect

Load = Callable[..., models.Loaded]


def test_success_is_remembered_by_content(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine.keras")
    asked: list[object] = []
    monkeypatch.setattr(vetting, "_ask", lambda *given: asked.append(given) or "")
    for _ in range(2):
        # As if each were in a process of its own.
        monkeypatch.setattr(vetting, "_passed", set())
        load("mine.keras", cache=tmp_path / "cache")
    assert len(asked) == 1
    small.layers[-1].bias.assign([1.0, 2.0, 3.0])
    small.save(tmp_path / "mine.keras")
    load("mine.keras", cache=tmp_path / "cache")
    assert len(asked) == 2


def test_a_process_remembers_what_passed_and_looks_again_at_other_content(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine.keras")
    looked: list[object] = []
    monkeypatch.setattr(vetting, "_passed", set())
    monkeypatch.setattr(vetting, "_examine", lambda *given: looked.append(given))
    for _ in range(2):
        load("mine.keras")
    assert len(looked) == 1
    load("mine.keras", trusted=True)
    assert len(looked) == 2
    small.layers[-1].bias.assign([1.0, 2.0, 3.0])
    small.save(tmp_path / "mine.keras")
    load("mine.keras")
    assert len(looked) == 3


def test_a_note_in_the_cache_does_not_skip_the_inspection(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hands over a folder with a model file may hand over a cache folder too."""
    monkeypatch.setattr(vetting.Store, "passed", lambda *_: True)
    monkeypatch.setattr(vetting, "_passed", set())
    small.add(keras.layers.Lambda(lambda x: x))
    small.save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match="Lambda"):
        load("mine.keras", cache=tmp_path / "cache")


def test_a_file_is_vetted_ahead_and_what_is_wrong_is_told_when_it_is_loaded(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    monkeypatch.setattr(vetting, "_passed", set())
    monkeypatch.setattr(vetting, "_examine", lambda *given: looked.append(given))
    small.save(tmp_path / "mine.keras")
    given = {"base": tmp_path, "params": {}, "trusted": False, "cache": None}
    with models.ahead("mine.keras", **given):
        load("mine.keras")
    assert len(looked) == 1
    assert not vetting._pending
    (tmp_path / "other.keras").write_bytes(b"no archive")
    monkeypatch.undo()
    with (
        models.ahead("other.keras", **given),
        pytest.raises(UserError, match=r"other\.keras is refused"),
    ):
        load("other.keras")
    with models.ahead("other.keras", **given):
        pass
    with models.ahead("zoo:base", **given):
        assert not vetting._pending


def test_refusal_is_not_remembered(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine.keras")
    monkeypatch.setattr(vetting, "_ask", lambda *_: "reading it tries to knit")
    for _ in range(2):
        with pytest.raises(UserError, match=r"mine\.keras is refused: reading it tries to knit"):
            load("mine.keras", cache=tmp_path / "cache")


def test_what_the_inspection_cannot_see_stops_at_the_trials_limit(
    tmp_path: Path, small: Any, load: Load
) -> None:
    """A flattened input of 2 ** 27 values makes a dense layer of 8 GB; the file says none of it."""
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "m",
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [None, 2**27], "name": "i"}},
                {"class_name": "Dense", "config": {"name": "big", "units": 32}},
            ],
        },
    }
    small.save(tmp_path / "good.keras")
    with (
        zipfile.ZipFile(tmp_path / "good.keras") as good,
        zipfile.ZipFile(tmp_path / "big.keras", "w") as bad,
    ):
        for name in good.namelist():
            data = json.dumps({**config, "module": "keras"}) if name == "config.json" else None
            bad.writestr(name, data or good.read(name))
    inspect(tmp_path / "big.keras")
    with pytest.raises(UserError, match=r"big\.keras (is refused|is not a model)"):
        load("big.keras")


def test_a_trial_without_an_answer_is_a_refusal(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine.keras")
    monkeypatch.setattr(vetting, "SECONDS", 0.01)
    monkeypatch.setattr(vetting, "_passed", set())
    with pytest.raises(UserError, match="reading it takes more than"):
        load("mine.keras")


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda: os.system("true"), "start another program"),
        (lambda: subprocess.run(["true"], check=False), "start another program"),
        (lambda: socket.getaddrinfo("localhost", 1), "connect to the network"),
        (lambda: Path("/nowhere/x").write_text("x"), "write a file"),
        (lambda: Path("/nowhere/x").unlink(), "change files"),
    ],
)
def test_the_watch_stops_what_no_model_needs(
    deed: Callable[[], object], said: str, tmp_path: Path
) -> None:
    """In a process of its own, as an audit hook cannot be taken away."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        watch = trial.Watch(tmp_path)
        watch.on = True
        sys.addaudithook(watch.hook)
        try:
            deed()
        except PermissionError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        assert answer.read() == f"a model file may not {said}"


def test_the_original_may_change_after_it_was_copied(
    load: Load, tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine.keras")

    def swapped(*_: object) -> None:
        (tmp_path / "mine.keras").write_bytes(b"evil")

    monkeypatch.setattr(vetting, "_examine", swapped)
    images = np.random.default_rng(0).random((2, 6, 6, 1), np.float32)
    np.testing.assert_array_equal(load("mine.keras").model(images), small(images))

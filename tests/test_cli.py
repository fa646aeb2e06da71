"""The commands as a person uses them: what they print, their exit status, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SHORT = "title: T\nmodel: zoo:variation1\ndataset: {source: line, per_class: 10}\n"
TRAINING = "training: {epochs: 1}\n"
GOOD = SHORT + TRAINING + "figures: [summary]\ninferences: false\n"


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        capture_output=True, text=True, cwd=folder, env={**os.environ, **environment},
        timeout=280,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def write(folder: Path, text: str, name: str = "x.yaml") -> Path:
    path = folder / "specs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    write(folder, GOOD)
    done = run(folder, "build")
    assert done.returncode == 0, done.stderr
    assert "site/x/index.html" in done.stdout
    return folder


def test_new_check_list_and_schema(tmp_path: Path) -> None:
    assert run(tmp_path, "new", "first").returncode == 0
    assert (tmp_path / "specs" / "spec.schema.json").is_file()
    done = run(tmp_path, "check")
    assert (done.returncode, done.stdout) == (0, "1 spec without problems\n")
    again = run(tmp_path, "new", "first")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    for bad in ("../evil", "a/b", "Ä"):
        assert run(tmp_path, "new", bad).returncode == 2
    assert "grad_cam" in run(tmp_path, "list", "figures").stdout
    assert "zoo:base" in run(tmp_path, "list").stdout
    assert '"$schema"' in run(tmp_path, "schema").stdout


def test_no_spec_at_all(tmp_path: Path) -> None:
    done = run(tmp_path, "build")
    assert done.returncode == 2
    assert "there is no spec in specs/" in done.stderr
    assert "reportgen new NAME" in done.stderr


def test_status_tells_fresh_from_stale(built: Path) -> None:
    assert run(built, "status").returncode == 0
    path = write(built, GOOD.replace("title: T", "title: U"))
    done = run(built, "status")
    write(built, GOOD)
    assert done.returncode == 1
    assert "stale  x/page (parameter changed: title T → U)" in done.stdout
    assert path.is_file()


def test_problems_of_all_specs_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "titel: T\nmodel: zoo:bas\nfigures: [sumary]\n", "one.yaml")
    write(tmp_path, GOOD.replace("seed", "sed") + "authers: [x]\n", "two.yaml")
    done = run(tmp_path, "check")
    assert done.returncode == 2
    assert "specs/one.yaml:1:" in done.stderr
    assert "did you mean 'title'?" in done.stderr
    assert "specs/one.yaml:2:" in done.stderr
    assert "specs/two.yaml:7:" in done.stderr


def test_check_tells_what_figures_ask_in_vain(tmp_path: Path) -> None:
    spec = "model: small.keras\ndataset: mnist\nfigures:\n  - grad_cam:\n      layer: conv2d_9\n"
    path = write(tmp_path, spec + "      samples: [12000]\n")
    make_model(path.parent / "small.keras")
    done = run(tmp_path, "check")
    assert done.returncode == 2
    assert "specs/x.yaml:5: no layer to show here is called 'conv2d_9'" in done.stderr
    assert "specs/x.yaml:6: test image indices must lie in 0..9999, got 12000" in done.stderr


BROKEN = {
    "unknown key": (GOOD + "colour: red\n", "x.yaml:7:"),
    "wrong type": (GOOD.replace("epochs: 1", "epochs: many"), "must be a whole number from 1 to"),
    "unknown layer": (
        SHORT + TRAINING + "figures:\n  - kernels: {layers: [conv2d_9]}\n",
        "conv2d_1, conv2d_2",
    ),
    "unknown dataset": (GOOD.replace("source: line", "source: lines"), "did you mean 'line'?"),
    "missing model file": (GOOD.replace("zoo:variation1", "gone.keras"), "gone.keras"),
    "not a model": ("title: T\nmodel: fake.keras\nfigures: [summary]\n", "fake.keras"),
    "image shape that does not fit": (
        "title: T\nmodel: small.keras\ndataset: {source: line, per_class: 10}\n"
        "figures: [feature_maps]\n",
        "28",
    ),
    "empty figure list": (SHORT + "figures: []\n", "at least 1"),
    "two sections with one id": (
        SHORT + "sections:\n  - {id: a, title: A, figures: [summary]}\n"
        "  - {id: a, title: B, figures: [summary]}\n",
        "'a'",
    ),
    "YAML that is not YAML": ("title: [T\n", "not YAML"),
    "ten megabytes of aliases": ("a: &a [x]\nb: [" + "*a," * 3_500_000 + "]\n", "1 MB"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_told_and_the_earlier_report_stays(name: str, built: Path) -> None:
    text, expected = BROKEN[name]
    page = built / "site" / "x" / "index.html"
    before = page.read_bytes()
    (built / "specs" / "fake.keras").write_text("not a model")
    if "small.keras" in text:
        make_model(built / "specs" / "small.keras")
    write(built, text)
    done = run(built, "build")
    write(built, GOOD)
    assert done.returncode == 2, done.stderr
    assert expected in done.stderr
    assert "x.yaml" in done.stderr
    assert page.read_bytes() == before
    assert run(built, "status").returncode == 0


def test_a_mistake_in_one_spec_stops_no_other(tmp_path: Path) -> None:
    """All problems are told first; sound specs are built; the page of a broken one stays."""
    write(tmp_path, GOOD, "late.yaml")
    assert run(tmp_path, "build").returncode == 0
    page = tmp_path / "site" / "late" / "index.html"
    before = page.read_bytes()
    write(tmp_path, GOOD.replace("zoo:variation1", "gone.keras"), "late.yaml")
    write(tmp_path, GOOD.replace("[summary]", "[samples: {samples: [99999]}]"), "data.yaml")
    write(tmp_path, GOOD + "colour: red\n", "key.yaml")
    write(tmp_path, GOOD)
    for command, word in (("build", "built"), ("status", "examined")):
        done = run(tmp_path, command)
        assert done.returncode == 2, done.stderr
        assert "specs/late.yaml:2: there is no model file specs/gone.keras" in done.stderr
        assert "specs/data.yaml:5: test image indices must lie in 0..191" in done.stderr
        assert "specs/key.yaml:7: a spec has no key 'colour'" in done.stderr
        last = done.stderr.splitlines()[-1]
        left = "specs/data.yaml, specs/key.yaml, specs/late.yaml"
        assert last == f"3 of 4 specs not {word}, because of the problems above: {left}"
    assert (tmp_path / "site" / "x" / "index.html").is_file()
    assert page.read_bytes() == before
    assert "tasks are fresh" in run(tmp_path, "status").stdout


def make_model(path: Path) -> None:
    import keras

    if not path.exists():
        layers = keras.layers
        model = keras.Sequential(
            [keras.Input((16, 16, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(96)]
        )
        model.save(path)


def test_data_that_cannot_be_had_is_one_sentence_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("{source: line, per_class: 10}", "mnist").replace(
        "zoo:variation1", "zoo:base"))  # fmt: skip
    empty = tmp_path / "keras"
    empty.mkdir()
    # A proxy that nobody listens on stands for a machine without a network.
    proxy = "http://127.0.0.1:9"
    done = run(tmp_path, "build", KERAS_HOME=str(empty), https_proxy=proxy, http_proxy=proxy)
    assert done.returncode == 2
    assert "mnist" in done.stderr.lower()
    assert len(done.stderr.strip().splitlines()) <= 4


def test_ctrl_c_ends_the_build_and_keeps_what_was_done(built: Path, tmp_path: Path) -> None:
    spec = write(tmp_path, GOOD)
    out = ["--out", str(built / "site")]
    before = (built / "site" / "x" / "index.html").read_bytes()
    spec.write_text(GOOD.replace("epochs: 1", "epochs: 5000"))
    # A shell's background jobs ignore Ctrl-C, and what they start inherits that.
    held = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "reportgen", "build", "specs/x.yaml", *out],
            cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, held)
    assert process.stderr is not None
    for line in process.stderr:
        if "epoch" in line:
            break
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in rest
    assert (built / "site" / "x" / "index.html").read_bytes() == before

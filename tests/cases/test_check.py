"""`check` finds what `build` would refuse; `status` of reports that were never built."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from reportgen import checking
from reportgen.engine.job import Job
from reportgen.engine.worker import _failure
from reportgen.errors import SystemRefusal, UserError, refused
from reportgen.models.sketches import Sketches
from reportgen.spec.loading import load_text


@pytest.fixture(scope="module")
def sketches() -> Iterator[Sketches]:
    with Sketches() as found:
        yield found


def problems(folder: Path, text: str, sketches: Sketches) -> list[str]:
    """What `check` says of a spec, without the file's name."""
    file = folder / "a.yaml"
    try:
        found = checking.problems_of(checking.load_text(text, file), sketches)
    except UserError as error:
        found = list(error.problems)
    assert all(problem.hint for problem in found)
    return [str(problem).removeprefix(f"{file}:") for problem in found]


def spec_problems(text: str) -> list[str]:
    """What reading a spec finds; every problem says what to do."""
    with pytest.raises(UserError) as caught:
        load_text(text, "a.yaml")
    assert all(problem.hint for problem in caught.value.problems)
    return [str(problem).removeprefix("a.yaml:") for problem in caught.value.problems]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        capture_output=True, cwd=folder, timeout=120, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("model: zoo:base\nfigures: [{kernels: {layers: [conv2d1]}}]",
     r"2: no layer to show here is called 'conv2d1' .*; did you mean 'conv2d_2'\?"),
    ("model: zoo:base\nfigures: [{kernels: {layers: [dense_3]}}]",
     "2: 'kernels' takes convolutions, and layer 'dense_3' is a Dense"),
    ("model: zoo:base\nfigures: [{feature_maps: {layers: [conv2d_2], channels: [31, 32]}}]",
     r"2: 'channels' must lie in 0\.\.31, got 32"),
    ("model: {source: zoo:vgg8, head: arcface}\nfigures: [{kernels: {layers: [conv9]}}]",
     "2: no layer to show here is called 'conv9'"),
    ("model: {source: application:MobileNetV2, weights: null}\n"
     "figures: [{grad_cam: {layer: Conv_2}}]", "2: .*'Conv_2'.*did you mean 'Conv_1'"),
    ("model: zoo:variation1\ndataset: mnist",
     "1: the model answers length, width, color, angle, but the dataset labels class only"),
    ("model: zoo:base\ndataset: {source: mnist, size: 3}",
     r"1: images of shape \(3, 3, 1\) do not fit the model zoo:base"),
    ("model: application:VGG16\ndataset: {source: mnist, color: rgb}\nfigures: [summary]",
     r"1: the model 'application:VGG16' expects images of shape \(224, 224, 3\)"),
])  # fmt: skip
def test_check_looks_into_networks_of_the_zoo_and_of_keras(
    tmp_path: Path, sketches: Sketches, text: str, said: str
) -> None:
    """A layer that a network lacks, and images that it cannot take, passed `check`."""
    found = problems(tmp_path, text + "\n", sketches)
    assert len(found) == 1
    assert re.match(said, found[0])


@pytest.mark.parametrize("text", [
    "model: zoo:base\ndataset: mnist\nfigures: [{kernels: {layers: [conv2d_2]}}]",
    "model: zoo:variation1\ndataset: line\nfigures: [{grad_cam: {layer: conv2d_1}}]",
    "model: zoo:base\ndataset: {source: 'python:mine:data'}\n"
    "figures: [{deconvnet: {layer: dense_4, filters: [500]}}]",
    "model: python:mine:net\nfigures: [{kernels: {layers: [whatever]}}]",
])  # fmt: skip
def test_check_says_nothing_of_what_only_the_build_knows(
    tmp_path: Path, sketches: Sketches, text: str
) -> None:
    """How many classes a function's data have is unknown, and its code is never run."""
    code = "raise SystemExit(3)\ndef net(input_shape, targets): ...\ndef data(): ...\n"
    (tmp_path / "mine.py").write_text(code)
    assert problems(tmp_path, text + "\n", sketches) == []


@pytest.mark.parametrize("named", [False, True])
def test_each_of_several_outputs_is_compared(
    tmp_path: Path, sketches: Sketches, named: bool
) -> None:
    """Only a model's single output was compared with the labels that it answers."""
    layers = keras.layers
    images = keras.Input((28, 28, 3))
    flat = layers.Flatten()(layers.Conv2D(2, 3)(images))
    lines = {"color": 2, "angle": 11, "other": 5}
    outputs = {
        name: layers.Dense(units, activation="softmax", name=f"{name}_of" if named else name)(flat)
        for name, units in lines.items()
    }
    model = keras.Model(images, outputs if named else list(outputs.values()))
    for suffix in ("keras", "h5"):
        model.save(tmp_path / f"m.{suffix}")
    found = problems(tmp_path, "model: m.keras\ndataset: line\nfigures: [summary]\n", sketches)
    assert len(found) == 1
    said = "1: output 'angle' of the model should have 12 units, one for each class of 'angle'"
    assert found[0].startswith(said)
    # The legacy format does not say what the inputs of a Dense layer are.
    assert problems(tmp_path, "model: m.h5\ndataset: line\nfigures: [summary]\n", sketches) == []


LINKS = {
    "../b": True, "../b/": True, "../b/index.html": True, "../b/report.md#kernels-1": True,
    "../": True, "../index.html": True, "report.json": True, "figures/kernels-1.png": True,
    "../../elsewhere": True, "https://x.org/y": True, "mailto:a@b.org": True, "//x.org": True,
    "../c/index.html": False, "../c": False, "../b/photo.png": False, "photo.png": False,
}  # fmt: skip


@pytest.mark.parametrize(("link", "good"), LINKS.items())
def test_links_to_other_reports_lead_somewhere(
    tmp_path: Path, sketches: Sketches, link: str, good: bool
) -> None:
    """Only links within the page were looked at."""
    (tmp_path / "b.yaml").write_text("model: zoo:base\n")
    text = f'model: zoo:base\nsections:\n- title: A\n  text: "See [b]({link}), not `[c](x.png)`."\n'
    found = problems(tmp_path, text, sketches)
    if good:
        assert found == []
    else:
        assert [one.partition(",")[0] for one in found] == [f"4: the text links to '{link}'"]


def test_two_keys_for_models_are_one_problem() -> None:
    """'model' beside 'models' gave a problem for every figure as well."""
    text = (
        "model: zoo:base\ndataset: mnist\nmodels: {x: zoo:deep}\n"
        "figures: [summary, kernels, {kernels: {model: base}}, {kernels: {model: y}}]\n"
    )
    (found,) = spec_problems(text)
    assert found.startswith("3: a spec has 'model' or 'models', not both; move 'model' into")


@pytest.mark.parametrize(("source", "remedy"), [
    ("5", "write for example: zoo:base"), ("true", "write for example: zoo:base"),
    ("net.pt", "reads Keras models, not PyTorch files"), ("net.onnx", "not ONNX files"),
    ("net.tflite", "not TensorFlow Lite files"), ("net.PTH", "not PyTorch files"),
    ("net.json", "not a configuration without weights"), ("net.safetensors", "not safetensors"),
    ("https://x.org/a.keras", "download it first"), ("hf://a/b.keras", "download it first"),
    ("s3://b/m.h5", "download it first"), ("net.H5", r"in small letters: net\.h5"),
    ("net.doc", r"save the model with model\.save"), ("zooo:base", "did you mean 'zoo:…'"),
    ("abc:base", "write for example: zoo:base"),
])  # fmt: skip
def test_what_is_no_model_says_what_to_do(source: str, remedy: str) -> None:
    """A number, files of other libraries and addresses were refused without a word on the way."""
    (found,) = spec_problems(f"model: {source}\n")
    assert re.search(remedy, found)


@pytest.mark.parametrize(("line", "remedy"), [
    ("seed: -1", "write 0 or more"), ("seed: 99999999999", "write 4294967295 or less"),
    ("seed: 1.5", "write a whole number, such as 2"), ("seed: '3'", "remove the quotes"),
    ("seed: x", "write a whole number from 0"), ("seed: .nan", "write a whole number from 0"),
    ("training: {epochs: 0}\ndataset: mnist", "write 1 or more"),
    ("figures: [{samples: {samples: 0}}]", "write 1 or more"),
    ("figures: [{samples: {samples: many}}]", r"write for example: 3, or \[0, 7\]"),
    ("figures: []", "name more of them"), ("inferences: color_filters", r"write \[color_filters\]"),
    ("inferences: {}", "write true"), ("title: ' '", "write some text"),
    ("figures: [{summary: {id: A B}}]", "use these characters only"),
])  # fmt: skip
def test_values_out_of_range_say_what_to_write(line: str, remedy: str) -> None:
    """A number beyond its range was refused without a hint."""
    found = spec_problems(f"model: zoo:base\n{line}\n")
    assert re.search(remedy, found[0])


@pytest.mark.parametrize(("number", "remedy"), [
    (errno.EMFILE, "limit of open files"), (errno.ENFILE, "limit of open files"),
    (errno.ENOSPC, "free some space"), (errno.EDQUOT, "free some space"),
    (errno.EIO, "check the disk"), (errno.EAGAIN, "limits of processes"),
    (errno.EFBIG, "ulimit -f"), (errno.EACCES, "the right to read and write"),
    (errno.ENOENT, "another program"), (errno.ELOOP, "symbolic links"),
    (errno.ENAMETOOLONG, "shorter"), (errno.ESTALE, "network folder"),
])  # fmt: skip
def test_errors_of_the_system_name_their_own_remedy(number: int, remedy: str) -> None:
    """Too many open files, and whatever else was no full disk, advised to check the disk."""
    problem = refused(OSError(number, os.strerror(number), "site/a/report.md"))
    assert remedy in problem.hint
    assert ("check the disk" in problem.hint) is (number == errno.EIO)


def test_limits_of_the_system_are_no_defect_of_a_figure() -> None:
    """A worker without open files or processes left blamed the figure that it drew."""
    for number in (errno.EMFILE, errno.EAGAIN, errno.EFBIG):
        error = OSError(number, os.strerror(number))
        assert isinstance(_failure(error, Job("draw", (), {})), SystemRefusal)


def test_a_report_that_was_never_built_has_one_line(tmp_path: Path) -> None:
    """`status` printed a line for each of the tasks that wait for the first."""
    (tmp_path / "specs").mkdir()
    for name in ("one", "two"):
        text = "model: zoo:variation1\nfigures: [summary, kernels]\n"
        (tmp_path / "specs" / f"{name}.yaml").write_text(text)
    (tmp_path / "site" / "two").mkdir(parents=True)
    (tmp_path / "site" / "two" / "report.md").write_text("mine")
    done = run(tmp_path, "status")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert len(lines) == 4
    assert re.fullmatch(r"stale  one \(never built: \d+ tasks\)", lines[0])
    assert "report.md exists and was not made by reportgen" in lines[1]
    done = run(tmp_path, "status", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["fresh"], found["total"]) == (0, len(found["tasks"]))
    assert f"0 of {found['total']} tasks are fresh" == lines[-1]
    states = {task["task"]: task["state"] for task in found["tasks"]}
    assert (states["one/variation1/model"], states["one/page"]) == ("stale", "waits")
    assert found["not_examined"] == []


def test_a_name_like_no_spec_gets_the_names_of_all(tmp_path: Path) -> None:
    """`build e3` in a project of e1 and e2 advised to write a new spec."""
    (tmp_path / "specs").mkdir()
    for name in ("e1", "e2"):
        (tmp_path / "specs" / f"{name}.yaml").write_text("model: zoo:base\n")
    done = run(tmp_path, "check", "e3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "e3: there is no such file\n       choose from: e1, e2\n" in done.stderr


def test_a_failing_function_says_where_to_correct_it(tmp_path: Path) -> None:
    """Errors in a user's code and a full output came without a word on what to do."""
    (tmp_path / "mine.py").write_text("def net(input_shape, targets):\n    return 1 / 0\n")
    (tmp_path / "a.yaml").write_text("model: python:mine:net\nfigures: [summary]\n")
    done = run(tmp_path, "build", "a.yaml", "--out", "pages")
    assert done.returncode == 2
    assert "mine.py:2: " in done.stderr
    assert "       correct it there\n" in done.stderr

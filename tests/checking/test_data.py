"""Test images and classes that figures ask for in vain, known without loading any data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reportgen import catalog, datasets
from reportgen.checking.figures import PUBLISHED, data_problems, known_data
from reportgen.errors import UserError
from reportgen.network.samples import pick
from reportgen.spec.loading import load_text

LINE = "model: zoo:base\ndataset: {source: line, per_class: 12}\nfigures:\n  - "
MNIST = "model: zoo:base\ndataset: mnist\nfigures:\n  - "
FASHION = "model: zoo:base\ndataset: fashion_mnist\nfigures:\n  - "
NPZ = "model: zoo:base\ndataset: {source: npz, path: x.npz, classes: [cat, dog]}\nfigures:\n  - "


def told(text: str, folder: Path = Path()) -> list[str]:
    return [str(problem) for problem in data_problems(load_text(text, folder / "x.yaml"))]


WRONG = {
    "an index of MNIST": (
        MNIST + "grad_cam: {samples: [1, 12000, 10000]}\n",
        "x.yaml:4: test image indices must lie in 0..9999, got 12000, 10000; "
        "dataset 'mnist' has no more test images",
    ),
    "an index of less of MNIST": (
        MNIST.replace("mnist", "{source: mnist, test: 20}") + "samples: {samples: [20]}\n",
        "must lie in 0..19, got 20",
    ),
    "a count of lines": (
        LINE + "feature_maps:\n      layers: all\n      samples: 193\n",
        "x.yaml:6: samples must lie in 1..192, got 193",
    ),
    "a class to explain": (
        FASHION + "grad_cam: {target: Boot}\n",
        "x.yaml:4: the dataset has no class 'Boot' to explain; choose from: T-shirt/top, ",
    ),
    "a class misspelt": (FASHION + "saliency: {target: Shiirt}\n", "did you mean 'Shirt'?"),
    "a class of lines": (LINE + "occlusion: {target: green}\n", "use a class's name or index"),
    "a number beyond the classes": (MNIST + "grad_cam: {target: '10'}\n", "no class '10'"),
    "a class to excite": (
        FASHION + "activation_maximization: {objective: class, targets: [Coat, '3 + Boots']}\n",
        "no class 'Boots' to explain",
    ),
    "a class to show": (
        FASHION + "samples: {classes: [Coat, Hat]}\n",
        "the dataset has no class 'Hat'; choose from: T-shirt/top, ",
    ),
    "a class to compare": (FASHION + "class_comparison: {classes: ['0', '10']}\n", "no class '10'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_dataset_surely_lacks_is_told(name: str) -> None:
    text, expected = WRONG[name]
    (problem,) = told(text)
    assert expected in problem


GOOD = {
    "the last image": MNIST + "grad_cam: {samples: [9999], target: '9'}\n",
    "all images": LINE + "feature_maps: {samples: 192}\n",
    "another split": LINE + "samples: {samples: [500], split: train}\n",
    "more than there are, where all are meant": LINE + "embedding: {samples: 5000}\n",
    "the label": FASHION + "grad_cam: {target: label}\n",
    "a unit of what may be no classifier": (
        FASHION.replace("zoo:base", "python:a:b") + "grad_cam: {target: unit 12}\n"
    ),
    "a class of another target": LINE + "grad_cam: {target: red}\n",
    "classes to excite": (
        FASHION
        + "activation_maximization: {objective: class, targets: ['9', Coat + T-shirt/top]}\n"
    ),
    "filters to excite": FASHION + "activation_maximization: {targets: ['99', 3 + 7]}\n",
    "an index for a name": FASHION + "class_comparison: {classes: ['0', Coat]}\n",
    "a number that a stranger's model may have": (
        "model: python:a:b\ndataset: mnist\nfigures: [grad_cam: {target: '500'}]\n"
    ),
    "a class that only a number names": (
        "model: python:a:b\ndataset: mnist\nfigures: [grad_cam: {target: class 500}]\n"
    ),
    "a function's data": (
        "model: zoo:base\ndataset: {source: 'python:a:b', classes: [x, y]}\n"
        "figures: [grad_cam: {target: z, samples: [99999]}]\n"
    ),
    "no data": "model: zoo:base\nfigures: [grad_cam: {target: z, samples: [99999]}]\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_said_of_what_may_be_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def b():\n    pass\n")
    assert told(GOOD[name], tmp_path) == []


def test_classes_that_the_spec_gives_are_known(tmp_path: Path) -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    np.savez(tmp_path / "x.npz", x_train=images, y_train=np.arange(2))
    (problem,) = told(NPZ + "grad_cam: {target: cta}\n", tmp_path)
    assert "no class 'cta' to explain; did you mean 'cat'?" in problem
    assert told(NPZ + "grad_cam: {target: dog}\n", tmp_path) == []


@pytest.mark.parametrize("per_class", [5, 6, 12, 13, 18])
def test_as_many_lines_are_known_as_there_are(per_class: int) -> None:
    spec = load_text(LINE.replace("12", str(per_class)) + "summary\n", "x.yaml")
    dataset = spec.models[0].dataset
    assert dataset is not None
    data = datasets.load("line", dataset.params, 0)
    found = known_data(dataset)
    assert found.tests == len(data.splits["test"].images)
    assert found.classes == tuple(target.classes for target in data.targets)


def test_the_words_are_those_of_the_build() -> None:
    dataset = load_text(LINE + "summary\n", "x.yaml").models[0].dataset
    assert dataset is not None
    data = datasets.load("line", dataset.params, 0)
    for wanted in ([3, 400], 400):
        with pytest.raises(UserError) as caught:
            pick(data, wanted)
        (problem,) = told(LINE + f"grad_cam: {{samples: {wanted}}}\n")
        assert problem == f"x.yaml:4: {caught.value.problems[0]}"


def test_the_most_that_a_spec_may_ask_of_mnist_is_what_is_published() -> None:
    for name in ("mnist", "fashion_mnist"):
        limits = {p.name: p.maximum for p in catalog.entry("datasets", name).parameters}
        assert limits["test"] == PUBLISHED

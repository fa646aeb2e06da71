"""A report on a model of two inputs, end to end: built, read, and built again for other values."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from reportgen import checking, reports
from tests.test_own_data import Ear

SPEC = """\
title: Two inputs
models:
  two:
    source: two.keras
    dataset: {{source: folder, path: photos, color: gray}}
    inputs: {{image: images, meta: {meta}, mask: images}}
sections:
  - title: Held
    figures:
      - summary
      - summary: {{table: outputs}}
      - architecture
      - layer_metrics
      - evaluation
      - feature_maps
      - grad_cam
      - activation_maximization: {{steps: 2}}
inferences: false
"""
NETWORK = """
import keras

def network(input_shape):
    keras.utils.set_random_seed(0)
    image, meta = keras.Input(input_shape, name="image"), keras.Input((2,), name="meta")
    maps = keras.layers.Conv2D(2, 3, activation="relu", name="conv")(image)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    both = keras.layers.Concatenate(name="both")([pooled, meta])
    out = keras.layers.Dense(2, "softmax", kernel_initializer="ones", name="out")(both)
    return keras.Model([image, meta], out, name="two")
"""
LEARNT = """\
title: Learnt
model:
  source: python:mine:network
{inputs}  dataset: {{source: folder, path: photos, color: gray}}
  training: {{epochs: 1, batch_size: 4}}
figures: [training_curves, grad_cam]
inferences: false
"""


def made(root: Path, name: str) -> tuple[int, Ear]:
    ear = Ear()
    plans = reports.plans([checking.load(root / f"{name}.yaml")])
    return reports.build(plans, reports.Place(root / "site", root / "cache"), ear, prune=True), ear


def states(root: Path, name: str) -> dict[str, tuple[str, str]]:
    """Of each task that is not fresh its state and reasons."""
    plans = reports.plans([checking.load(root / f"{name}.yaml")])
    every = reports.statuses(plans, reports.Place(root / "site", root / "cache"))
    return {
        one.task.key.partition("/")[2]: (one.state, " ".join(map(str, one.reasons)))
        for one in every
        if one.state != "fresh" and one.task.stage != "site"
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("held"), np.random.default_rng(0)
    for name, level in (("dark", 40), ("light", 180)):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(8):
            pixels = rng.integers(level, level + 60, (12, 12), np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    keras.utils.set_random_seed(0)
    image, mask = (keras.Input((12, 12, 1), name=name) for name in ("image", "mask"))
    meta = keras.Input((2,), name="meta")
    conv = keras.layers.Conv2D(2, 3, activation="relu", bias_initializer="ones", name="conv")
    pool = keras.layers.GlobalAveragePooling2D()
    both = keras.layers.Concatenate(name="both")([pool(conv(image)), pool(conv(mask)), meta])
    out = keras.layers.Dense(2, "softmax", name="out")(both)
    keras.Model([image, mask, meta], out, name="two").save(folder / "two.keras")
    (folder / "mine.py").write_text(NETWORK)
    return folder


@pytest.fixture(scope="module")
def built(root: Path) -> Path:
    (root / "two.yaml").write_text(SPEC.format(meta=0.5))
    status, ear = made(root, "two")
    assert status == 0
    untrained, alike = ear.said
    assert "look as if they had never been trained" in untrained
    assert "the model compares each image with itself" in alike
    return root / "site" / "two"


def test_the_page_says_what_is_held_and_shows_every_figure(built: Path) -> None:
    page = (built / "report.md").read_text()
    told = "Input 'meta' is held at 0.5; all figures hold for that value alone."
    shown, _, made = page.rpartition("How this report was made")
    assert shown.count(told) == 1
    both = "The inputs 'image' and 'mask' are given the same images."
    assert f"- inputs\n  - two: {both} {told}" in made
    assert "\n- weights" not in made
    assert shown.count("The weights look as if they had never been trained") == 1
    assert "The inputs 'image' and 'mask' are given the same images." in page
    assert "meta (HeldInput)" in page
    assert "cannot be run" not in page
    html = (built / "index.html").read_text()
    assert told.replace("'", "&#39;") in html or told in html
    report = json.loads((built / "report.json").read_text())
    shown = {figure["kind"] for figure in report["figures"]}
    assert {"grad_cam", "feature_maps", "activation_maximization", "architecture"} <= shown
    assert "test.class.accuracy" in report["models"][0]["metrics"]


def test_another_value_makes_the_model_stale_and_what_shows_it(built: Path, root: Path) -> None:
    assert states(root, "two") == {}
    (root / "two.yaml").write_text(SPEC.format(meta="[0.5, 3]"))
    found = states(root, "two")
    assert found["two/model"] == ("stale", "parameter changed: inputs.meta 0.5 → [0.5, 3.0]")
    assert "folder/dataset" not in found
    status, ear = made(root, "two")
    assert status == 0
    told = ("look as if they had never been trained", "the model compares each image with itself")
    assert all(any(text in str(each) for text in told) for each in ear.said)
    assert "two/model" in ear.ran
    assert {"held/grad_cam-1/compute"} <= set(ear.ran)
    page = (built / "index.html").read_text()
    assert "held at [0.5, 3]; all figures hold for that value alone" in page
    # As it was: what was made before is still in the cache.
    (root / "two.yaml").write_text(SPEC.format(meta=0.5))
    status, ear = made(root, "two")
    assert (status, ear.ran) == (0, [])


def test_a_network_of_two_inputs_is_trained_with_one_of_them_held(root: Path) -> None:
    text = LEARNT.format(inputs="  inputs: {image: images, meta: [1, 2]}\n")
    (root / "learnt.yaml").write_text(text)
    status, ear = made(root, "learnt")
    assert status == 0
    assert [said for said in ear.said if not said.startswith("removed the report")] == []
    report = json.loads((root / "site" / "learnt" / "report.json").read_text())
    assert "loss" in report["models"][0]["history"]
    assert "held at [1, 2]" in (root / "site" / "learnt" / "index.html").read_text()


def test_without_inputs_such_a_network_is_told_what_to_write(root: Path) -> None:
    (root / "untold.yaml").write_text(LEARNT.format(inputs=""))
    status, ear = made(root, "untold")
    assert status == 2
    expected = "has 2 inputs (image, meta), and a dataset gives images for one of them, so it "
    expected += "cannot be run. In a spec, write 'inputs: {image: images, meta: 0}' beside its "
    assert expected + "source, with values of your own" in ear.said[0]


def test_a_mistake_in_what_a_network_is_given_has_its_line(root: Path) -> None:
    inputs = "  inputs:\n    image: images\n    meta: [1, 2, 3]\n"
    (root / "wrong.yaml").write_text(LEARNT.format(inputs=inputs))
    status, ear = made(root, "wrong")
    told = f"{root / 'wrong.yaml'}:6: input 'meta' takes 2 numbers, got a list of 3; write one"
    assert (status, ear.said[0][: len(told)]) == (2, told)

"""Heads with margins: numbers by hand, an independent reference, slopes, files."""

from __future__ import annotations

from contextlib import nullcontext
from math import acos, cos, pi
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.models.files import load_file
from reportgen.models.margins import ArcFace, CosFace, SphereFace
from reportgen.models.trust import vetting
from reportgen.network.network import Network
from reportgen.network.outputs import observe

HEADS = {"ArcFace": ArcFace(3, 8.0, 0.3), "CosFace": CosFace(3, 8.0, 0.2),
         "SphereFace": SphereFace(3, 8.0, 3, annealing=1.0)}  # fmt: skip
ANGLES = np.linspace(0.002, pi - 0.002, 400)


def head(kind: type[Any], *given: Any, **named: Any) -> Any:
    """A head over two dimensions with weight vectors at 0, 90 and 180 degrees."""
    layer = kind(3, *given, **named)
    layer.build((None, 2))
    layer.kernel.assign([[2.0, 0.0, -0.5], [0.0, 3.0, 0.0]])
    return layer


def harder(layer: Any, angles: Any, strength: float = 1.0) -> np.ndarray:
    cosines = tf.constant(np.cos(angles), tf.float32)
    return np.asarray(layer.harder(cosines, tf.constant(strength)))


@pytest.mark.parametrize("kind", [ArcFace, CosFace, SphereFace])
def test_answers_are_scaled_cosines_whatever_the_lengths(kind: type[Any]) -> None:
    layer = head(kind, 10.0)
    x = np.array([[5.0, 0.0], [0.0, 0.1], [-3.0, -3.0], [0.0, 0.0]], np.float32)
    half = 10 * cos(pi / 4)
    expected = [[10, 0, -10], [0, 10, 0], [-half, -half, half], [0, 0, 0]]
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def test_arcface_adds_an_angle_by_hand() -> None:
    # 60 degrees and a margin of 30 make a right angle; 150 degrees and 30 make 180.
    layer = ArcFace(3, 8.0, pi / 6)
    assert harder(layer, [pi / 3])[0] == pytest.approx(0.0, abs=1e-6)
    assert harder(layer, [pi / 3], 0.5)[0] == pytest.approx(cos(pi / 3 + pi / 12), abs=1e-6)
    assert harder(layer, [5 * pi / 6 - 1e-4])[0] == pytest.approx(-1.0, abs=1e-6)
    # Beyond, where the cosine of the sum would rise again: cos θ - m sin m.
    assert harder(layer, [pi])[0] == pytest.approx(-1 - pi / 6 * 0.5, abs=1e-6)


def test_cosface_takes_off_its_margin_by_hand() -> None:
    assert harder(CosFace(3, 8.0, 0.2), [pi / 3])[0] == pytest.approx(0.3)
    assert harder(CosFace(3, 8.0, 0.2), [pi / 3], 0.25)[0] == pytest.approx(0.45)


def test_sphereface_by_hand() -> None:
    layer = SphereFace(3, 8.0, 2, annealing=0.0)
    # cos 2θ up to a right angle, and -cos 2θ - 2 after it.
    assert harder(layer, [0, pi / 6, pi / 2, 2 * pi / 3, pi]) == pytest.approx(
        [1.0, 0.5, -1.0, -1.5, -3.0], abs=1e-5
    )
    # λ = 3 at the end: a quarter ψ, three quarters cos θ; at half strength an eighth.
    annealed = SphereFace(3, 8.0, 2, annealing=3.0)
    assert harder(annealed, [2 * pi / 3])[0] == pytest.approx(0.25 * -1.5 + 0.75 * -0.5, abs=1e-5)
    assert harder(annealed, [2 * pi / 3], 0.5)[0] == pytest.approx(
        0.125 * -1.5 + 0.875 * -0.5, abs=1e-5
    )


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_sphereface_is_its_formula_at_all_angles(m: int) -> None:
    k = np.floor(m * ANGLES / pi)
    expected = (-1.0) ** k * np.cos(m * ANGLES) - 2 * k
    found = harder(SphereFace(3, 8.0, m, annealing=0.0), ANGLES)
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_arcface_is_its_formula_at_all_angles() -> None:
    m = 0.4
    expected = np.where(ANGLES + m < pi, np.cos(ANGLES + m), np.cos(ANGLES) - m * np.sin(m))
    np.testing.assert_allclose(harder(ArcFace(3, 8.0, m), ANGLES), expected, atol=2e-5)


@pytest.mark.parametrize("layer", HEADS.values(), ids=HEADS)
def test_a_margin_never_helps_falls_with_the_angle_and_begins_at_nothing(layer: Any) -> None:
    found = harder(layer, ANGLES)
    assert (found < np.cos(ANGLES)).all()
    np.testing.assert_allclose(harder(layer, ANGLES, 0.0), np.cos(ANGLES), atol=1e-5)
    # ArcFace drops a little where it leaves the sum of angles; none ever rises.
    assert (np.diff(found) < 1e-6).all()


@pytest.mark.parametrize("kind", [ArcFace, CosFace, SphereFace])
def test_only_the_right_class_gets_harder(kind: type[Any]) -> None:
    layer = head(kind, 8.0, 2 if kind is SphereFace else 0.2)
    logits = layer(np.array([[1.0, 0.2], [0.3, 1.0]], np.float32))
    labels = tf.constant([1, 0])
    found = np.asarray(layer.margin_logits(logits, labels, tf.constant(1.0)))
    same = np.array([[True, False, True], [False, True, True]])
    np.testing.assert_array_equal(found[same], np.asarray(logits)[same])
    angles = [acos(value / 8) for value in np.asarray(logits)[~same]]
    np.testing.assert_allclose(found[~same], 8 * harder(layer, angles), rtol=1e-4)


@pytest.mark.parametrize("kind", [ArcFace, CosFace, SphereFace])
def test_slopes_are_finite_where_embeddings_lie_on_or_opposite_their_class(kind: Any) -> None:
    layer = head(kind, 8.0, 3 if kind is SphereFace else 0.3)
    x = tf.constant([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer.margin_logits(layer(x), tf.constant([0, 0, 0]), 1.0))
    for slope in tape.gradient(loss, [x, layer.kernel.value]):
        assert np.isfinite(slope.numpy()).all()


@pytest.mark.parametrize(
    ("kind", "given"),
    [(ArcFace, {"units": 0}), (CosFace, {"scale": 0.0}), (ArcFace, {"margin": -0.1}),
     (SphereFace, {"margin": 1.5}), (SphereFace, {"margin": 0}), (SphereFace, {"annealing": -1})],
)  # fmt: skip
def test_what_makes_no_head_is_refused(kind: type[Any], given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        kind(**{"units": 3, **given})


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", HEADS)
def test_saved_heads_come_back_with_and_without_reportgens_loader(
    name: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "ArcFace":  # The process that tries a file takes seconds to start.
        monkeypatch.setattr(vetting, "_reader", lambda *_: nullcontext())
    layer = type(HEADS[name]).from_config(HEADS[name].get_config())
    start = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    model = keras.Sequential([*start, layer])
    path = tmp_path / f"model{suffix}"
    model.save(path)
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 1)).astype(np.float32)
    for back in (keras.saving.load_model(path), load_file(path.name, tmp_path, cache=tmp_path)[0]):
        np.testing.assert_array_equal(np.asarray(back(images)), np.asarray(model(images)))
        assert back.layers[-1].get_config() == layer.get_config()


def test_what_is_explained_is_the_scaled_cosine() -> None:
    start = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    model = keras.Sequential([*start, ArcFace(3, 8.0, 0.3)])
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 1)).astype(np.float32)
    seen = observe(Network.of(model), images)
    np.testing.assert_allclose(seen.logits[0], np.asarray(model(images)), rtol=1e-5)
    np.testing.assert_allclose(seen.probabilities[0].sum(axis=1), 1.0, rtol=1e-5)

"""Weight vectors by hand: lengths, angles, neighbors, bias, margin, and pictures of each kind."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject, values

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.class_weights.compute import compute
from reportgen.records import Table, Target

KIND = "class_weights"
TARGET = Target("c", "C", ("a", "b", "c d"))


class Margin(layers.Layer):
    """A head of cosines with a margin in its settings."""

    margin = 0.3

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x: Any) -> Any:
        units = keras.ops.normalize(self.kernel, axis=0)
        return 8 * keras.ops.matmul(keras.ops.normalize(x, axis=-1), units)


def model(vectors: Any, head: Any = None) -> Any:
    rows = np.asarray(vectors, np.float32)
    head = head or layers.Dense(len(rows), "softmax", use_bias=False, name="out")
    made = keras.Sequential([keras.Input((rows.shape[1], 1, 1)), layers.Flatten(), head])
    head.set_weights([rows.T, *head.get_weights()[1:]])
    return made


def data(dimensions: int) -> Any:
    pixels = np.zeros((12, dimensions, 1, 1), np.uint8)
    for place in range(12):
        pixels[place, place % 2, 0, 0] = 100
    return dataset(pixels, {"c": np.arange(12) % 2}, (TARGET,))


VECTORS = [[3.0, 0.0], [0.0, 4.0], [1.0, 1.0]]


def test_vectors_by_hand() -> None:
    found = measures(compute(subject(KIND, model(VECTORS), data(2))))
    lengths = np.array([3, 4, 2**0.5])
    assert found["weight_length"].value == pytest.approx(lengths.mean())
    assert found["weight_length_spread"].value == pytest.approx(lengths.std() / lengths.mean())
    assert found["weight_angle"].value == pytest.approx(60)
    (least,) = [m for name, m in found.items() if name.startswith("closest_weights@")]
    assert (least.value, least.baseline) == (pytest.approx(45), pytest.approx(120))
    angle = found["weight_center_angle"]
    assert (angle.value, angle.n) == (pytest.approx(0, abs=1e-5), 2)
    assert found["length_effect"].value == pytest.approx(1, abs=1e-5)
    assert "bias_spread" not in found
    assert not any(name.startswith("margin") for name in found)


def test_bias_is_measured_and_said() -> None:
    made = model(VECTORS, layers.Dense(3, "softmax", name="out"))
    made.get_layer("out").bias.assign([0.5, -1.0, 0])
    artifact = compute(subject(KIND, made, data(2)))
    assert values(artifact)["bias_spread"] == 1.5
    notes, _ = notes_of(KIND, artifact)
    assert any("biases of the classes differ by up to 1.50" in n.text for n in notes)
    table = check_house_rules(KIND, artifact, {})[-1]
    assert [row[2] for row in table.rows] == [0.5, -1.0, 0]


def test_a_head_of_cosines_with_a_margin_is_told_by_what_it_does() -> None:
    artifact = compute(subject(KIND, model(VECTORS, Margin(name="out")), data(2)))
    found = values(artifact)
    assert found["length_effect"] == pytest.approx(0, abs=1e-5)
    assert found["margin@Margin"] == 0.3
    notes, _ = notes_of(KIND, artifact)
    assert [note.rule for note in notes] == ["class_weights.closest", "class_weights.weights"]


@pytest.mark.parametrize(
    ("dimensions", "parts"),
    [
        (2, ["vectors", "classes"]),
        (3, ["vectors", "sphere", "classes"]),
        (5, ["cosines", "classes"]),
    ],
)
@pytest.mark.parametrize("given", [True, False])
def test_house_rules(dimensions: int, parts: list[str], given: bool) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, dimensions))
    made = subject(KIND, model(vectors), data(dimensions) if given else None)
    drawn = check_house_rules(KIND, compute(made), made.params)
    assert [item.part for item in drawn] == parts
    table = drawn[-1]
    assert isinstance(table, Table)
    assert len(table.columns) == (5 if given else 4)
    assert ("no class centers" in table.caption) != given


def test_a_vector_of_zeros_has_no_neighbor() -> None:
    artifact = compute(subject(KIND, model([[0.0, 0], [1, 0], [1, 1]]), data(2)))
    assert values(artifact)["closest_weights@b>c_d"] == pytest.approx(45)
    table = check_house_rules(KIND, artifact, {})[-1]
    assert table.rows[0][2:4] == (None, None)
    zeros = compute(subject(KIND, model(np.zeros((3, 2))), data(2)))
    check_house_rules(KIND, zeros, {})


def test_of_many_classes_the_table_has_those_with_the_nearest_neighbors() -> None:
    turned = np.radians(np.arange(50) ** 1.2)
    vectors = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    artifact = compute(subject(KIND, model(vectors)))
    table = check_house_rules(KIND, artifact, {})[-1]
    assert [row[0] for row in table.rows] == [f"class {i}" for i in range(40)]
    assert "Of 50 classes the 40" in table.caption


def test_what_has_no_meaning_is_said() -> None:
    one = keras.Sequential([keras.Input((2, 1, 1)), layers.Flatten(), layers.Dense(1, "sigmoid")])
    with pytest.raises(UndefinedError, match="has a single unit, so there are no directions"):
        compute(subject(KIND, one))
    with pytest.raises(UndefinedError, match="has a single input"):
        compute(subject(KIND, model([[1.0], [2], [3]])))
    with pytest.raises(UserError, match="output must be one of"):
        compute(subject(KIND, model(VECTORS), output="nothing"))

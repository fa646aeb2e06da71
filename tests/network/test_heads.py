"""What the outputs of a model answer."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from small_models import nested, sequential, two_heads

from reportgen.errors import UserError
from reportgen.network.network import Network
from reportgen.records import Target

layers = keras.layers


def target(name: str, count: int) -> Target:
    return Target(name, name.capitalize(), tuple(map(str, range(count))))


@pytest.mark.parametrize(
    ("ending", "kind", "units"),
    [
        ("fused", "softmax", 3),
        ("layer", "softmax", 3),
        ("activation", "softmax", 3),
        ("logits", "logits", 3),
        ("sigmoid", "sigmoid", 1),
    ],
)
def test_how_values_are_read(ending: str, kind: str, units: int) -> None:
    (head,) = Network.of(sequential(ending)).heads
    assert (head.kind, head.units, head.target) == (kind, units, None)


def test_a_single_output_takes_the_name_of_the_first_target() -> None:
    (head,) = Network.of(sequential()).heads_for([target("class", 3), target("angle", 3)])
    assert (head.name, head.title, head.target) == ("class", "Class", target("class", 3))


def test_several_outputs_are_matched_by_name_in_the_models_order() -> None:
    found = Network.of(two_heads()).heads_for(
        [target("angle", 4), target("class", 9), target("width", 2)]
    )
    assert [(head.name, head.index, head.kind) for head in found] == [
        ("width", 0, "sigmoid"),
        ("angle", 1, "softmax"),
    ]


def test_the_ending_is_found_in_a_nested_model() -> None:
    x = keras.Input((6, 6, 1))
    outer = keras.Model(x, nested()(x))
    assert Network.of(outer).heads[0].kind == "softmax"


def test_outputs_in_a_dictionary_go_by_their_keys() -> None:
    x = keras.Input((4,))
    outputs = {"b": layers.Dense(2, name="one")(x), "a": layers.Dense(3, name="two")(x)}
    assert {head.name: head.units for head in Network.of(keras.Model(x, outputs)).heads} == {
        "b": 2,
        "a": 3,
    }


def test_two_outputs_of_one_layer_are_told_apart() -> None:
    x = keras.Input((4,))
    shared = layers.Dense(2, name="shared")
    model = keras.Model(x, [shared(x), shared(x)])
    assert [head.name for head in Network.of(model).heads] == ["shared_1", "shared_2"]


def flat(units: int, ending: str | None = None) -> Any:
    x = keras.Input((4, 4, 1))
    return keras.Model(x, layers.Dense(units, ending, name="value")(layers.Flatten()(x)))


def decoder(ending: str | None = None) -> Any:
    x = keras.Input((6, 6, 1))
    return keras.Model(x, layers.Conv2D(2, 1, activation=ending, name="decoded")(x))


@pytest.mark.parametrize("ending", [None, "sigmoid", "softmax"])
def test_an_output_that_is_an_image_is_of_a_kind_of_its_own(ending: str | None) -> None:
    for targets in ([], [target("class", 2)]):
        (head,) = Network.of(decoder(ending)).heads_for(targets)
        assert (head.kind, head.units, head.target, head.valued) == ("maps", 2, None, False)


@pytest.mark.parametrize(
    ("model", "classes", "valued"),
    [
        (flat(1), 0, True),
        (flat(3), 0, True),
        (flat(3, "tanh"), 0, True),
        (flat(1), 10, True),
        (flat(1), 2, False),
        (flat(3), 3, False),
        (flat(3, "softmax"), 0, False),
        (flat(1, "sigmoid"), 0, False),
    ],
)
def test_values_that_nothing_makes_scores_stand_for_themselves(
    model: Any, classes: int, valued: bool
) -> None:
    targets = [target("class", classes)] if classes else []
    (head,) = Network.of(model).heads_for(targets)
    assert head.valued == valued
    assert head.name == ("class" if classes and not valued else "value")


def test_what_is_trained_has_to_answer() -> None:
    with pytest.raises(UserError, match=r"'decoded' .* row of values .*it has 6 x 6 x 2 of them"):
        Network.of(decoder()).heads_for([target("class", 2)], strict=True)
    with pytest.raises(UserError, match=r"10 units, one for each class .*, but it has 1 \(logits"):
        Network.of(flat(1)).heads_for([target("class", 10)], strict=True)


def test_units_that_do_not_fit() -> None:
    with pytest.raises(UserError, match="4 units, one for each class of 'class', but it has 3"):
        Network.of(sequential()).heads_for([target("class", 4)])
    with pytest.raises(UserError, match="or a single sigmoid unit, but it has 3"):
        Network.of(sequential()).heads_for([Target("class", "Class", ("cat", "dog"))])
    with pytest.raises(UserError, match="3 units"):
        Network.of(sequential("sigmoid")).heads_for([target("class", 3)])


def test_numbered_classes_are_continued_to_the_units() -> None:
    """Labels of a few images were refused, because none of them had the highest number."""
    (head,) = Network.of(sequential()).heads_for([target("class", 1)])
    assert head.target == target("class", 3)


def test_an_output_without_a_target_of_its_name_has_no_meaning() -> None:
    width, angle = Network.of(two_heads()).heads_for([target("angle", 4)])
    assert (width.name, width.target) == ("width", None)
    assert angle.target == target("angle", 4)
    assert width == Network.of(two_heads()).heads[0]


def test_only_an_output_that_answers_must_have_a_row_of_values() -> None:
    x = keras.Input((6, 6, 1))
    spots = layers.Conv2D(2, 1, name="spots")(x)
    model = keras.Model(x, [spots, layers.Dense(3, name="class")(layers.Flatten()(x))])
    assert [head.target for head in Network.of(model).heads_for([target("class", 3)])] == \
        [None, target("class", 3)]  # fmt: skip
    with pytest.raises(UserError, match=r"'spots' .* row of values"):
        Network.of(model).heads_for([target("spots", 2)])

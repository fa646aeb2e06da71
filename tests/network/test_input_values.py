"""What a spec gives to a model's inputs: what is wrong with it, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.checking.input_mistakes import mistakes
from reportgen.network.input_values import ModelInput as Input
from reportgen.network.input_values import example, sentences

IMAGE = Input("image", (28, 28, 1), "float32")
META = Input("meta", (3,), "float32")
MASK = Input("mask", (28, 28, 1), "float32")
WORDS = Input("words", (None,), "int32")


def told(wanted: list[Input], **given: Any) -> list[str]:
    return ["; ".join(filter(None, [m.message, m.hint])) for m in mistakes(wanted, given)]


@pytest.mark.parametrize(
    "given",
    [
        {"image": "images", "meta": 0.5, "mask": "images"},
        {"image": "images", "meta": [0.2, 0.5, 0.3], "mask": 1},
        {"image": 0, "meta": 0, "mask": "images"},
    ],
)
def test_what_fits_is_no_mistake(given: dict[str, Any]) -> None:
    assert mistakes([IMAGE, META, MASK], given) == []


def test_every_input_must_be_spoken_of_and_no_other() -> None:
    assert told([IMAGE, META], image="images", metta=0.5) == [
        "the model has no input 'metta'; it takes image (28 x 28 x 1), meta (3); did you mean "
        "'meta'?",
        "'inputs' says nothing of 'meta'; the model takes image (28 x 28 x 1), meta (3); write "
        "inputs: {image: images, meta: 0}, with values of your own",
    ]
    (found,) = told([IMAGE, META, WORDS], image="images", words=[4])
    assert "write inputs: {image: images, meta: 0, words: [4]}" in found
    (found,) = told([IMAGE, META], image=0, meta=0)
    assert found.startswith("'inputs' gives images to no input; write inputs: {image: images")


@pytest.mark.parametrize(
    ("taken", "value", "expected"),
    [
        (META, [1, 2], "takes 3 numbers, got a list of 2; write one number for all of them, or"),
        (MASK, [1, 2], "takes values of 28 x 28 x 1, got a list; write one number"),
        (WORDS, 3, "takes values of any length, and one number does not say how many; write a li"),
        (WORDS, [0.5], "takes whole numbers from -2147483648 to 2147483647 (int32), got 0.5"),
        (
            Input("x", (2,), "uint8"),
            [1, 256],
            "takes whole numbers from 0 to 255 (uint8), got 256",
        ),
        (Input("x", (), "bool"), 2, "takes whole numbers from 0 to 1 (bool), got 2"),
        (Input("x", (2,), "float16"), 1e5, "takes numbers up to 65504 (float16), got 100000"),
        (
            Input("x", (1,), "string"),
            0,
            "takes text, got a number or numbers; write one text for all of them, in quotes",
        ),
        (
            Input("x", (None, 4), "float32"),
            0,
            "takes values of any x 4, and one number does not",
        ),
    ],
)
def test_values_must_be_of_the_inputs_shape_and_type(
    taken: Input, value: Any, expected: str
) -> None:
    (mistake,) = mistakes([IMAGE, taken], {"image": "images", taken.name: value})
    assert mistake.name == taken.name
    assert f"input '{taken.name}' {expected}" in f"{mistake.message}; {mistake.hint}"


def test_one_number_fills_sides_that_images_have_too() -> None:
    image, mask = (
        Input("a", (None, None, 3), "float32"),
        Input("b", (None, None, 1), "float32"),
    )
    assert mistakes([image, mask], {"a": "images", "b": 0.5}) == []


def test_inputs_of_other_sizes_or_types_cannot_get_the_same_images() -> None:
    small, whole = (
        Input("small", (14, 14, 1), "float32"),
        Input("whole", (28, 28, 1), "uint8"),
    )
    for other in (small, whole):
        (found,) = told([IMAGE, other], **{"image": "images", other.name: "images"})
        assert f"inputs 'image' and '{other.name}' cannot be given the same images" in found
    anysize = Input("any", (None, None, 1), "float32")
    every = {"any": "images", "image": "images", "small": "images"}
    (found,) = told([anysize, IMAGE, small], **every)
    assert "they take 28 x 28 x 1 (float32) and 14 x 14 x 1 (float32)" in found
    assert mistakes([IMAGE, anysize], {"image": "images", "any": "images"}) == []


def test_an_example_gives_images_to_what_takes_images() -> None:
    assert example([META, IMAGE]) == "inputs: {meta: 0, image: images}"
    assert example([WORDS, IMAGE]) == "inputs: {words: [0, 0], image: images}"
    for wanted in ([META, IMAGE], [WORDS, IMAGE, MASK]):
        given = {one.name: 0 if one is META else [0, 0] if one is WORDS else 1 for one in wanted}
        assert mistakes(wanted, given | {"image": "images"}) == []


def test_what_a_page_says() -> None:
    wanted = [IMAGE, META, WORDS, MASK]
    one = {"meta": 0.1, "image": "images", "words": "images", "mask": "images"}
    assert sentences(wanted, one) == (
        "The inputs 'image' and 'words' and 'mask' are given the same images. Input 'meta' is held "
        "at 0.1; all figures hold for that value alone."
    )
    many = {"meta": [0.1, 1.0, 3], "image": "images", "words": list(range(20)), "mask": 1e-05}
    assert sentences(wanted, many) == (
        "Input 'meta' is held at [0.1, 1, 3], and input 'words' is held at 20 numbers from 0 to "
        "19, and input 'mask' is held at 1e-05; all figures hold for these values alone."
    )
    assert sentences([IMAGE], {"image": "images"}) == ""

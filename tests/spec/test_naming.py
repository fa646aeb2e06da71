"""Names that a spec leaves out."""

from __future__ import annotations

import pytest

from reportgen.spec.loading import model_name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("zoo:small_vgg", "small_vgg"),
        ("models/best.keras", "best"),
        ("models/v1.2.h5", "v1_2"),
        ("python:nets.mine:make", "make"),
        ("models/digits/saved_model.pb", "digits"),
        ("/models/digits.v2/saved_model.pb", "digits_v2"),
        ("saved_model.pb", "saved_model"),
        ("../saved_model.pb", "saved_model"),
    ],
)
def test_a_model_without_a_name_is_called_like_its_source(source: str, name: str) -> None:
    assert model_name(source) == name

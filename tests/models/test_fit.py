"""Images that do not fit a model: what is expected, what came, and what to write."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.models._fit import check_input


def model(*shape: int | None) -> Any:
    return SimpleNamespace(inputs=[SimpleNamespace(shape=(None, *shape))])


def test_sizes_that_are_left_open_fit_all() -> None:
    check_input(model(None, None, 3), "net.keras", (30, 40, 3))
    check_input(model(30, 40, 3), "net.keras", (30, 40, 3))


@pytest.mark.parametrize(
    ("expected", "hint"),
    [
        ((224, 200, 3), r"for a folder of images write size: \[224, 200\] and color: rgb; else"),
        ((28, 28, 1), r"write size: \[28, 28\] and color: gray; else choose a dataset"),
        ((28, 28, 4), r"^[^;]*; choose a dataset of that shape"),
        ((None, None, 1), r"^[^;]*; choose a dataset of that shape"),
        ((784,), r"^[^;]*; choose a dataset of that shape"),
    ],
)
def test_the_hint_says_what_to_write(expected: tuple[int | None, ...], hint: str) -> None:
    with pytest.raises(UserError, match=hint) as caught:
        check_input(model(*expected), "net.keras", (30, 40, 3))
    assert f"expects images of shape {expected}, " in str(caught.value)
    assert "have shape (30, 40, 3)" in str(caught.value)

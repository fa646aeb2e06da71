"""Images that do not fit a model: what is expected, what came, and what to write."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen import datasets
from reportgen.errors import UserError
from reportgen.models.adapting import check_input


def model(*shape: int | None) -> Any:
    return SimpleNamespace(inputs=[SimpleNamespace(shape=(None, *shape))])


def test_sizes_that_are_left_open_fit_all() -> None:
    check_input(model(None, None, 3), "net.keras", (30, 40, 3))
    check_input(model(30, 40, 3), "net.keras", (30, 40, 3))


@pytest.mark.parametrize(
    ("expected", "hint"),
    [
        (
            (224, 200, 3),
            r"; write size: \[224, 200\] beside the dataset's source; else",
        ),
        (
            (28, 28, 1),
            r"write size: \[28, 28\] and color: gray beside the .*; else choose a dataset",
        ),
        ((30, 40, 1), r"^[^;]*; write color: gray beside the dataset's source; else choose"),
        ((28, 28, 4), r"^[^;]*; choose a dataset of that shape"),
        ((None, None, 1), r"^[^;]*; write color: gray beside the dataset's source; else choose"),
        ((None, 28, 1), r"^[^;]*; choose a dataset of that shape"),
        ((784,), r"^[^;]*; choose a dataset of that shape"),
    ],
)
def test_the_hint_says_what_to_write(expected: tuple[int | None, ...], hint: str) -> None:
    with pytest.raises(UserError, match=hint) as caught:
        check_input(model(*expected), "net.keras", (30, 40, 3))
    assert f"expects images of shape {expected}, " in str(caught.value)
    assert "have shape (30, 40, 3)" in str(caught.value)


@pytest.fixture
def gray(tmp_path: Path) -> Path:
    """Gray images of 9 x 8 px in a file, from a function and in a folder."""
    images = np.random.default_rng(1).integers(0, 256, (30, 9, 8), np.uint8)
    np.savez(tmp_path / "data.npz", x_train=images, y_train=np.arange(30) % 2)
    (tmp_path / "gray_data.py").write_text(
        "import numpy as np\n"
        "def make():\n"
        "    return {'x_train': np.zeros((30, 9, 8, 1), np.uint8), 'y_train': np.arange(30) % 2}\n"
    )
    (tmp_path / "photos").mkdir()
    Image.fromarray(images[0]).save(tmp_path / "photos" / "a.png")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "params"),
    [
        ("npz", {"path": "data.npz"}),
        ("python:gray_data:make", {}),
        ("folder", {"path": "photos"}),
        ("line", {"per_class": 5}),
        pytest.param("mnist", {"limit": 100}, marks=pytest.mark.requires_data),
    ],
)
def test_what_the_hint_says_helps_with_any_source(
    gray: Path, source: str, params: dict[str, Any]
) -> None:
    given = datasets.load(source, params, 1, gray).splits["test"].images
    color = "" if source == "line" else " and color: rgb"  # alone in color before
    with pytest.raises(UserError, match=rf"write size: \[12, 10\]{color} beside") as caught:
        check_input(model(12, 10, 3), "net.keras", given.shape[1:])
    assert "folder" not in str(caught.value)
    followed = {**params, "size": [12, 10], **({"color": "rgb"} if color else {})}
    shown = datasets.load(source, followed, 1, gray).splits["test"].images
    check_input(model(12, 10, 3), "net.keras", shown.shape[1:])

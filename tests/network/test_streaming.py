"""Images in pieces, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.network import answers
from reportgen.network.answers import pieces


def test_pieces_fit_as_floats(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((7, 2, 3, 1), np.uint8)  # 24 bytes each as floats
    monkeypatch.setattr(answers, "BYTES", 75)
    assert list(pieces(images)) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    monkeypatch.setattr(answers, "BYTES", 1)
    assert [part.stop - part.start for part in pieces(images)] == [1] * 7
    assert not list(pieces(images[:0]))


def test_photos_come_in_small_pieces_and_digits_at_once() -> None:
    photos = np.broadcast_to(np.uint8(0), (10_000, 224, 224, 3))
    assert next(pieces(photos)) == slice(0, 332)
    digits = np.broadcast_to(np.uint8(0), (10_000, 28, 28, 1))
    assert list(pieces(digits)) == [slice(0, 10_000)]

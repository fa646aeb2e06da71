"""Every figure kind on the models of the zoo between those of `test_any_model.py`."""

from __future__ import annotations

import pytest
import zoo
from any_model import KINDS, hold_that_it_is_drawn_or_says_why_not


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [*zoo.MODELS][1::2])
def test_is_drawn_or_says_why_not(name: str, kind: str) -> None:
    hold_that_it_is_drawn_or_says_why_not(name, kind)

"""How a dataset that takes long to read tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called as `progress(done, total, text)`."""


def quiet(done: int, total: int, text: str) -> None:
    """Tells nobody."""

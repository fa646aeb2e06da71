"""How many examples property tests draw: a third of the full number, all of it in a long run."""

from __future__ import annotations

import os

LONG = bool(os.environ.get("REPORTGEN_LONG"))


def examples(full: int) -> int:
    """The number of examples for a test that is worth `full` of them when time does not matter."""
    return full if LONG else max(10, full // 3)

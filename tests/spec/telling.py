"""What is said of a bad spec, as lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.checking import load_text
from reportgen.errors import UserError

TWO = "models: {a: zoo:base, b: zoo:deep}\n"


def problems(text: str | bytes, name: str = "x.yaml") -> list[str]:
    with pytest.raises(UserError) as caught:
        load_text(text, Path(name))
    assert caught.value.exit_status == 2
    assert all(problem.file == name for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]

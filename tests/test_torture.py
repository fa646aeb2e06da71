"""The short form of `make torture`: builds that are killed and refused, and what is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(600)
def test_killed_and_refused_builds_lose_nothing_and_lock_nobody_out() -> None:
    blows = ["--kills", "4", "--faults", "4", "--real", "0", "--seed", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "torture", *blows],
        cwd=Path(__file__).parent / "support", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

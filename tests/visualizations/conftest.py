"""Lets these tests share `subjects`, what figure kinds are given and what all of them hold."""

from __future__ import annotations

import sys
from pathlib import Path

# Beside them lies `zoo`, with models of every shape.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

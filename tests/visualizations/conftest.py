"""Lets these tests share `subjects`, what figure kinds are given and what all of them hold."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

"""Measures of arrays. NumPy only."""

from __future__ import annotations

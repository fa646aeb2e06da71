"""Activation maximization: gradient ascent in input space."""

from __future__ import annotations

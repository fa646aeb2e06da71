"""What kinds of figure share that explain test images."""

from __future__ import annotations

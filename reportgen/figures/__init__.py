"""The kinds of figure, one folder each; the catalog finds them by listing this folder."""

from __future__ import annotations

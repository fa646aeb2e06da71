"""Doubts about a model that a reader must know before any result of it."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.network.finite import not_finite
from reportgen.network.network import Network
from reportgen.records import ReportWarning


def model_warnings(network: Network) -> Iterator[ReportWarning]:
    """What is wrong with a model as far as its weights tell."""
    if sentence := not_finite(network):
        yield ReportWarning("not_finite", sentence)

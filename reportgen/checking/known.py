"""What is known of a dataset without loading it: its classes, and how many test images it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.spec import DatasetSpec

PUBLISHED = 10_000
"""Test images of MNIST and of Fashion-MNIST."""


@dataclass(frozen=True)
class Known:
    """What is known of a dataset.

    Attributes:
        classes: of each target, the primary one first; () where they are not known.
        tests: how many test images there are; None where that is not known.
    """

    classes: tuple[tuple[str, ...], ...] = ()
    tests: int | None = None


def known(dataset: DatasetSpec) -> Known:
    """What a spec alone tells of its dataset."""
    params = dataset.params
    # Imported where it is asked for: every build passes here.
    if dataset.source == "mnist":
        from reportgen.datasets import mnist

        return Known((mnist.CLASSES,), params["test"] or PUBLISHED)
    if dataset.source == "fashion_mnist":
        from reportgen.datasets import fashion_mnist

        return Known((fashion_mnist.CLASSES,), params["test"] or PUBLISHED)
    if dataset.source == "line":
        from reportgen.datasets import line

        targets = tuple(target.classes for target in line.targets())
        return Known(targets, len(targets[0]) * max(1, round(0.2 * params["per_class"])))
    return Known(_given(dataset.source, params))


def _given(source: str, params: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The classes that a spec names itself, where no others can come of it."""
    labeled = source in ("npz", "folder") and params["labels"]
    return (tuple(params["classes"]),) if labeled and params["classes"] else ()

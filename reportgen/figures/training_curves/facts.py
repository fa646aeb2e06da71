"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """One metric of one output, after each epoch.

    Attributes:
        head: name of the output; title: of its target.
        metric: "loss" or "accuracy".
        train, validation: a value for each epoch; `validation` is () where it was not logged.
    """

    head: str
    title: str
    metric: str
    train: tuple[float, ...]
    validation: tuple[float, ...]

    @property
    def by_split(self) -> dict[str, tuple[float, ...]]:
        """The values of each split that was logged."""
        values = {"train": self.train, "validation": self.validation}
        return {split: logged for split, logged in values.items() if logged}


@dataclass(frozen=True)
class Facts:
    """The training log.

    Attributes:
        epochs: epochs trained.
        curves: loss and accuracy of each output.
        seconds: of each epoch, where they are shown and known, else ().
        steps: batches in an epoch, or None where the batch size is not known.
    """

    epochs: int
    curves: tuple[Curve, ...]
    seconds: tuple[float, ...]
    steps: int | None

    @property
    def several_heads(self) -> bool:
        """Whether the curves belong to more than one output."""
        return len({curve.head for curve in self.curves}) > 1

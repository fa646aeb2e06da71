"""Whether a model can be trained on a dataset."""

from __future__ import annotations

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Target

_PURPOSES = {"train": "training", "validation": "validation", "test": "test"}


def check_trainable(data: Dataset) -> None:
    """Refuse a dataset that nothing can be trained on.

    A class of which there is no image at all, as where labels have gaps, is no obstacle.

    Raises:
        UserError: there are no images for training or for validation, or none for training of a
            class of which other splits have some.
    """
    counts = {name: len(split.images) for name, split in data.splits.items()}
    if not counts["train"] or not counts["validation"]:
        listed = ", ".join(f"{count} for {_PURPOSES[name]}" for name, count in counts.items())
        message = f"{data.title} has too few images to train a model on: {listed}"
        hint = "bring images for training, or show a model that is trained already"
        raise UserError(Problem(message, hint=hint))
    for target in data.targets:
        _check_classes(data, target)


def _check_classes(data: Dataset, target: Target) -> None:
    total = np.zeros(len(target.classes), np.int64)
    held = {
        name: np.bincount(np.asarray(split.labels[target.name]), minlength=len(total))
        for name, split in data.splits.items()
    }
    for name in held:
        total += held[name]
    for index in np.flatnonzero((held["train"] == 0) & (total > 0)):
        images = "1 image" if total[index] == 1 else f"{total[index]} images"
        message = f"the class '{target.classes[index]}' has {images} for other splits and none for "
        hint = "bring images of it for training (or a larger 'limit'), or leave the class out"
        raise UserError(Problem(f"{message}training", hint=hint))

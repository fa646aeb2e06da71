"""Courses of a training, planted as losses and accuracies by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import planted
import pytest
from planted import Examined, answering, code_image, examine, seeds

ENTROPY = float(np.log(4))


def of_history(
    seed: int, train: Sequence[float], validation: Sequence[float], right: bool = True
) -> Examined:
    """A report on losses by epoch, jittered by half a percent; accuracy follows the loss."""
    rng = np.random.default_rng(seed)
    noise = [np.exp(rng.normal(0, 0.005, len(train))) for _ in range(2)]
    losses = [
        np.asarray(each) * jitter for each, jitter in zip((train, validation), noise, strict=True)
    ]
    accuracies = [np.exp(-loss) if right else np.full(len(loss), 0.25) for loss in losses]
    history = {"loss": losses[0], "val_loss": losses[1]}
    history |= {"accuracy": accuracies[0], "val_accuracy": accuracies[1]}
    data = planted.data(code_image, seed, (50,) * 4, train=(200,) * 4)
    model = answering(np.eye(4) if right else np.zeros((4, 4)))
    logs = {name: tuple(map(float, values)) for name, values in history.items()}
    return examine(model, data, "training_curves", history=logs)


EPOCHS = np.arange(12)


@seeds
def test_a_training_that_never_learned(seed: int) -> None:
    flat = np.full(12, ENTROPY)
    seen = of_history(seed, flat, flat, right=False)
    assert abs(seen.evidence("explained@class").value) < 0.02
    assert seen.says("never learned: 25% of its training images", "training_course")
    learned = of_history(seed, *[ENTROPY * (0.05 + 0.95 * np.exp(-EPOCHS))] * 2)
    assert learned.evidence("explained@class").value == pytest.approx(0.95, abs=0.01)
    assert not learned.says("never learned")


@seeds
def test_a_training_that_was_still_improving(seed: int) -> None:
    falling = ENTROPY * 0.9**EPOCHS
    seen = of_history(seed, falling, falling)
    trend = seen.evidence("loss_trend@validation.class")
    assert trend.value == pytest.approx(-0.1, abs=0.01)
    assert seen.says("was still improving", "training_course")
    ended = of_history(seed, *[0.3 + np.exp(-2.0 * EPOCHS)] * 2)
    assert ended.verdict("training_course") == "supported"
    assert not ended.says("still improving")


@seeds
def test_a_training_that_went_on_too_long(seed: int) -> None:
    train = ENTROPY * 0.7**EPOCHS
    rising = np.concatenate([0.8 * 0.8 ** np.arange(4), 0.8 * 0.8**3 * 1.1 ** np.arange(1, 9)])
    seen = of_history(seed, train, rising)
    assert seen.evidence("best_epoch@class").value == 4
    assert seen.evidence("loss_rise@class").value == pytest.approx(1.1**8 - 1, abs=0.03)
    assert seen.says("smallest after epoch 4", "training_course")
    twin = of_history(seed, train, np.maximum(train, 0.4))
    assert not twin.says("too long", "training_course")


@seeds
def test_an_unstable_training(seed: int) -> None:
    smooth = 0.5 + 0.5 * np.exp(-EPOCHS / 2)
    jumps = smooth * np.where(np.isin(EPOCHS, (3, 6, 9)), 2, 1)
    seen = of_history(seed, jumps, smooth)
    assert seen.evidence("loss_spikes@train.class").value == 3
    assert seen.says("unstable: its loss jumped up and back at 3 of 10 epochs", "training_course")
    assert of_history(seed, smooth, smooth).evidence("loss_spikes@train.class").value == 0

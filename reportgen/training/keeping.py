"""What is kept across the epochs of a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from reportgen.errors import Problem, UserError
from reportgen.training.passes import by_head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Log:
    """What a training left behind besides the weights.

    Attributes:
        history: for each of Keras' log names ("loss", "val_loss", "accuracy", with several heads
            "length_loss", "val_length_accuracy", ...) its value after every epoch. As in Keras,
            training values are means over the epoch while the weights still changed.
        seconds: what each epoch took, with its look at the validation split; the first one also
            traces the graphs. The only numbers of a training that differ from run to run.
    """

    history: dict[str, tuple[float, ...]]
    seconds: tuple[float, ...]


class Ticks:
    """Tells progress after every step, and refuses to go on when the loss is not a number."""

    def __init__(self, progress: Progress, epochs: int, steps: int) -> None:
        self.progress, self.epochs, self.steps, self.done = progress, epochs, steps, 0

    def tell(self, means: NDArray[np.float64]) -> None:
        """One more step is done; `means` is that of the epoch so far."""
        epoch = self.done // self.steps + 1
        self.done += 1
        loss, accuracy = means[0], sum(by_head(means)[1]) / (len(means) // 2)
        if not isfinite(loss):
            raise UserError(
                Problem(
                    f"the loss became {loss} in epoch {epoch}, step {self.done} of training",
                    hint="choose a smaller learning_rate, or look for values in the model's "
                    "weights that are not finite",
                )
            )
        text = f"epoch {epoch}/{self.epochs}, loss {loss:.4f}, accuracy {accuracy:.3f}"
        self.progress(self.done, self.epochs * self.steps, text)


class Best:
    """The weights of the epoch with the smallest validation loss, kept where `patience` is set."""

    def __init__(self, model: Any, patience: int | None) -> None:
        self.model, self.patience = model, patience
        self.loss, self.waited, self.weights = float("inf"), 0, None

    @property
    def over(self) -> bool:
        """Whether training should stop early."""
        return self.patience is not None and self.waited >= self.patience

    def note(self, loss: float) -> None:
        """Keep the weights if the validation loss is the smallest so far."""
        self.waited += 1
        if self.patience is not None and loss < self.loss:
            self.loss, self.waited, self.weights = loss, 0, self.model.get_weights()

    def restore(self) -> None:
        """Give the model the weights that were kept."""
        if self.weights is not None:
            self.model.set_weights(self.weights)

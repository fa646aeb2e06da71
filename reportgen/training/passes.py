"""One pass over the images of a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from reportgen.errors import Problem, UserError
from reportgen.records import Head, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def measure_on(
    model: Any, measure: Callable[..., Any], split: Split, heads: Sequence[Head]
) -> NDArray[np.float64]:
    """Means of what `measure` sums up over a split, as many images at a time as fit the budget."""
    from reportgen.network.execution import batch_size

    images, labels = arrays_of(split, heads)
    return means(measure, images, labels, batch_size(model, images.shape[1:]))


def arrays_of(split: Split, heads: Sequence[Head]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Images as stored, and the labels of all heads, shape (n, heads)."""
    import numpy as np

    missing = [h.name for h in heads if h.target is None or h.target.name not in split.labels]
    if missing:
        names = ", ".join(split.labels)
        message = f"the dataset has no labels for the outputs {', '.join(missing)}"
        hint = "use one with labels, or a model that is trained"
        if names:
            message += f"; it labels {names}"
            hint = "give each output layer the name of the label that it learns"
        raise UserError(Problem(message, hint=hint))
    columns = [split.labels[head.target.name] for head in heads if head.target]
    return np.asarray(split.images), np.stack(columns, axis=1).astype(np.int32)


def means(
    pass_batch: Callable[..., Any],
    images: NDArray[Any],
    labels: NDArray[np.int32],
    size: int,
    order: NDArray[np.int64] | None = None,
    tell: Callable[[NDArray[np.float64]], None] | None = None,
) -> NDArray[np.float64]:
    """Mean over all images of what `pass_batch` sums up for each batch; see `_sums`."""
    import numpy as np

    total, seen = np.zeros(1 + 2 * labels.shape[1]), 0
    for start in range(0, len(images), size):
        part = slice(start, start + size) if order is None else order[start : start + size]
        batch = images[part]
        total += pass_batch(batch, labels[part]).numpy()
        seen += len(batch)
        if tell:
            tell(total / seen)
    return total / seen


def by_head(found: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Loss of each head, and accuracy of each head, out of what `means` gives."""
    heads = len(found) // 2
    return found[1 : 1 + heads].tolist(), found[1 + heads :].tolist()


def logs_of(found: NDArray[np.float64], heads: Sequence[Head]) -> dict[str, float]:
    """Means under the names that Keras gives them."""
    losses, accuracies = by_head(found)
    logs = {"loss": float(found[0])}
    if len(heads) == 1:
        return {**logs, "accuracy": accuracies[0]}
    for head, loss, accuracy in zip(heads, losses, accuracies, strict=True):
        logs |= {f"{head.name}_loss": loss, f"{head.name}_accuracy": accuracy}
    return logs

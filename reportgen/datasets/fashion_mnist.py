"""Fashion-MNIST: 70,000 pieces of clothing, as `keras.datasets` brings them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.catalog import Entry
from reportgen.datasets._archive import PARAMETERS
from reportgen.records import Dataset

ENTRY = Entry(
    name="fashion_mnist",
    title="Fashion-MNIST",
    help="pieces of clothing, 28x28x1, 10 classes, through keras.datasets",
    parameters=PARAMETERS,
)

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
FILES = (
    "train-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
)


def load(params: Mapping[str, Any], seed: int) -> Dataset:
    """Read Fashion-MNIST from Keras' cache, or let Keras download it.

    Raises:
        UserError: there is neither a copy nor a network, or the copy cannot be read.
    """
    from reportgen.datasets._archive import Source, assemble

    files = {f"datasets/fashion-mnist/{name}": "" for name in FILES}
    # Cloth is often dark, and the ground is plain black: a tenth of white tells them apart.
    source = Source("fashion_mnist", "Fashion-MNIST", CLASSES, files, threshold=25)
    return assemble(source, params, seed)

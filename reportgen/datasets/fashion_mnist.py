"""Fashion-MNIST: 70,000 pieces of clothing, through `keras.datasets`."""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.datasets.builtin import PARAMETERS, Source
from reportgen.datasets.builtin import load as load_source
from reportgen.records import Dataset
from reportgen.types import Params

ENTRY = Entry(
    name="fashion_mnist",
    title="Fashion-MNIST",
    help="pieces of clothing, 28x28x1, 10 classes, through keras.datasets",
    parameters=PARAMETERS,
)
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
           "Bag", "Ankle boot")  # fmt: skip
FILES = (
    "train-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
)
_PATHS = {f"datasets/fashion-mnist/{name}": "" for name in FILES}
# Cloth is often dark, and the background is plain black: a tenth of white tells them apart.
SOURCE = Source("fashion_mnist", "Fashion-MNIST", CLASSES, _PATHS, threshold=25)


def load(params: Params, seed: int) -> Dataset:
    """Read Fashion-MNIST from Keras' cache, or let Keras download it.

    Raises:
        UserError: there is neither a copy nor a network, or the copy cannot be read.
    """
    return load_source(SOURCE, params, seed)

"""MNIST: 70,000 handwritten digits, through `keras.datasets`."""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.datasets.builtin import PARAMETERS, Source
from reportgen.datasets.builtin import load as load_source
from reportgen.records import Dataset
from reportgen.types import Params

ENTRY = Entry(
    name="mnist",
    title="MNIST",
    help="handwritten digits, 28x28x1, 10 classes, through keras.datasets",
    parameters=PARAMETERS,
)
CLASSES = tuple(str(digit) for digit in range(10))
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Of the file that Keras publishes; Keras itself accepts no other."""
SOURCE = Source("mnist", "MNIST", CLASSES, {"datasets/mnist.npz": SHA256}, threshold=127)


def load(params: Params, seed: int) -> Dataset:
    """Read MNIST from Keras' cache, or let Keras download it.

    Raises:
        UserError: there is neither a copy nor a network, or the copy is not what Keras published.
    """
    return load_source(SOURCE, params, seed)

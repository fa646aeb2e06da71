"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One layer of the model.

    Attributes:
        name: of the layer; type: its class.
        output_shape: as Keras writes it; params: its parameters.
        connected_to: the layers whose outputs it takes, as Keras writes them.
        work: what it does, such as "64 filters of 3 x 3, relu".
    """

    name: str
    type: str
    output_shape: str
    params: int
    connected_to: tuple[str, ...]
    work: str


@dataclass(frozen=True)
class Facts:
    """The model's table of layers.

    Attributes:
        rows: of the table.
        total, trainable, fixed: parameters of the whole model.
        unused: paths of layers that predicting does not use.
        nested: how many of the rows are models.
    """

    rows: tuple[Row, ...]
    total: int
    trainable: int
    fixed: int
    unused: tuple[str, ...]
    nested: int

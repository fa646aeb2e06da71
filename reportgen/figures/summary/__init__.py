"""The model's table of layers, as Keras' summary writes it."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="summary",
    title="Model summary",
    help="layers, output shapes, parameter counts and connections",
    parameters=(
        Parameter(
            "table",
            "str",
            "layers",
            "Keras' summary, or a list of what each layer does and gives for one image",
            choices=("layers", "outputs"),
        ),
    ),
    evidence=(
        ("layers", "rows of the table"),
        ("conv_layers", "convolution layers, nested ones included"),
        ("pool_layers", "local pooling layers, nested ones included"),
        ("params", "parameters of the whole model"),
        ("input_size", "longer side of the input"),
        ("input_channels", "channels of the input"),
        ("receptive_field", "side of the input region that one unit of a convolution sees"),
    ),
)

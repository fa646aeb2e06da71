"""The weights of convolutions, as pictures."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.kernels.fresh import FRESH

ENTRY = Entry(
    name="kernels",
    title="Kernels",
    help="the weights of convolution layers, one tile for each filter",
    parameters=(
        Parameter("layers", "layers", "all", "convolution layers to show"),
        Parameter(
            "max_filters", "int", 64, "filters shown of each layer, the first ones",
            minimum=1, maximum=512,
        ),
        Parameter(
            "max_inputs", "int", 128, "input channels shown where each has a tile, the first ones; "
            "at most 32 where there are more than 32 filters too",
            minimum=1, maximum=512, only={"show": ("auto", "inputs")},
        ),
        Parameter(
            "show", "str", "auto",
            "inputs: a tile for each filter and input channel; mean: each filter's mean over its "
            "input channels; auto: inputs where at most 128 tiles come of it, and colors where "
            "the inputs are those of a color image",
            choices=("auto", "inputs", "mean"),
        ),
        Parameter(
            "scaling", "str", "layer",
            "what full color means: the largest weight of the layer, or of each filter; range: "
            "gray from the layer's smallest weight to its largest, as 0 to 1",
            choices=("layer", "filter", "range"),
        ),
    ),
    evidence=with_fresh(FRESH, (
        ("filters", "filters of a layer"),
        ("effective_inputs", "input channels that a filter's energy spreads over"),
        ("single_input", "filters of a layer behind the first that have one input channel each"),
        ("smoothness", "likeness of neighboring weights (Moran's I)"),
        ("color_share", "share of a filter's energy that answers to color, not brightness"),
        ("redundant", "share of filters that nearly repeat another"),
    )),
    explanation=(
        (
            "",
            "A filter is a small block of weights, and drawn as a picture it shows what it answers "
            "to: the part of its input that looks like it. Only a first layer's weights meet an "
            "image; those of later layers meet feature maps (Krizhevsky, Sutskever and Hinton, "
            "NeurIPS 2012, draw such pictures).",
        ),
    ),
)  # fmt: skip

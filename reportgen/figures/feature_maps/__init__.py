"""Feature maps of convolution and pooling layers for test images."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.feature_maps.fresh import FRESH

ENTRY = Entry(
    name="feature_maps",
    title="Intermediate Layer Activation",
    help="feature maps of convolution and pooling layers for test images",
    parameters=(
        Parameter("samples", "samples", 1, "test images to show: a count, or their indices"),
        Parameter("layers", "layers", "all", "convolution and pooling layers to show"),
        Parameter(
            "max_channels",
            "int",
            64,
            "channels shown of one layer at most",
            minimum=1,
            only={"channels": (None,)},
        ),
        Parameter(
            "channels",
            "samples",
            None,
            "channels to show: a count or their numbers; null shows all, as far as max_channels",
            minimum=1,
            optional=True,
        ),
        Parameter("measure_on", "int", 96, "test images to measure on", minimum=1),
    ),
    evidence=with_fresh(
        FRESH,
        (
            ("foreground_lift", "departures from the ground inside the foreground, by layer"),
            (
                "detail",
                "how far over the map activation departs from its median (entropy), by layer",
            ),
            ("active_share", "share of activations above zero, by layer"),
            ("fineness", "waves that a map holds across the image, mean over channels, by layer"),
            ("pool_gain", "mean after pooling against mean before, by layer"),
            ("pool_agreement", "correlation of maps after pooling with those before, by layer"),
            ("pool_size_ratio", "positions after pooling against positions before, by layer"),
        ),
    ),
    needs_data=True,
    explanation=(
        (
            "",
            "A feature map is what one filter answers at each position when an image passes "
            "through the network. Side by side, the maps of a layer show which filters answer to "
            "which parts of the image (Yosinski et al., 2015, arXiv 1506.06579).",
        ),
    ),
)

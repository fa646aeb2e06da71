"""One channel of one layer for one image, as numbers in a table."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="channel_table",
    title="One channel as numbers",
    help="activations of one channel for one test image as a table, those above zero marked",
    parameters=(
        Parameter(
            "layer",
            "str",
            None,
            "the layer (a path) with two-dimensional maps; null takes the first convolution",
            optional=True,
        ),
        Parameter(
            "channel",
            "int",
            0,
            "the channel, counted from 0; null takes the one that follows the image's edges best",
            minimum=0,
            optional=True,
        ),
        Parameter("samples", "samples", 1, "the test image: 1, or a list of one index", maximum=1),
        Parameter("decimals", "int", 3, "decimals of every number", minimum=0, maximum=6),
        Parameter(
            "max_side", "int", 32, "rows and columns shown at most, from the top left", minimum=1
        ),
    ),
    evidence=(
        ("positive_share", "share of the channel's positions above zero, by layer"),
        ("largest", "the channel's largest activation for the image, by layer"),
        ("smallest", "the channel's smallest activation for the image, by layer"),
    ),
    needs_data=True,
)

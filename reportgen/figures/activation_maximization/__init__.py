"""What a convolution's filters answer to most: images found by gradient ascent from a blank."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.activation_maximization.fresh import FRESH

ENTRY = Entry(
    name="activation_maximization",
    title="Convolutional Filters",
    help="for each filter an image that maximizes its mean response, by gradient ascent from gray",
    parameters=(
        Parameter(
            "layers",
            "layers",
            "all",
            "convolution layers to show",
            only={"objective": ("filter", "unit")},
        ),
        Parameter(
            "objective",
            "str",
            "filter",
            "what to maximize: a filter's mean over its map, one unit of the map, or a class",
            choices=("filter", "unit", "class"),
        ),
        Parameter(
            "filters",
            "int",
            None,
            "filters of each layer, from the first; null shows all, 64 at most",
            minimum=1,
            optional=True,
            only={"objective": ("filter", "unit"), "targets": (None,)},
        ),
        Parameter(
            "targets",
            "names",
            None,
            "an image for each: numbers of filters (from 0), or names or numbers of classes; "
            '"3 + 7" excites both at once; null goes by `filters`, or shows all classes',
            optional=True,
        ),
        Parameter(
            "position",
            "str",
            None,
            'the unit\'s "row, column" in its map (an index for each axis of it); null takes '
            "the middle",
            optional=True,
            only={"objective": ("unit",)},
        ),
        Parameter(
            "parameterization",
            "str",
            None,
            "what changes: the pixels, or the image's waves in decorrelated colors; null takes "
            "waves from 64 pixels on",
            choices=("pixels", "fourier"),
            optional=True,
        ),
        Parameter("steps", "int", 40, "steps of the ascent", minimum=1, maximum=10_000),
        Parameter(
            "learning_rate",
            "float",
            0.05,
            "length of a step, as a share of the input range (root mean square)",
            minimum=1e-6,
            maximum=1,
        ),
        Parameter(
            "l2",
            "float",
            None,
            "pull to the middle of the input range, against a gradient of unit length; "
            "null takes 0.3",
            minimum=0,
            optional=True,
        ),
        Parameter(
            "total_variation",
            "float",
            None,
            "smoothing, against the same gradient; null takes 0.3 in pixels, none in waves",
            minimum=0,
            optional=True,
        ),
        Parameter(
            "jitter",
            "int",
            None,
            "random shift at each step in pixels, undone; null takes a fourteenth of the side",
            minimum=0,
            optional=True,
        ),
        Parameter(
            "pad", "int", 0, "width of a gray frame that the image is moved in, pixels", minimum=0
        ),
        Parameter(
            "rotate",
            "float",
            0.0,
            "random rotation at each step, in degrees either way, undone",
            minimum=0,
            maximum=180,
        ),
        Parameter(
            "scale",
            "float",
            0.0,
            "random change of size at each step, as a share, undone",
            minimum=0,
            maximum=0.5,
        ),
        Parameter(
            "size",
            "int",
            None,
            "side of the images in pixels, for models that take any; null takes the data's, or 128",
            minimum=8,
            optional=True,
        ),
        Parameter("measure_on", "int", 96, "test images to compare the response with", minimum=1),
    ),
    evidence=with_fresh(
        FRESH,
        (
            (
                "activation_ratio",
                "response reached against the largest among test images, by layer",
            ),
            (
                "bound_share",
                "response reached against the largest that any image can have, by layer",
            ),
            ("structure", "likeness of neighboring pixels (Moran's I), by layer"),
            (
                "pattern",
                "share of the images' contrast that lies in their strongest waves, by layer",
            ),
            ("pattern_gain", "that share minus that with fresh random weights, by layer"),
            ("chroma_share", "share of the images' contrast that is color, by layer"),
            ("hue_spread", "how far the filters' hues differ, by layer"),
            ("saturated", "share of values at the ends of the input range, by layer"),
            ("still", "filters whose gradient was zero everywhere, by layer"),
            (
                "score_ratio",
                "of units and classes, the score reached against the largest in the data",
            ),
        ),
    ),
    explanation=(
        (
            "",
            "Activation maximization begins with a gray image and changes it, step by step along "
            "the gradient, so that one filter, unit or class answers as strongly as it can. The "
            "image that remains shows what it is tuned to, whether or not any such image exists "
            "(Erhan et al., 2009; Simonyan, Vedaldi and Zisserman, 2013, arXiv 1312.6034).",
        ),
        (
            "fourier",
            "Here the image is written as waves in decorrelated colors, and the steps change the "
            "strength of the waves. This keeps the ascent from running into fine grain that the "
            "network answers to and people cannot read (Olah, Mordvintsev and Schubert, Distill "
            "2017).",
        ),
    ),
)

"""Parameters that several datasets share: the form of images, and what a user's own data needs."""

from __future__ import annotations

from reportgen.catalog import Parameter
from reportgen.datasets.preprocessing import PARAMETERS as PREPROCESSING

FORM = (
    Parameter(
        name="size",
        kind="size",
        default=None,
        help="[height, width] that images are resized to; null where all have one size",
        optional=True,
    ),
    Parameter(
        name="fit",
        kind="str",
        default="stretch",
        help="how other proportions are fitted: the image is stretched, cropped to its middle, "
        "or padded with black",
        choices=("stretch", "crop", "pad"),
    ),
    Parameter(
        name="interpolation",
        kind="str",
        default="bilinear",
        help="how pixels are interpolated; all but nearest average where an image shrinks",
        choices=("nearest", "bilinear", "bicubic", "lanczos"),
    ),
    Parameter(
        name="color",
        kind="str",
        default=None,
        help="make all images gray or rgb; null where all are one of them",
        choices=("gray", "rgb"),
        optional=True,
    ),
)
"""Size and color of images."""

RANGE = Parameter(
    name="range",
    kind="range",
    default=None,
    help="[low, high]: the stored values that are black and white, such as [0, 4095] for 12 bits; "
    "values outside are clipped; null takes the range of the numbers' type",
    optional=True,
)
"""The range of stored values."""

OWN_DATA = (
    Parameter(
        name="validation",
        kind="float",
        default=0.1,
        help="share of the training images that is set apart for validation, likewise",
        minimum=0.01,
        maximum=0.5,
    ),
    Parameter(
        name="test",
        kind="float",
        default=0.2,
        help="share of the training images that is set apart for test, where it has none of its "
        "own",
        minimum=0.01,
        maximum=0.9,
    ),
    Parameter(
        name="classes",
        kind="classes",
        default=None,
        help="names of the classes, in the order of the model's units: a list, or the path of a "
        "text file with one name a line; null takes them from the labels",
        optional=True,
    ),
    Parameter(
        name="title",
        kind="str",
        default=None,
        help="what people read; null makes it from the name",
        optional=True,
    ),
    Parameter(
        name="threshold",
        kind="int",
        default=None,
        help="pixels brighter than this (of 255, in any channel) count as foreground; null where "
        "that says nothing of what an image depicts, as with photos",
        minimum=0,
        maximum=254,
        optional=True,
    ),
    *PREPROCESSING,
)
"""Splits, classes, title, foreground and preprocessing of data that a user brings."""

"""Parameters that say what size and color images are given."""

from __future__ import annotations

from reportgen.catalog import Parameter

SHAPING = (
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

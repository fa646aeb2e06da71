"""What a model file may ask for. Every limit that a message states stands here."""

from __future__ import annotations

MB = 2**20
GB = 2**30

FILE = 4 * GB
"""Bytes of a model file, and of all that it unpacks to. The largest networks of
`keras.applications` take 1.4 GB."""

CONFIG = 32 * MB
"""Bytes of a configuration. EfficientNetB7's takes 1 MB."""

DEPTH = 100
"""Levels of nested lists and mappings in a configuration."""

EXPANSION = 100
"""Ratio of unpacked to stored bytes of a part larger than `SMALL`. Keras stores weights as they
are, a ratio of 1."""

SMALL = MB
"""Bytes below which a part may expand by any ratio."""

OBJECTS = 200_000
"""Groups and datasets of an HDF5 file, or members of an archive."""

NAME = 255
"""Characters of a layer's name; file systems take no longer names either."""

INPUT = 2**28
"""Values in one example that a model declares as its input (a color image of 9000 x 9000 px)."""

OUTPUT = 2**28
"""Values of one layer's output for one image (1 GB in single precision). VGG16 has 3 million at
most, EfficientNetB7 at 600 px 17 million, a U-Net with 64 channels at 1024 px 67 million."""

WEIGHTS = 64 * MB
"""Bytes of weights that a configuration may ask for without storing them."""


def readable_size(size: float) -> str:
    """A number of bytes for a reader, such as "3.5 GB"."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if size >= 10 or size == int(size) else f"{size:.1f} {unit}"


def readable_count(count: int) -> str:
    """A whole number for a reader, such as "268 435 456"."""
    return f"{count:,}".replace(",", " ")

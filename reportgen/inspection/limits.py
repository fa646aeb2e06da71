"""What a model file may ask for. Every limit that a message states stands here."""

from __future__ import annotations

MB = 2**20
GB = 2**30

FILE = 4 * GB
"""Bytes of a model file, and of all that it unpacks to. The largest networks of
`keras.applications` take 1.4 GB."""

CONFIG = 32 * MB
"""Bytes of a configuration. That of EfficientNetB7 takes 1 MB."""

DEPTH = 100
"""How deeply lists and mappings of a configuration may be nested."""

EXPANSION = 100
"""How many times its stored size a part of a file may unpack to, where that is more than `SMALL`.
Keras stores weights as they are, so 1 is what it writes."""

SMALL = MB
"""Bytes that no limit on expansion is applied to."""

OBJECTS = 200_000
"""Groups and datasets of an HDF5 file."""

NAME = 255
"""Characters of a layer's name; file systems take no longer names either."""

INPUT = 2**28
"""Values in one example that a model declares as its input (a color image of 9000 x 9000 px)."""

OUTPUT = 2**28
"""Values that one layer may give for one image (1 GB in single precision). Those of VGG16 give 3
million at most, of EfficientNetB7 at 600 px 17 million, of a U-Net with 64 channels at 1024 px 67
million."""

WEIGHTS = 64 * MB
"""Bytes of weights that a configuration may ask for without storing them."""


def said(size: float) -> str:
    """A number of bytes for a reader, such as "3.5 GB"."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if size >= 10 or size == int(size) else f"{size:.1f} {unit}"


def counted(values: int) -> str:
    """A whole number for a reader, such as "268 435 456"."""
    return f"{values:,}".replace(",", " ")

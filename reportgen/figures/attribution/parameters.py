"""Parameters that kinds of figures share which show test images. Light: catalogs read it."""

from __future__ import annotations

from reportgen.catalog import Parameter

LIKELIEST = Parameter(
    "likeliest",
    "int",
    None,
    "list this many classes below each image, the likeliest first, with their probabilities and "
    "the true class where it is known",
    minimum=1,
    maximum=100,
    optional=True,
)

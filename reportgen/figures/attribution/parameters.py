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

SANITY = Parameter(
    "sanity",
    "bool",
    True,
    "check the maps against those of random weights and of another class, and pixels at random",
)
"""The checks take about as long as the figure's own maps."""

SANITY_EVIDENCE = (
    ("sanity_images", "images whose maps the sanity checks look at"),
    ("sanity_similarity", "likeness of maps to those of random weights, mean over the cascade"),
    ("sanity_ssim", "the same by structural similarity (SSIM)"),
    ("sanity_cascade", "the likeness after each step of the cascade, numbered from 1"),
    ("sanity_independent", "the likeness with the weights of one step's layers alone"),
    ("sanity_random_logit", "likeness of the map of another class"),
    ("deletion_gain", "how much faster the answer falls than with pixels deleted at random"),
    ("insertion_gain", "how much faster the answer rises than with pixels inserted at random"),
)
SIGNED_EVIDENCE = (
    *SANITY_EVIDENCE,
    ("sanity_magnitude", "the likeness to maps of random weights, of magnitudes alone"),
)
"""The same of a kind whose maps may have a sign."""

"""What an answer loses when a part of the image is covered."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.attribution.parameters import LIKELIEST, SANITY, SIGNED_EVIDENCE
from reportgen.figures.occlusion.fresh import FRESH

ENTRY = Entry(
    name="occlusion",
    title="Occlusion Sensitivity",
    help="how much the score of a class drops when a patch of the image is covered",
    parameters=(
        Parameter("samples", "samples", 1, "test images to show: a count, or their indices"),
        Parameter(
            "patch",
            "int",
            None,
            "side of the patch in pixels; null takes a seventh of the image's shorter side",
            minimum=1,
            optional=True,
        ),
        Parameter(
            "stride",
            "int",
            None,
            "pixels from one position to the next; null takes half the patch",
            minimum=1,
            optional=True,
        ),
        Parameter(
            "base",
            "str",
            "mean",
            "what the patch is filled with; mean is the mean color of the training images, or of "
            "the test images where there are no others",
            choices=("black", "white", "mean"),
        ),
        Parameter(
            "score",
            "str",
            "logit",
            "whose drop the map shows; both drops are measured; the probability also where the "
            "logit is unknown, as for the mean of several networks",
            choices=("logit", "probability"),
        ),
        Parameter(
            "target",
            "str",
            None,
            'the class to explain: null for the predicted one, "label" for the true one, '
            "or a class's name or index",
            optional=True,
        ),
        LIKELIEST,
        Parameter("measure_on", "int", 16, "test images to measure on", minimum=1, maximum=1000),
        SANITY,
    ),
    evidence=with_fresh(
        FRESH,
        (
            ("energy_in_foreground", "share of the drops that lie in the foreground, by head"),
            ("energy_near_foreground", "share of the drops on or within a patch of it, by head"),
            ("same_place", "share of a map where others lie on average, by head"),
            ("foreground_there", "share of foreground at that place, by head"),
            ("zero_maps", "images of which no patch lowers the score, by head"),
            ("largest_drop", "largest drop of the probability against the mean drop, by head"),
            ("largest_value_drop", "the same of a value that is no score of a class, by head"),
            ("flipped", "share of images whose answer some patch changes, by head"),
            *SIGNED_EVIDENCE,
        ),
    ),
    needs_data=True,
    explanation=(
        (
            "",
            "Occlusion covers a patch of the image, moves it over all places, and notes how much "
            "the score of a class drops each time. Where it drops far, the network needs what was "
            "covered (Zeiler and Fergus, ECCV 2014, arXiv 1311.2901).",
        ),
    ),
)

"""Images of the dataset with their labels."""

from __future__ import annotations

from dataclasses import replace

from reportgen.catalog import Entry, Parameter
from reportgen.figures.attribution.parameters import LIKELIEST

ENTRY = Entry(
    name="samples",
    title="Input Image",
    help="images of the dataset, titled with their classes",
    parameters=(
        Parameter(
            "samples",
            "samples",
            None,
            "how many images, or their indices in the split; null: one of each of up to 10 classes",
            minimum=1,
            maximum=200,
            optional=True,
        ),
        Parameter("classes", "names", [], "show images of these classes only; [] for all"),
        Parameter(
            "split",
            "str",
            "test",
            "the split that they come from",
            choices=("train", "validation", "test"),
        ),
        Parameter(
            "by_label",
            "bool",
            False,
            "in the order of their labels; titles give label and class, the caption the indices",
        ),
        Parameter(
            "stages",
            "bool",
            False,
            "also show images as their files hold them (of a few without labels), and each channel "
            "of the model input",
        ),
        replace(LIKELIEST, input="model"),
        Parameter(
            "measure_on",
            "int",
            500,
            "images of the split that the foreground is measured on",
            minimum=1,
            maximum=100_000,
        ),
    ),
    evidence=(
        ("images", "images shown"),
        ("skipped", "files of the dataset that could not be read and were left out"),
        ("foreground_share", "share of an image's pixels that is foreground"),
    ),
    needs_data=True,
    needs_model=False,
    inputs=("dataset",),
)

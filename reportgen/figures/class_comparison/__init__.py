"""Two classes side by side: one filter's maps in the first layers, and how maps differ."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.class_comparison.fresh import FRESH

ENTRY = Entry(
    name="class_comparison",
    title="Two classes compared",
    help="examples of two classes with one filter's maps, and how far maps tell the classes apart",
    parameters=(
        Parameter(
            "classes",
            "names",
            None,
            "two classes by name or index; null takes the first and the last",
            optional=True,
        ),
        Parameter(
            "filter",
            "int",
            0,
            "the channel to show, counted from 0; null takes the one of the first layer shown "
            "whose direction of edges differs most between the classes",
            minimum=0,
            optional=True,
        ),
        Parameter("examples", "int", 2, "test images of each class", minimum=1, maximum=8),
        Parameter("layers", "layers", "all", "convolution and pooling layers to choose from"),
        Parameter("first", "int", 3, "layers shown, counted from the input", minimum=1, maximum=7),
        Parameter("measure_on", "int", 48, "test images of each class to measure on", minimum=2),
    ),
    evidence=with_fresh(
        FRESH,
        (
            (
                "orientation",
                "the filter shown: follows vertical (above 0) or horizontal edges, by layer, class",
            ),
            ("within_class", "cosine of mean maps of images of the same class, by layer"),
            ("between_classes", "cosine of mean maps of images of the two classes, by layer"),
            ("separation", "the former minus the latter, by layer"),
            ("telling_apart", "how well the filter that differs most tells the classes apart"),
            ("shared", "the same for the active filter that differs least"),
        ),
    ),
    needs_data=True,
)

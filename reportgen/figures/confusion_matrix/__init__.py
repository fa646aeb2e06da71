"""Which classes a model takes for which: its confusion matrix."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="confusion_matrix",
    title="Confusion matrix",
    help="images of each true class by the class that the model answers, and its usual mistakes",
    parameters=(
        Parameter(
            "split",
            "str",
            "test",
            "images to count",
            choices=("train", "validation", "test"),
        ),
        Parameter(
            "normalize",
            "str",
            "none",
            "what cells show: counts, or shares of each true or of each predicted class",
            choices=("none", "true", "predicted"),
        ),
        Parameter("pairs", "int", 10, "rows of the table of mistakes at most", minimum=1),
    ),
    evidence=(
        ("accuracy", "share of images on the diagonal, by output"),
        (
            "lowest_recall",
            "lowest recall of a class (share classified correctly), by output and class",
        ),
        ("confused_pair_share", "share of all mistakes that the most frequent one makes up"),
        ("confused_pair_rate", "share of that true class that is answered so"),
        ("tied_classes", "classes that share the lowest recall, by output"),
        ("tied_recall", "that recall, by output and class"),
        ("unanswered_classes", "classes that are never answered, by output"),
        ("unanswered", "images answered as a class that never is, by output and class"),
        ("swapped", "share of two classes' images that are answered as the other one"),
        ("renamed", "share of a class that is answered as one other class, if most are"),
    ),
    needs_data=True,
)

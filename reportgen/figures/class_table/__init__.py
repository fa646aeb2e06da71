"""The classes of a dataset with their labels, and how many images each has."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="class_table",
    title="Classes",
    help="the classes with their label numbers, their images by split, and where examples are",
    parameters=(
        Parameter("examples", "int", 3, "test images of each class to list", minimum=0, maximum=20),
        Parameter("max_classes", "int", 100, "classes listed at most", minimum=1),
    ),
    evidence=(
        ("classes", "classes of the dataset's first target"),
        ("smallest_class", "share of the images that the rarest class has, by split"),
        ("largest_class", "share of the images that the most frequent class has, by split"),
    ),
    needs_data=True,
    needs_model=False,
    inputs=("dataset",),
)

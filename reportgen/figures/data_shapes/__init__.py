"""Shapes, types and values of the data, before and after it is prepared for the model."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="data_shapes",
    title="Shapes of the data",
    help="shape, type and range of images and labels, before and after preparation",
    parameters=(
        Parameter(
            "show",
            "str",
            "both",
            "the data before preparation, after it, or both",
            choices=("before", "after", "both"),
        ),
    ),
    evidence=(("images", "images by split"),),
    needs_data=True,
    needs_model=False,
    inputs=("dataset",),
)

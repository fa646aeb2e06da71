"""How well the model does on each split."""

from __future__ import annotations

from reportgen.catalog import Entry

ENTRY = Entry(
    name="evaluation",
    title="Evaluation",
    help="accuracy and loss by split and output, with intervals",
    evidence=(
        ("accuracy", "share of images classified correctly, by split and output"),
        ("loss", "loss by split and output"),
        ("mean_accuracy", "test accuracy averaged over the outputs"),
        ("gray_accuracy", "test accuracy on the same images without their color, by output"),
    ),
    needs_data=True,
)

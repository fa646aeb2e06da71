"""An image of each class beside the mean over channels of the first layers' maps."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="mean_feature_maps",
    title="Mean of all channels",
    help="test images, such as one of each class, with the mean of the first layers' channels",
    parameters=(
        Parameter("layers", "layers", "all", "convolution and pooling layers to choose from"),
        Parameter("first", "int", 3, "layers shown, counted from the input", minimum=1, maximum=7),
        Parameter(
            "samples",
            "samples",
            None,
            "test images to show: a count, or their indices; null: one of each class",
            minimum=1,
            maximum=40,
            optional=True,
        ),
        Parameter(
            "max_classes",
            "int",
            20,
            "classes shown at most",
            minimum=1,
            only={"samples": (None,)},
        ),
        Parameter("measure_on", "int", 96, "test images to measure on", minimum=1),
    ),
    evidence=(
        ("mean_activation", "mean activation over positions and channels, by layer"),
        ("pool_gain", "mean after pooling against mean before, by pooling layer"),
    ),
    needs_data=True,
)

"""An image of each class beside the mean over channels of the first layers' maps."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="mean_feature_maps",
    title="Mean of all channels, class by class",
    help="a test image of each class with the mean over channels of the first layers' maps",
    parameters=(
        Parameter("layers", "layers", "all", "convolution and pooling layers to choose from"),
        Parameter("first", "int", 3, "layers shown, counted from the input", minimum=1, maximum=7),
        Parameter("max_classes", "int", 20, "classes shown at most", minimum=1),
        Parameter("measure_on", "int", 96, "test images to measure on", minimum=1),
    ),
    evidence=(
        ("mean_activation", "mean activation over positions and channels, by layer"),
        ("pool_gain", "mean after pooling against mean before, by pooling layer"),
    ),
    needs_data=True,
)

"""Where in an image the evidence for an answer lies, at the last convolution: Grad-CAM."""

from reportgen.catalog import Entry, Parameter
from reportgen.visualizations.grad_cam.explained import EXPLANATION

ENTRY = Entry(
    name="grad_cam",
    title="Class Activation Heatmap",
    help="heatmaps of the evidence for a class at a convolution layer, and over the input",
    parameters=(
        Parameter("samples", "samples", 1, "test images to show: a count, or their indices"),
        Parameter(
            "layer",
            "str",
            None,
            "the layer to explain at (a path); null takes the last convolution whose "
            "maps have several positions",
            optional=True,
        ),
        Parameter(
            "method",
            "str",
            "grad_cam",
            "how activations and gradients become a map",
            choices=(
                *("grad_cam", "grad_cam_plus_plus", "layer_cam", "hires_cam", "xgrad_cam"),
                "score_cam",
            ),
        ),
        Parameter(
            "target",
            "str",
            None,
            'the class to explain: null for the predicted one, "label" for the true one, '
            "or a class's name or index",
            optional=True,
        ),
        Parameter("measure_on", "int", 96, "test images to measure on", minimum=1),
    ),
    evidence=(
        ("energy_in_foreground", "share of a heatmap's energy inside the foreground, by head"),
        ("energy_near_foreground", "the same within one feature-map cell of the foreground"),
        ("spill_within_cell", "share of the energy outside that lies within one cell, by head"),
        ("imperfect_overlap", "share of heatmaps whose hottest pixels leave the foreground"),
        ("zero_maps", "heatmaps that are zero everywhere, by head"),
        ("constant_maps", "heatmaps that are the same at every position and not zero, by head"),
        ("zero_gradients", "images whose gradient is zero everywhere, by head"),
        ("head_similarity", "how alike the heads' heatmaps of an image are (cosine)"),
        ("head_peak_shift", "how far apart the heads' hottest points lie"),
    ),
    needs_data=True,
    explanation=EXPLANATION,
)

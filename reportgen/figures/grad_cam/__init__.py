"""Where in an image the evidence for an answer lies, at the last convolution: Grad-CAM."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.attribution.parameters import LIKELIEST, SANITY, SANITY_EVIDENCE
from reportgen.figures.grad_cam.fresh import FRESH

EXPLANATION = (
    (
        "grad_cam",
        "Grad-CAM weighs each feature map of a convolution by how much the score of a class rises "
        "with it, which is the gradient's mean over the map, adds the maps up and keeps what is "
        "positive. The sum says, at the resolution of the maps, where the evidence for the class "
        "lies (Selvaraju et al., ICCV 2017, arXiv 1610.02391).",
    ),
    (
        "grad_cam_plus_plus",
        "Grad-CAM++ weighs a feature map by its positive gradients only, each scaled by a share "
        "that is smaller the larger the map's activation is as a whole. So things of a class that "
        "take up little room count like large ones, which Grad-CAM prefers (Chattopadhay et al., "
        "WACV 2018, arXiv 1710.11063).",
    ),
    (
        "layer_cam",
        "LayerCAM weighs every position of a feature map by its own gradient, where that is "
        "positive, and adds the maps up. As nothing is averaged over the map, fine detail stays, "
        "at early layers too (Jiang et al., IEEE Transactions on Image Processing 2021).",
    ),
    (
        "hires_cam",
        "HiResCAM multiplies each feature map with its gradient position by position, adds the "
        "products up and keeps what is positive. Where a single linear layer follows the maps, "
        "the sum over positions is what they add to the score (Draelos and Carin, 2020, arXiv "
        "2011.08891).",
    ),
    (
        "xgrad_cam",
        "XGrad-CAM weighs each feature map by the mean of its gradient, in which every position "
        "counts by its share of the map's activation. The weights come from two axioms: that "
        "leaving a map out changes the score by what it adds to the heatmap, and that all of them "
        "add up to the score (Fu et al., BMVC 2020, arXiv 2008.02312).",
    ),
    (
        "score_cam",
        "Score-CAM shows the network the image through each feature map in turn, enlarged and "
        "scaled to 0..1, and weighs the map by the score that the class gets then, after a softmax "
        "over the maps. It needs no gradient (Wang et al., CVPR Workshops 2020, arXiv 1910.01279).",
    ),
)


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
        LIKELIEST,
        Parameter("measure_on", "int", 96, "test images to measure on", minimum=1),
        SANITY,
    ),
    evidence=with_fresh(
        FRESH,
        (
            ("energy_in_foreground", "share of a heatmap's energy inside the foreground, by head"),
            ("energy_near_foreground", "the same within one feature-map cell of the foreground"),
            (
                "evidence_near_foreground",
                "share of the evidence there that no mean over positions moved (HiResCAM), by head",
            ),
            ("spill_within_cell", "share of the energy outside that lies within one cell, by head"),
            ("imperfect_overlap", "share of heatmaps whose hottest pixels leave the foreground"),
            ("zero_maps", "heatmaps that are zero everywhere, by head"),
            ("constant_maps", "heatmaps that are the same at every position and not zero, by head"),
            ("zero_gradients", "images whose gradient is zero everywhere, by head"),
            ("head_similarity", "how alike the heads' heatmaps of an image are (cosine)"),
            ("head_peak_shift", "how far apart the heads' hottest points lie"),
            ("head_peak_distance", "the same as a share of the image's width"),
            ("same_place", "share of a heatmap where others lie on average, by head"),
            ("foreground_there", "share of foreground at that place, by head"),
            *SANITY_EVIDENCE,
        ),
    ),
    needs_data=True,
    explanation=EXPLANATION,
)

"""How much each pixel has to do with an answer: gradients with respect to the input."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter, with_fresh
from reportgen.figures.attribution.parameters import LIKELIEST, SANITY, SIGNED_EVIDENCE
from reportgen.figures.saliency.fresh import FRESH

EXPLANATION = (
    (
        "gradient",
        "A gradient map holds, for every pixel, how fast the score of a class changes with it. It "
        "says to which pixels the score is sensitive at this very image, and is noisy (Simonyan, "
        "Vedaldi and Zisserman, 2013, arXiv 1312.6034).",
    ),
    (
        "smoothgrad",
        "SmoothGrad averages the gradient over copies of the image with random noise. What changes "
        "from copy to copy cancels out, and the map becomes smoother (Smilkov et al., 2017, arXiv "
        "1706.03825).",
    ),
    (
        "integrated_gradients",
        "Integrated gradients average the gradient over the straight way from a baseline image to "
        "this one and multiply the mean with the difference between the two. The map adds up to "
        "the difference of the two scores (Sundararajan, Taly and Yan, ICML 2017, arXiv "
        "1703.01365).",
    ),
    (
        "input_x_gradient",
        "Input times gradient multiplies every pixel with its gradient. In a linear network the "
        "product is what the pixel adds to the score (Shrikumar et al., 2016, arXiv 1605.01713).",
    ),
    (
        "guided_backpropagation",
        "Guided backpropagation takes the gradient, but at every ReLU hands down only what is "
        "positive and only where the ReLU let its input pass. The maps are sharp, and follow the "
        "image's edges more than the class (Springenberg et al., 2014, arXiv 1412.6806; on the "
        "limit: Adebayo et al., 2018, arXiv 1810.03292).",
    ),
)


ENTRY = Entry(
    name="saliency",
    title="Saliency Map",
    help="how much each pixel has to do with the score of a class, by gradients",
    parameters=(
        Parameter("samples", "samples", 1, "test images to show: a count, or their indices"),
        Parameter(
            "method",
            "str",
            "gradient",
            "how gradients become a map",
            choices=(
                "gradient",
                "smoothgrad",
                "integrated_gradients",
                "input_x_gradient",
                "guided_backpropagation",
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
        Parameter(
            "show",
            "str",
            None,
            "magnitude (the largest over color channels) or signed values (their sum); null: "
            "signed for the methods that multiply with the input",
            choices=("magnitude", "signed"),
            optional=True,
        ),
        Parameter(
            "copies",
            "int",
            20,
            "noisy copies of each image",
            minimum=1,
            only={"method": ("smoothgrad",)},
        ),
        Parameter(
            "noise",
            "float",
            0.15,
            "their standard deviation as a share of the input range",
            minimum=0,
            maximum=1,
            only={"method": ("smoothgrad",)},
        ),
        Parameter(
            "steps",
            "int",
            32,
            "points on the path",
            minimum=1,
            only={"method": ("integrated_gradients",)},
        ),
        Parameter(
            "baseline",
            "str",
            "black",
            "the image where the path begins",
            choices=("black", "white", "mean"),
            only={"method": ("integrated_gradients",)},
        ),
        LIKELIEST,
        Parameter("measure_on", "int", 32, "test images to measure on", minimum=1, maximum=1000),
        SANITY,
    ),
    evidence=with_fresh(
        FRESH,
        (
            ("energy_in_foreground", "share of a map's magnitude inside the foreground, by head"),
            ("same_place", "share of a map where others lie on average, by head"),
            ("foreground_there", "share of foreground at that place, by head"),
            ("zero_maps", "maps that are zero everywhere, by head"),
            ("pixels_at_baseline", "share of pixels that get nothing by construction, by head"),
            ("edge_agreement", "rank correlation of a map with the edges of its image, by head"),
            ("gradient_agreement", "rank correlation of a map with the plain gradient, by head"),
            ("completeness_gap", "what integrated gradients fail to add up to, by head"),
            ("relus_replaced", "share of the ReLUs on the way that were guided, by head"),
            *SIGNED_EVIDENCE,
        ),
    ),
    needs_data=True,
    explanation=EXPLANATION,
)

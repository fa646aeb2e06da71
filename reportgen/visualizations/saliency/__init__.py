"""How much each pixel has to do with an answer: gradients with respect to the input."""

from reportgen.catalog import Entry, Parameter
from reportgen.visualizations.saliency.explained import EXPLANATION

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
        Parameter("measure_on", "int", 32, "test images to measure on", minimum=1, maximum=1000),
    ),
    evidence=(
        ("energy_in_foreground", "share of a map's magnitude inside the foreground, by head"),
        ("zero_maps", "maps that are zero everywhere, by head"),
        ("pixels_at_baseline", "share of pixels that get nothing by construction, by head"),
        ("edge_agreement", "rank correlation of a map with the edges of its image, by head"),
        ("gradient_agreement", "rank correlation of a map with the plain gradient, by head"),
        ("completeness_gap", "what integrated gradients fail to add up to, by head"),
        ("relus_replaced", "share of the ReLUs on the way that were guided, by head"),
    ),
    needs_data=True,
    explanation=EXPLANATION,
)

"""What in an image a unit of a layer responds to: one activation, brought back to the input."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter
from reportgen.figures.attribution.parameters import SANITY, SIGNED_EVIDENCE

ENTRY = Entry(
    name="deconvnet",
    title="Deconvolutional Network",
    help="single activations of a layer brought back to the input, beside the images they saw",
    parameters=(
        Parameter(
            "layer",
            "str",
            None,
            "the layer whose units to show (a path); null takes the last convolution whose "
            "maps have several positions",
            optional=True,
        ),
        Parameter(
            "filters",
            "samples",
            4,
            "channels to show: their numbers, counted from 0 (the 46th is 45), or a count of "
            "those that respond most strongly",
        ),
        Parameter(
            "beside",
            "str",
            None,
            "another backward rule at ReLUs to show beside: guided backpropagation, or the plain "
            "gradient; null for none",
            choices=("guided", "gradient"),
            optional=True,
        ),
        Parameter(
            "keep",
            "str",
            "strongest",
            "what of a channel is brought back: its strongest position, or all of them",
            choices=("strongest", "all"),
        ),
        Parameter(
            "top",
            "int",
            4,
            "images for each channel: those that excite it most",
            minimum=1,
            only={"samples": (None,)},
        ),
        Parameter(
            "samples",
            "samples",
            None,
            "test images to bring back from instead: a count, or their indices",
            optional=True,
        ),
        Parameter(
            "search", "int", 512, "test images among which the most exciting are found", minimum=1
        ),
        SANITY,
    ),
    evidence=(
        ("activation", "largest activation among the test images searched, by channel"),
        ("receptive_field", "side of the input region that one unit can see"),
        ("relus_replaced", "share of the ReLUs on the way that follow the deconvnet's rule"),
        ("plain_passages", "layers on the way without a rule of the deconvnet"),
        ("zero_projections", "projections that are zero everywhere"),
        ("energy_in_foreground", "share of the projections' magnitude inside the foreground"),
        *SIGNED_EVIDENCE,
    ),
    needs_data=True,
    explanation=(
        (
            "",
            "A deconvnet keeps one activation of a layer, sets all others to zero, and leads it "
            "back to the image: through each filter transposed, at each ReLU keeping what is "
            "positive, and at each max-pooling to the place where the maximum was found. What "
            "arrives shows which part of this image excited that unit (Zeiler and Fergus, ECCV "
            "2014, arXiv 1311.2901).",
        ),
        (
            "guided",
            "Guided backpropagation leads the activation back as a deconvnet does, and besides "
            "hands nothing down at a ReLU that was off for this image. What arrives is cleaner, "
            "also without max-pooling (Springenberg et al., 2014, arXiv 1412.6806).",
        ),
        (
            "gradient",
            "The gradient leads an activation back by the chain rule: a ReLU hands down what comes "
            "back, of either sign, wherever it was on. It says how each pixel would change the "
            "activation (Simonyan, Vedaldi and Zisserman, 2013, arXiv 1312.6034).",
        ),
    ),
)

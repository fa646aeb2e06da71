"""What a convolution's filters answer to most: images found by gradient ascent from a blank."""

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="activation_maximization",
    title="Convolutional Filters",
    help="for each filter an image that maximizes its mean response, by gradient ascent from gray",
    parameters=(
        Parameter("layers", "layers", "all", "convolution layers to show"),
        Parameter(
            "filters",
            "int",
            None,
            "filters of each layer, from the first; null shows all, 64 at most",
            minimum=1,
            optional=True,
        ),
        Parameter("steps", "int", 40, "steps of the ascent", minimum=1, maximum=10_000),
        Parameter(
            "learning_rate",
            "float",
            0.05,
            "length of a step, as a share of the input range (root mean square)",
            minimum=1e-6,
            maximum=1,
        ),
        Parameter(
            "l2",
            "float",
            3.0,
            "pull to the middle of the input range, against a gradient of unit length",
            minimum=0,
        ),
        Parameter(
            "total_variation", "float", 0.3, "smoothing, against the same gradient", minimum=0
        ),
        Parameter("jitter", "int", 2, "random shift at each step in pixels, undone", minimum=0),
        Parameter(
            "size",
            "int",
            None,
            "side of the images in pixels, for models that take any; null takes the data's, or 128",
            minimum=8,
            optional=True,
        ),
        Parameter("measure_on", "int", 96, "test images to compare the response with", minimum=1),
    ),
    evidence=(
        ("activation_ratio", "response reached against the largest among test images, by layer"),
        ("structure", "likeness of neighboring pixels (Moran's I), by layer"),
        ("pattern", "share of the images' contrast that lies in their strongest waves, by layer"),
        ("pattern_gain", "that share minus that with fresh random weights, by layer"),
        ("chroma_share", "share of the images' contrast that is color, by layer"),
        ("hue_spread", "how far the filters' hues differ, by layer"),
        ("saturated", "share of values at the ends of the input range, by layer"),
        ("still", "filters whose gradient was zero everywhere, by layer"),
    ),
)

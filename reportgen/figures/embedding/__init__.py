"""Where images of each class lie among a model's embeddings."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="embedding",
    title="Embedding",
    help="images as points in the space before the last layer, by class, and their angles",
    parameters=(
        Parameter(
            "layer",
            "str",
            None,
            "layer whose output to show; null for the input of the last weighted layer",
            optional=True,
        ),
        Parameter(
            "output", "str", None, "output whose classes to show; null for the first", optional=True
        ),
        Parameter(
            "splits", "names", ["train", "test"], "splits to show; the first has the centers"
        ),
        Parameter("samples", "int", 10_000, "images of each split at most", minimum=1),
        Parameter("weights", "bool", False, "draw the classes' weight vectors over the points"),
    ),
    evidence=(
        ("dimensions", "values that an embedding has"),
        ("within_angle", "mean angle of images to the center of their class, by split"),
        ("nearest_other_angle", "mean angle of images to the nearest other center, by split"),
        ("separation", "simplified silhouette by angles: 1 on the own center, by split"),
        ("nearest_center", "share of images whose nearest center is their class's, by split"),
        ("nearest_weight", "share of images whose nearest weight vector is their class's"),
        ("closest_centers", "least angle between the centers of two classes, by their names"),
        ("center_angle", "mean angle between the centers of two classes"),
        ("weight_center_angle", "mean angle between a class's weight vector and its center"),
        ("length", "mean length of the embeddings, by split"),
        ("length_spread", "deviation of their lengths over the mean length, by split"),
        ("length_effect", "how much doubling an embedding's length changes the answers"),
        ("margin", "margin that training applies, by the type of the last layer"),
        ("no_direction", "images whose embedding is zero, by split"),
        ("variance_shown", "share of the variance that a projection shows, by split"),
    ),
    needs_data=True,
)

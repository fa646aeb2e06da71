"""Which filters answer to vertical edges, to horizontal ones, to outlines or to brightness."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="edge_filters",
    title="Filters and edges",
    help="which filters follow vertical or horizontal edges, and how local what they show still is",
    parameters=(
        Parameter("layers", "layers", "all", "convolution layers to judge"),
        Parameter("samples", "samples", 1, "the test image: 1, or a list of one index", maximum=1),
        Parameter(
            "top", "int", 4, "filters drawn of each kind, the clearest first", minimum=1, maximum=5
        ),
        Parameter("measure_on", "int", 240, "test images to measure on", minimum=2),
    ),
    evidence=(
        ("oriented_filters", "filters that answer to edges of one direction, by layer"),
        ("oriented_filters_fresh", "the same with fresh weights"),
        ("vertical_filters", "those of them that answer to vertical edges"),
        ("horizontal_filters", "those of them that answer to horizontal edges"),
        ("unoriented_share", "share of the filters that are not oriented, by layer"),
        ("orientation", "mean strength of orientation (1 - circular variance), by layer"),
        ("orientation_fresh", "the same with fresh weights"),
        ("edge_angle", "angle of the edges that an oriented filter answers most"),
        ("edge_filters", "filters that follow edges more than brightness"),
        ("edge_filters_fresh", "the same with fresh weights"),
        ("area_filters", "filters that follow brightness more than edges"),
        ("outline", "how closely the filter that does so most follows edges, by layer"),
        ("most_vertical", "the same of the oriented filter that follows vertical edges best"),
        ("most_horizontal", "the same of the oriented filter that follows horizontal edges best"),
        ("local", "share of the maps' variance that the pixels right there explain, by layer"),
        ("local_fresh", "the same with fresh weights"),
        ("class_told", "images whose class the filters' mean activations tell, by layer"),
        ("class_told_fresh", "the same with fresh weights"),
    ),
    needs_data=True,
    explanation=(
        (
            "",
            "A filter follows edges where its activation departs from the map's median as the "
            "image's brightness changes: the correlation of the two over all positions of many "
            "images. It is oriented where waves of one direction call forth more response than "
            "others: its strength is one minus the circular variance of the response's power "
            "(Ringach, Shapley and Hawken 2002), taken from the kernel of a convolution that "
            "reads the images, and from maps of waves deeper in.",
        ),
    ),
)

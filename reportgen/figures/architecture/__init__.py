"""The network as a drawing: its volumes one after the other, and the branches among them."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="architecture",
    title="Architecture",
    help="a drawing of the network: shapes in order, repeated parts folded, branches side by side",
    parameters=(
        Parameter("fold", "bool", True, "draw parts that repeat once, with how often"),
        Parameter(
            "branches", "int", 6, "kinds of branching parts that are drawn in full, at most",
            minimum=0, maximum=50,
        ),
    ),
    evidence=(
        ("layers", "calls of layers and other operations, nested models unfolded"),
        ("depth", "layers with weights on the longest way from input to output"),
        ("stages", "parts in the drawing, after folding"),
        ("branchings", "places where the way through the network parts"),
        ("skips", "of these, places that one way leads around without a layer"),
        ("ways", "ways side by side at one place, at most"),
        ("parameter_share", "share of all parameters, by kind of layer"),
    ),
    explanation=(
        (
            "",
            "A network is drawn as the volumes that its layers give, in the order in which an "
            "image passes them. Parts that follow one another in the same form are drawn once; "
            "where ways part and meet again, each way is listed by itself (the graph is taken "
            "apart as in Valdes, Tarjan and Lawler, SIAM Journal on Computing 1982).",
        ),
    ),
)  # fmt: skip

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    "fancy_figure",
    "Fancy",
    "counts weights",
    parameters=(Parameter("times", "int", 1, "how often"),),
    evidence=(("weights", "number of weights"),),
)

from reportgen.records import Table


def draw(artifact, params):
    return (
        Table(
            "",
            ("What", "Count"),
            (("weights", artifact.facts["count"]),),
            "Weights, counted by a fancy plug-in.",
        ),
    )

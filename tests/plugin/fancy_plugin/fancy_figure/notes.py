from reportgen.drafting import get, note


def notes(finding):
    weights = get(finding, "weights")
    return (
        note(
            f"{finding.block}.weights",
            "fancy.weights",
            "info",
            "It has {weights} fancy weights.",
            weights=weights,
        ),
    )

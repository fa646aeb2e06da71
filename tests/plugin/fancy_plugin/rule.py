from reportgen.catalog import Entry

ENTRY = Entry("fancy_rule", "Fancy rule", "whether there are weights")


def infer(findings):
    from reportgen.drafting import note
    from reportgen.records import Inference

    found = [e for block in findings.blocks for e in block.evidence if e.id.endswith(".weights")]
    return Inference(
        (
            note(
                "fancy_rule",
                "fancy_rule",
                "supported",
                "There are {n} weights, so says a fancy rule.",
                n=found[0],
            ),
        )
    )

from reportgen.catalog import Entry

ENTRY = Entry("fancy_rule", "Fancy rule", "whether there are weights")


def infer(findings):
    from reportgen.drafting import Sentences, conclude

    sentences = Sentences(__file__)
    found = [e for block in findings.blocks for e in block.evidence if e.id.endswith(".weights")]
    why = sentences("weights", n=found[0])
    return conclude("fancy_rule", sentences("claim"), "above", why)

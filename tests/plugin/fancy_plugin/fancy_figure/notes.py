from reportgen.drafting import Sentences, draft, get

SENTENCES = Sentences(__file__)


def notes(finding):
    sentence = SENTENCES("weights", weights=get(finding, "weights"))
    return (draft(f"{finding.block}.weights", "fancy.weights", "info", sentence),)

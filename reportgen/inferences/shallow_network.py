"""Is the shallowest network so shallow that its figures show only the first stage?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Reading,
    Sentences,
    conclude,
    of_model,
    readings,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="shallow_network",
    title="A shallow network",
    help="whether the shallowest network shows only the first stage of processing",
    order=2,
)

SENTENCES = Sentences(__file__)


def infer(findings: Findings) -> Inference:
    """One note on the models with the fewest convolution layers.

    The claim holds where the shallowest model has a single convolution layer, and thus no later
    stage, and where the layer's receptive field is narrower than the input. The architecture
    determines both exactly; the answer is open only where a size is missing.
    """
    depths = [r for r in readings(findings, "summary", "conv_layers") if r.number() > 0]
    if not depths:
        return Inference()
    least = min(depths, key=Reading.number)
    shallow = [r for r in depths if r.number() == least.number()]
    names = {"models": [r.model.title for r in shallow]}
    count, also = len(shallow), [r.evidence for r in depths]
    claim = SENTENCES("claim")
    if least.number() > 1:
        others = "yes" if len(depths) > count else "no"
        why = SENTENCES("more-stages", names, count=count, least=least, others=others)
        return conclude(ENTRY.name, claim, "below", why, also)
    field, size = _field(findings, {r.model.name for r in shallow})
    if field is None or size is None:
        why = SENTENCES("unknown-field", names, count=count)
        return conclude(ENTRY.name, claim, "open", why, also)
    also += [field.evidence, size]
    if (size.value or 0) <= field.number():
        why = SENTENCES("whole-image", names, count=count)
        return conclude(ENTRY.name, claim, "below", why, also)
    why = SENTENCES("one-stage", names, count=count, field=field, size=size)
    return conclude(ENTRY.name, claim, "above", why, also)


def _field(findings: Findings, models: set[str]) -> tuple[Reading | None, Evidence | None]:
    """The widest receptive field in the models of these names, and the width of its input."""
    fields = [r for r in readings(findings, "summary", "receptive_field") if r.model.name in models]
    if not fields:
        return None, None
    widest = max(fields, key=Reading.number)
    size = of_model(readings(findings, "summary", "input_size"), widest.model).get("")
    return widest, size if size is not None and size.value is not None else None

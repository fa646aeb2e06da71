"""Is the shallowest network so shallow that its figures show only the first stage?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Paragraph,
    Reading,
    Side,
    every,
    exact,
    of_model,
    opposite,
    readings,
)
from reportgen.records import Findings, Inference

ENTRY = Entry(
    name="shallow_network",
    title="A shallow network",
    help="whether the shallowest network shows only the first stage of processing",
    order=2,
)

CONCLUSIONS: dict[Side, str] = {
    "above": "With no later convolution, figures of its layers show the first stage only.",
    "below": "So figures of its layers show more than the first stage.",
    "open": "How that compares with the input's width is not known, so the question stays open.",
}


def infer(findings: Findings) -> Inference:
    """One note on the models with the fewest convolution layers, against the deepest.

    The claim holds where the shallowest model has a single convolution layer, and thus no later
    stage, and where the layer's receptive field is narrower than the input. The architecture
    determines both exactly; the answer is open only where a size is missing.
    """
    depths = [r for r in readings(findings, "summary", "conv_layers") if r.number() > 0]
    if not depths:
        return Inference()
    least, deepest = min(depths, key=Reading.number), max(depths, key=Reading.number)
    shallow = [r for r in depths if r.number() == least.number()]
    paragraph = Paragraph(ENTRY.name)
    have, each = ("has", "") if len(shallow) == 1 else ("have", " each")
    rank = ", the fewest of this report" if len(depths) > 1 else ""
    than = "; {deepest.model} has {deepest}" if deepest.number() > least.number() else ""
    paragraph.say(
        f"{{models}} {have} {{least:convolution layer|convolution layers}}{each}{rank}{than}.",
        {"models": [r.model.title for r in shallow]},
        least=least,
        deepest=deepest,
    )
    field = _field(paragraph, findings, shallow)
    answer = every([opposite(exact(least.number(), 1)), field])
    paragraph.say(CONCLUSIONS[answer])
    return paragraph.conclude(answer)


def _field(paragraph: Paragraph, findings: Findings, shallow: Sequence[Reading]) -> Side:
    """Adds the widest receptive field; "above" if it is narrower than the input."""
    names = {r.model.name for r in shallow}
    fields = [r for r in readings(findings, "summary", "receptive_field") if r.model.name in names]
    if not fields:
        return "open"
    widest = max(fields, key=Reading.number)
    size = of_model(readings(findings, "summary", "input_size"), widest.model).get("")
    if size is None or size.value is None:
        return "open"
    paragraph.say(
        "The receptive field of {field.at} in {field.model} is {field} of an input {size} wide.",
        field=widest,
        size=size,
    )
    return exact(size.value, widest.number())

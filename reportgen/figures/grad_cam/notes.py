"""What heatmaps alone show: where their energy lies, how many are zero or the same everywhere."""

from __future__ import annotations

from reportgen.drafting import beside_area, by_measure, note, of_output
from reportgen.drafting.sanity import trusted
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each head: the energy on the foreground; heatmaps that point nowhere, if there are."""
    inside = by_measure(finding, "energy_in_foreground")
    zeros, flat = by_measure(finding, "zero_maps"), by_measure(finding, "zero_gradients")
    single = len(inside) == 1
    written = [_focus(finding, head, item, single) for head, item in inside.items()]
    even = by_measure(finding, "constant_maps")
    written += [_zero(finding, head, item, flat.get(head), single) for head, item in zeros.items()]
    written += [_constant(finding, head, item, single) for head, item in even.items()]
    return (*sanity_notes(finding), *(item for item in written if item is not None))


def _focus(finding: Finding, head: str, inside: Evidence, single: bool) -> Note | None:
    if inside.value is None or not trusted(finding, "energy_in_foreground", head):
        return None
    return note(
        f"{finding.block}.focus.{head}",
        "grad_cam.focus",
        "info",
        of_output(
            "the foreground holds on average {inside:%} of a heatmap's energy (interval "
            f"{{inside.interval:%}}, {{inside.n:image|images}}), {beside_area(inside)} "
            "({inside.baseline:%}).",
            single,
        ),
        words={"head": head},
        inside=inside,
    )


def _zero(
    finding: Finding, head: str, zero: Evidence, flat: Evidence | None, single: bool
) -> Note | None:
    """A cause is given where gradients were measured, which Score-CAM does not use."""
    if not zero.value:
        return None
    cited: dict[str, Evidence] = {"zero": zero, "flat": flat} if flat else {"zero": zero}
    return note(
        f"{finding.block}.zero.{head}",
        "grad_cam.zero",
        "info",
        ("" if single else "For {head}, ")
        + "{zero} of {zero.n:heatmap|heatmaps} "
        + f"{'is' if zero.value == 1 else 'are'} zero everywhere"
        + (f", {_cause(zero, flat)}." if flat else "."),
        {"head": head},
        (),
        **cited,
    )


def _constant(finding: Finding, head: str, even: Evidence, single: bool) -> Note | None:
    if not even.value:
        return None
    single_map = even.value == 1
    return note(
        f"{finding.block}.constant.{head}",
        "grad_cam.constant",
        "info",
        ("" if single else "For {head}, ")
        + "{even} of {even.n:heatmap|heatmaps} "
        + ("is" if single_map else "are")
        + " the same at every position and not zero, so "
        + ("it points nowhere and is" if single_map else "they point nowhere and are")
        + " left out where the strongest pixels are compared.",
        words={"head": head},
        even=even,
    )


def _cause(zero: Evidence, flat: Evidence) -> str:
    """Why maps are zero: for want of a gradient, or since the ReLU of Grad-CAM leaves nothing."""
    nowhere = "the weighted sum of the feature maps is nowhere positive"
    if not flat.value:
        return f"because {nowhere}; no gradient is zero everywhere"
    cause = "{flat} of them because the gradient is zero everywhere"
    if flat.value == zero.value:
        return cause.replace("{flat} of them ", "")
    return f"{cause}, the rest because {nowhere}"

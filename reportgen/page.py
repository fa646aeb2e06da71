"""Stage `page`: the outputs of a spec's tasks become a `Report` and its files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen import catalog
from reportgen.cited_values import Cited, cited, cited_in_line, resolved
from reportgen.citing import citation_problems
from reportgen.codec import decode, encode
from reportgen.digest import of_bytes, of_value
from reportgen.drafting import measure_name
from reportgen.editing.applying import applied
from reportgen.editing.file import NotesFile
from reportgen.engine.drawn import Drawn, DrawnPart
from reportgen.engine.note import as_evidence
from reportgen.errors import UserError
from reportgen.highlights import key_findings, with_caveats
from reportgen.records import (
    Block,
    Evidence,
    Figure,
    Finding,
    ModelFacts,
    Note,
    Report,
    ReportWarning,
    Section,
    Verdict,
)
from reportgen.render import pages
from reportgen.render.context import cited_view
from reportgen.render.views import REMARKS
from reportgen.spec.types import FigureSpec, ModelSpec, SectionSpec, Spec
from reportgen.store import Output, Store

if TYPE_CHECKING:
    from reportgen.types import Json, JsonObject

SUFFIXES = {"image/png": "png", "image/svg+xml": "svg", "text/csv": "csv"}


def make(
    spec: Spec,
    inputs: Mapping[str, Output],
    provenance: Mapping[str, Json],
    store: Store,
    notes: NotesFile | None = None,
) -> dict[str, bytes]:
    """All files of a report as bytes, by path relative to the report's folder.

    Args:
        spec: the report's spec.
        inputs: outputs of the tasks before the page, by input name.
        provenance: how the report was made: versions, libraries, seed.
        store: the store that holds the outputs.
        notes: the author's notes, if there are any.

    Raises:
        UserError: the author's text cites evidence that the report does not have.
    """
    report = drafted(spec, inputs, provenance, store)
    evidence = evidence_of(report)
    report = with_captions(report, spec, evidence)
    own = applied(report.sections, report.inferences, evidence, spec, notes)
    report = replace(
        report,
        sections=own.sections,
        inferences=own.inferences,
        highlights=key_findings(own.sections, own.inferences),
        provenance={**report.provenance, **_left_out(spec, own.rejected)},
    )
    shown = [f for section in report.sections for block in section.blocks for f in block.figures]
    return pages(
        report,
        {figure.file: store.get(figure.digest) for figure in shown if figure.table is None},
        {figure.file: store.get(figure.vector) for figure in shown if figure.vector},
    )


def drafted(
    spec: Spec, inputs: Mapping[str, Output], provenance: Mapping[str, Json], store: Store
) -> Report:
    """A report with all of its drafts; see `make`."""
    outputs = {name: json.loads(store.get(output.object)) for name, output in inputs.items()}
    models = tuple(_model(m, decode(ModelFacts, outputs[f"model:{m.name}"])) for m in spec.models)
    inferred = [outputs[f"inference:{rule}"] for rule in spec.inferences]
    derived = tuple(e for i in inferred for e in decode(tuple[Evidence, ...], i["evidence"]))
    read: set[str] = set()
    sections = merged_notes(_section(spec, section, outputs, read) for section in spec.sections)
    sections, inferences = _with_caveats(
        sections,
        tuple(n for i in inferred for n in decode(tuple[Note, ...], i["notes"])),
        derived,
        models,
    )
    return Report(
        slug=spec.slug,
        title=spec.title,
        authors=tuple(spec.authors),
        intro=spec.intro,
        models=models,
        sections=with_explanations(spec, sections),
        inferences=inferences,
        provenance=_provenance(models, provenance),
        warnings=_warnings(models),
        derived=derived,
    )


def evidence_of(report: Report) -> dict[str, Evidence]:
    """All that the texts of a report may cite, by id."""
    blocks = [block for section in report.sections for block in section.blocks]
    items = [*(item for block in blocks for item in block.evidence), *report.derived]
    return {item.id: item for item in items}


def with_captions(report: Report, spec: Spec, evidence: Mapping[str, Evidence]) -> Report:
    """The report with the values that its author's captions cite, after a check of all texts.

    Raises:
        UserError: a text cites evidence that the report does not have.
    """
    texts = [(cited(spec.intro), spec.lines.get("intro", 1))]
    for section in spec.sections:
        texts.append((cited(section.text), section.lines.get("text", section.line)))
        texts += [(cited_in_line(f.caption or ""), f.at("caption")) for f in section.figures]
    # A message names the line of the key, on whichever line of its text the citation is.
    wrong = [
        replace(problem, line=line)
        for citations, line in texts
        for problem in citation_problems(citations, list(evidence), str(spec.source), line)
    ]
    if wrong:
        raise UserError(*wrong)

    def caption(text: str) -> str:
        def fill(item: Cited) -> str:
            view = cited_view(evidence[item.id])
            return view.percent if item.percent else view.text

        return resolved(text, cited_in_line(text), fill)

    sections = tuple(
        replace(section, blocks=tuple(
            replace(block, caption=caption(block.caption)) for block in section.blocks
        ))
        for section in report.sections
    )  # fmt: skip
    return replace(report, sections=sections)


def _left_out(spec: Spec, rejected: Mapping[str, str]) -> dict[str, Json]:
    """What the page says of drafts that it does not show."""
    drafts = "1 draft" if len(rejected) == 1 else f"{len(rejected)} drafts"
    parts = [f"rules {', '.join(spec.hidden)}"] if spec.hidden else []
    parts += [f"{drafts} that the author rejected"] if rejected else []
    return {"notes left out": "; ".join(parts)} if parts else {}


def _model(model: ModelSpec, facts: ModelFacts) -> ModelFacts:
    """Facts of a model with its name and title from the spec.

    Training records one sentence under "weights". For an application, and for a zoo model without
    a dataset, it says where the weights come from; for every other model it says what the inputs
    receive, so it moves to "inputs".
    """
    training = dict(facts.training)
    untrained = model.kind == "zoo" and model.dataset is None
    if "weights" in training and model.kind != "application" and not untrained:
        training["inputs"] = training.pop("weights")
    return replace(facts, name=model.name, title=model.title, training=training)


def _warnings(models: Sequence[ModelFacts]) -> tuple[ReportWarning, ...]:
    """The warnings of all models, each once; those of some alone begin with their titles."""
    titles: dict[ReportWarning, dict[str, None]] = {}
    for model in models:
        for warning in model.warnings:
            titles.setdefault(warning, {})[model.title] = None
    return tuple(
        warning if len(own) == len(models) else
        replace(warning, text=f"{', '.join(own)}: {warning.text}")
        for warning, own in titles.items()
    )  # fmt: skip


def merged_notes(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Sections in which no sentence of a note stands twice.

    The first note that says it also cites the evidence of the others, and so links to their
    figures. Two figures of one kind may show different images and yet measure the same ones; notes
    that follow from that are not about another model and are left out.
    """
    sections = tuple(sections)
    blocks = [block for section in sections for block in section.blocks]
    alike: dict[tuple[str, str, Verdict], list[tuple[Block, Note]]] = {}
    for block in blocks:
        for note in block.notes:
            alike.setdefault((block.kind, note.text, note.verdict), []).append((block, note))
    first = {}
    for group in alike.values():
        of_model = {block.model: note for block, note in reversed(group)}
        cites = dict.fromkeys(id for block, note in group if of_model[block.model] is note
                              for id in note.cites)  # fmt: skip
        first[group[0][1].id] = replace(group[0][1], cites=tuple(cites))
    return _replaced(sections, first)


def _replaced(sections: Iterable[Section], notes: Mapping[str, Note]) -> tuple[Section, ...]:
    """Sections with these notes, by their ids, in place of their own."""
    return tuple(
        replace(section, blocks=tuple(
            replace(block, notes=tuple(notes[n.id] for n in block.notes if n.id in notes))
            for block in section.blocks
        ))
        for section in sections
    )  # fmt: skip


def _with_caveats(
    sections: Sequence[Section],
    inferences: Sequence[Note],
    derived: Iterable[Evidence],
    models: Iterable[ModelFacts],
) -> tuple[tuple[Section, ...], tuple[Note, ...]]:
    """Sections and inferences whose verdicts name the doubts about the models behind them."""
    blocks = [block for section in sections for block in section.blocks]
    evidence = {item.id: item for block in blocks for item in block.evidence}
    evidence |= {item.id: item for item in derived}
    of_block = {block.id: block.model for block in blocks}
    known = {model.name: model for model in models}
    notes = [note for block in blocks for note in block.notes]
    careful = {n.id: n for n in with_caveats([*notes, *inferences], evidence, known, of_block)}
    return _replaced(sections, careful), tuple(careful[note.id] for note in inferences)


def with_explanations(spec: Spec, sections: Iterable[Section]) -> tuple[Section, ...]:
    """Sections whose blocks explain each method where it comes first, if the spec asks for it."""
    if not spec.explain:
        return tuple(sections)
    figures = {figure.id: figure for section in spec.sections for figure in section.figures}
    earlier: set[str] = set()
    kept = []
    for section in sections:
        blocks = []
        for block in section.blocks:
            texts = explanations(figures[block.id], block)
            new = tuple(text for text in texts if text not in earlier)
            earlier.update(new)
            blocks.append(replace(block, explanation=new))
        kept.append(replace(section, blocks=tuple(blocks)))
    return tuple(kept)


def explanations(figure: FigureSpec, block: Block) -> Iterator[str]:
    """Explanations of the figure's kind and of the methods that its parameters name."""
    values = [v if isinstance(v, list | tuple) else [v] for v in figure.params.values()]
    named = {item for value in values for item in value if isinstance(item, str)}
    chosen = set() if block.undefined else {""} | (named if _replaces_relus(block) else set())
    entry = catalog.entry("figures", figure.kind)
    return (text for name, text in entry.explanation if name in chosen)


def _replaces_relus(block: Block) -> bool:
    """Whether the backward rules of a figure apply to any ReLU; True where it counts none.

    Without such a ReLU all rules compute the same backward pass, and the figure shows only that.
    """
    counts = [item.value for item in block.evidence if measure_name(item) == "relus_replaced"]
    return not counts or any(counts)


def _provenance(models: tuple[ModelFacts, ...], build: Mapping[str, Json]) -> JsonObject:
    devices = sorted({str(m.training["device"]) for m in models if "device" in m.training})
    digests = {model.name: model.digest[:12] for model in models}
    sentences = {
        key: {model.name: model.training[key] for model in models if key in model.training}
        for key in REMARKS
    }
    made_on = {
        model.name: _machine(model.training["machine"])
        for model in models
        if model.training.get("machine")
    }
    if made_on:
        sentences["machine"] = made_on
    used = {key: by_model for key, by_model in sentences.items() if by_model}
    return {**build, "device": ", ".join(devices), "models": digests, **used}


def _machine(machine: Mapping[str, str]) -> str:
    """What a model's numbers were made on, in words."""
    threads = "1 thread" if machine["threads"] == "1" else f"{machine['threads']} threads"
    return (
        f"{machine['device']}, {threads}, oneDNN {machine['onednn']}, {machine['processor']}, "
        f"TensorFlow {machine['tensorflow']}"
    )


def _section(
    spec: Spec, section: SectionSpec, outputs: Mapping[str, Json], read: set[str]
) -> Section:
    """A section; `read` collects the texts on how to read a figure, each of which stands once."""
    blocks = tuple(_block(section, figure, outputs, read) for figure in section.figures)
    return Section(section.id, section.title, section.text, section.model or "", blocks)


def _block(
    section: SectionSpec, figure: FigureSpec, outputs: Mapping[str, Json], read: set[str]
) -> Block:
    drawn = decode(Drawn, outputs[f"drawn:{figure.id}"])
    own = bool(figure.caption) and len(drawn.parts) == 1
    parts = drawn.parts if own else tuple(with_encoding(part, read) for part in drawn.parts)
    finding = decode(Finding, outputs[f"finding:{figure.id}"])
    usual = drawn.heading or catalog.entry("figures", figure.kind).title
    figures = tuple(_figure(figure, section, finding.model, part) for part in parts)
    cited = [with_quotes(*one, finding.evidence) for one in zip(figures, parts, strict=True)]
    return Block(
        id=figure.id,
        kind=figure.kind,
        title=figure.title or usual,
        caption=figure.caption or "",
        model=finding.model,
        figures=tuple(shown for shown, _ in cited),
        evidence=(*finding.evidence, *(item for _, own in cited for item in own)),
        notes=decode(tuple[Note, ...], outputs[f"notes:{figure.id}"]["notes"]),
        undefined=drawn.undefined,
    )


def with_encoding(part: DrawnPart, read: set[str]) -> DrawnPart:
    """A part whose caption ends with how to read it, unless `read` says that a page has said so."""
    if not part.encoding or part.encoding in read:
        return part
    read.add(part.encoding)
    return replace(part, caption=f"{part.caption} {part.encoding}")


def _figure(figure: FigureSpec, section: SectionSpec, model: str, part: DrawnPart) -> Figure:
    id = f"{figure.id}-{part.part}" if part.part else figure.id
    table, picture = part.table, part.picture
    if table is not None:
        media_type, width, height = "text/csv", len(table.columns), len(table.rows)
    else:
        assert picture is not None
        media_type, width, height = picture.media_type, picture.width, picture.height
    return Figure(
        id=id, kind=figure.kind, section=section.id, model=model, layers=part.layers,
        file=f"figures/{id}.{SUFFIXES[media_type]}", media_type=media_type,
        width=width, height=height, title=part.title, caption=part.caption, alt=part.alt,
        digest=picture.object if picture else of_value(encode(table)), table=table,
        vector=picture.vector if picture else "",
    )  # fmt: skip


def with_quotes(
    figure: Figure, part: DrawnPart, known: Sequence[Evidence]
) -> tuple[Figure, tuple[Evidence, ...]]:
    """A figure with the numbers that its texts quote, and the evidence that is new among them.

    Args:
        figure: the figure.
        part: the same as it was drawn.
        known: evidence of the block that shows it; a quote with the name and value of such a
            measure quotes that.
    """
    block = figure.id.removesuffix(f"-{part.part}") if part.part else figure.id
    by_id = {item.id: item for item in known}
    pairs, new = [], {}
    for quote in part.quotes:
        same = by_id.get(f"{block}.{quote.measure.name}")
        if same is None or same.value != quote.measure.value:
            same = replace(as_evidence(quote.measure, figure.id), figure=figure.id)
            new[same.id] = same
        pairs.append((quote.shown, same.id))
    return replace(figure, quotes=tuple(pairs)), tuple(new.values())


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Digest of every file of a report, for its manifest."""
    return {name: of_bytes(data) for name, data in sorted(files.items())}

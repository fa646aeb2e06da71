"""What a reader of a report should see first: its key findings, and doubts beside its verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reportgen.records import Evidence, ModelFacts, Note, Section

FEWEST, MOST = 3, 7
"""Numbers of key findings of a report; a short report may have fewer."""

PERFORMANCE = ("useful_answers", "evaluation.accuracy", "confusion_matrix.mistakes")
"""Rules on how well a model answers, the most telling first; the first with a note speaks."""

EXPECTED = (
    "class_answers",
    "clean_labels",
    "confidence_fits",
    "fixed_place",
    "new_images",
    "saturated_answers",
    "training_course",
)
"""Rules whose claim holds for any sound model and data, so that only its contradiction is news."""

OF_ARCHITECTURE = ("shallow_network",)
"""Rules that judge the architecture alone, whatever the weights."""

CAVEATS: Mapping[str, str] = {
    "answers": "nearly constant answers",
    "constant_channel": "an empty color channel",
    "constant_images": "uniform images",
    "constant_output": "an output that never varies",
    "equal_images": "repeated images",
    "groups_output": "an output that never varies",
    "known_test_images": "test images seen in training",
    "missed_range": "images that use little of their range",
    "not_finite": "weights that are not finite",
    "quantized": "rounded weights",
    "random_weights": "random weights",
    "same_images": "each image compared with itself",
    "sanity": "a method that hardly depends on the weights",
    "scaling": "a doubtful scaling of the images",
    "test_from_training": "test images cut from the training images",
    "validation_from_training": "validation images cut from the training images",
    "sliver_of_range": "images that use little of their range",
}
"""Doubts in a few words, by the kind of their warning."""


def key_findings(sections: Iterable[Section], inferences: Sequence[Note]) -> tuple[str, ...]:
    """Ids of the notes that say most, the most important first, at most `MOST`.

    Performance comes first, then what is contradicted, then what is supported, then what else was
    measured, one note of each rule, as far as it takes to reach `FEWEST`.
    """
    blocks = [block for section in sections for block in section.blocks]
    notes = [note for block in blocks for note in block.notes if note.origin != "own"]
    inferences = [note for note in inferences if note.origin != "own"]
    answers = [[n for n in [*inferences, *notes] if n.rule == rule] for rule in PERFORMANCE]
    first = next(filter(None, answers), [])[:2]
    judged = [*inferences, *notes]
    wrong = [n for n in judged if n.verdict == "contradicted"]
    right = [n for n in judged if n.verdict == "supported" and n.rule not in EXPECTED]
    chosen = {note.id: note for note in [*first, *wrong, *right]}
    for note in [*_one_each(notes), *inferences]:
        if len(chosen) >= FEWEST:
            break
        chosen.setdefault(note.id, note)
    return tuple(chosen)[:MOST]


def with_caveats(
    notes: Iterable[Note],
    evidence: Mapping[str, Evidence],
    models: Mapping[str, ModelFacts],
    of_block: Mapping[str, str],
) -> tuple[Note, ...]:
    """Notes with a verdict, each with the doubts about the models whose evidence it cites.

    Args:
        notes: notes of any verdict; those of "info" stay as they are.
        evidence: all evidence of the report by id.
        models: the report's models by name.
        of_block: the name of each block's model, "" for none.
    """
    return tuple(
        note
        if note.verdict == "info"
        else replace(
            note,
            caveats=tuple(
                dict.fromkeys([*note.caveats, *_caveats(note, evidence, models, of_block)])
            ),
        )
        for note in notes
    )


def _caveats(
    note: Note,
    evidence: Mapping[str, Evidence],
    models: Mapping[str, ModelFacts],
    of_block: Mapping[str, str],
) -> tuple[str, ...]:
    blocks = {id.partition(".")[0] for id in _grounds(note.cites, evidence)}
    names = dict.fromkeys(of_block[block] for block in of_block if block in blocks)
    known = [models[name] for name in names if name in models]
    kinds = [warning.kind for model in known for warning in model.warnings]
    if note.rule not in OF_ARCHITECTURE:
        kinds += ["random_weights" for model in known if model.untrained]
    return tuple(dict.fromkeys(CAVEATS[kind] for kind in kinds if kind in CAVEATS))


def _grounds(cites: Iterable[str], evidence: Mapping[str, Evidence]) -> Iterator[str]:
    """The ids of cited evidence, and of what derived evidence combines."""
    for id in cites:
        yield id
        yield from _grounds(evidence[id].sources, evidence)


def _one_each(notes: Iterable[Note]) -> list[Note]:
    """The first note of each rule."""
    first: dict[str, Note] = {}
    for note in notes:
        first.setdefault(note.rule, note)
    return list(first.values())

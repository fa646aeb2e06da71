"""Problems of the values that an author's texts cite, before and after the report is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reportgen.cited_values import HINT, Cited
from reportgen.errors import Problem
from reportgen.suggestions import did_you_mean


def citation_problems(
    citations: Iterable[Cited], evidence: Sequence[str], file: str, line: int
) -> Iterator[Problem]:
    """A problem for each citation that cannot be read, or names no evidence of the report.

    Args:
        citations: of one text.
        evidence: ids of all evidence.
        file: the file that holds the text.
        line: the line above the text's first.
    """
    for item in citations:
        if not item.id:
            yield Problem("the text cites a value in no known way", file, line + item.line, HINT)
        elif item.id not in evidence:
            figure = item.id.partition(".")[0]
            near = [id for id in evidence if id.startswith(f"{figure}.")] or list(evidence)
            message = f"the text cites '{item.id}', and the report measures nothing of this id"
            yield Problem(message, file, line + item.line, did_you_mean(item.id, near))


def place_problems(
    citations: Iterable[Cited], figures: Sequence[str], rules: Sequence[str], file: str, line: int
) -> Iterator[Problem]:
    """As `citation_problems`, as far as a spec tells: which figures and inferences there are."""
    for item in citations:
        place, _, measure = item.id.partition(".")
        rule = measure.partition(".")[0]
        if not item.id:
            yield Problem("the text cites a value in no known way", file, line + item.line, HINT)
        elif place == "inferences":
            if rule not in rules:
                message = f"the text cites '{item.id}', and the report has no inference '{rule}'"
                yield Problem(message, file, line + item.line, did_you_mean(rule, rules))
        elif not any(place == id or place.startswith(f"{id}-") for id in figures) or not measure:
            message = f"the text cites '{item.id}', and no figure has the id '{place}'"
            yield Problem(message, file, line + item.line, did_you_mean(place, figures))

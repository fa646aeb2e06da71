"""Counts of models or layers, made citable: "in 5 of 6 models" rests on evidence as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.drafting.judging import Side, most
from reportgen.drafting.reading import derived
from reportgen.records import Evidence

UNDECIDED = "Undecided means that an interval holds the threshold, or that too little was measured."


@dataclass(frozen=True)
class Case:
    """One model or layer on which a claim was tested: the answer, and what it rests on."""

    side: Side
    sources: tuple[Evidence, ...]


@dataclass(frozen=True)
class Tally:
    """How many cases answered yes, no and undecided; `answer` tells whether most said yes.

    `evidence` holds the count of yes under the tally's name, and the others, where there are
    any, under that name with "_no" and "_open".
    """

    name: str
    nouns: str
    answer: Side
    evidence: dict[str, Evidence]

    @property
    def phrase(self) -> str:
        """The count as a part of a template, e.g. "4 of 6 models (not in 1)" or "all 6 models"."""
        yes = self.evidence[self.name]
        one, many = self.nouns.split("|")
        if yes.value == yes.n:
            every = {1: f"the only {one}", 2: f"both {many}"}
            return every.get(int(yes.n or 0), f"all {{{self.name}.n:{self.nouns}}}")
        if yes.n == 1:
            undecided = ", undecided" if f"{self.name}_open" in self.evidence else ""
            return f"none of the {many} (there is {{{self.name}.n}}{undecided})"
        few = "none" if yes.value == 0 else f"{{{self.name}}}"
        rest = [f"{word} in {{{key}}}" for word, key in self._rest()]
        said = f" ({', '.join(rest)})" if rest else ""
        return f"{few} of {{{self.name}.n:{self.nouns}}}{said}"

    def _rest(self) -> list[tuple[str, str]]:
        """Words and names of the other counts, without a "not" that goes without saying."""
        no, undecided = f"{self.name}_no", f"{self.name}_open"
        told = [("not", no), ("undecided", undecided)]
        if undecided not in self.evidence and self.evidence[self.name].value == 0:
            told = []
        return [(word, key) for word, key in told if key in self.evidence]

    @property
    def remark(self) -> str:
        """A sentence on what "undecided" means, or "" where nothing is."""
        return UNDECIDED if f"{self.name}_open" in self.evidence else ""


def tally(rule: str, name: str, nouns: str, claim: str, cases: Sequence[Case]) -> Tally:
    """Counts cases: `nouns` is "model|models", `claim` completes "models where ...".

    Raises:
        ValueError: there are no cases.
    """
    sources = [source for case in cases for source in case.sources]
    many = nouns.split("|")[1]
    said: dict[Side, tuple[str, str]] = {
        "above": (name, f"where {claim}"),
        "below": (f"{name}_no", f"where it does not hold that {claim}"),
        "open": (f"{name}_open", f"where the evidence cannot tell whether {claim}"),
    }
    sides = [case.side for case in cases]
    evidence = {
        key: derived(
            rule, key, sides.count(side), sources, f"number of {many} {how}", many, len(sides)
        )
        for side, (key, how) in said.items()
        if side == "above" or side in sides
    }
    return Tally(name, nouns, most(sides), evidence)

"""Names and ids that a spec leaves out, and the checks of those that it gives."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from reportgen.spec.fields import Filled
from reportgen.spec.problems import Problems, quoted


def slugified(title: str) -> str:
    """A title as an id: small ASCII letters and digits with '-' between words; may be empty."""
    import unicodedata

    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", letters))[:60].strip("-")


def in_words(name: str) -> str:
    """A name as people read it: "base_line" is "Base line"."""
    words = re.sub("[_-]+", " ", name).strip() or name
    return words[:1].upper() + words[1:]


def model_name(source: str) -> str:
    """What a model without a name is called: the last part of its source.

    A SavedModel's file has the same name in every folder, so that is called like its folder.
    """
    last = re.split("[:/]", re.sub(r"(?<=[^/.])/saved_model\.pb$", "", source))[-1]
    last = re.sub(r"\.(keras|h5|hdf5|pb)$", "", last)
    return re.sub("[^A-Za-z0-9_-]+", "_", last).strip("_-") or "model"


class Ids:
    """The ids of all sections, or of all figures, of a spec.

    Args:
        what: "section" or "figure".
        given: the mappings that may each hold an `id`.
        reserved: ids that nothing may have.
    """

    def __init__(
        self, what: str, given: Sequence[Filled], problems: Problems, reserved: Collection[str]
    ) -> None:
        self.what = what
        self.problems = problems
        self.taken: dict[str, int] = dict.fromkeys(reserved, 0)
        self.counts: dict[str, int] = {}
        for one in given:
            if one["id"]:
                self._take(one["id"], one.at("id"))

    def _take(self, name: str, line: int) -> None:
        first = self.taken.get(name)
        if first is None:
            self.taken[name] = line
        elif first == 0:
            message = f"a {self.what} cannot have the id {quoted(name)}, which pages use themselves"
            self.problems.add(line, message, "choose another id")
        else:
            message = f"two {self.what}s with one id: {quoted(name)} stands on line {first} too"
            self.problems.add(line, message, "give each an id of its own")

    def of(self, given: Filled, stem: str, start: int) -> str:
        """The given id; else "<stem>-<number>", where numbers below 2 are left out if start is 0.

        Args:
            given: a figure or section.
            stem: how an id begins that is made here.
            start: 1 to number from the first on ("kernels-1"), 0 to number repetitions only.
        """
        if given["id"]:
            return str(given["id"])
        number = self.counts.get(stem, 0)
        while True:
            number += 1
            name = f"{stem}-{number}" if start or number > 1 else stem
            if name not in self.taken:
                self.counts[stem] = number
                self.taken[name] = given.line
                return name

    def check_prefixes(self) -> None:
        """Note ids that continue another with '-', as the names of a figure's pictures do."""
        for name, line in self.taken.items():
            parts = name.split("-")
            for end in range(1, len(parts)):
                start = "-".join(parts[:end])
                if self.taken.get(start):
                    message = (
                        f"the id {quoted(name)} continues another, {quoted(start)} on line "
                        f"{self.taken[start]}, as the names of that figure's pictures do"
                    )
                    self.problems.add(line, message, "give one of them an id that begins otherwise")

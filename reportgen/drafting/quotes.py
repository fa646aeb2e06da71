"""Measured numbers in the caption and the alternative text of one figure."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.drafting.rounding import shows
from reportgen.records import Measure, Number, Quote


class Quotes:
    """Writes measured numbers into the texts of one figure, and records each as a measure.

    A measure becomes evidence of the figure, "<figure's id>.<name>". Names, indices and sizes
    (test image 0, 28 x 28 px) measure nothing and need no quote.
    """

    def __init__(self) -> None:
        self._quotes: dict[tuple[str, str], Quote] = {}

    def number(
        self, shown: str, name: str, value: Number, how: str, unit: str = "", n: int | None = None
    ) -> str:
        """A number as the text shows it: `shown`, unchanged.

        Args:
            shown: the number, rounded for readers; one that ends in "%" is a share in per cent.
            name: the measure, which is unique within the figure; a measure that `compute` measured
                already has the name that it has there.
            value: the number in full.
            how: how it was measured.
            unit: its unit; "" for a plain ratio.
            n: the number of items that it was measured on.

        Raises:
            ValueError: `shown` is no rounding of `value`, or `name` has another value already.
        """
        value = value if isinstance(value, int) else float(value)
        return self.quoted(shown, Measure(name, value, unit, n, how=how))

    def quoted(self, shown: str, measure: Measure) -> str:
        """As `number`, of a measure that there is already."""
        if measure.value is None or not shows(shown, measure.value):
            raise ValueError(f"{shown!r} is no rounding of {measure.name} = {measure.value!r}")
        if any(q.measure != measure for q in self if q.measure.name == measure.name):
            raise ValueError(f"two numbers of one figure have the name {measure.name!r}")
        self._quotes[measure.name, shown] = Quote(shown, measure)
        return shown

    def __iter__(self) -> Iterator[Quote]:
        return iter(self._quotes.values())

"""What the verification of a report found."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.drafting.rounding import NUMBER


@dataclass(frozen=True)
class Fault:
    """Something that differs from what the report measured.

    Attributes:
        file: the file that is wrong.
        line: its line; 0 where there is none.
        place: the note, figure or link, in words.
        message: what is there, and what should be.
    """

    file: str
    line: int
    place: str
    message: str


@dataclass
class Tally:
    """Counts what was held, and collects what differs."""

    faults: list[Fault] = field(default_factory=list)
    numbers: int = 0
    pictures: int = 0
    links: int = 0
    unheld: int = 0

    def hold(self, text: str) -> None:
        """Count the numbers of a text that was held against report.json."""
        self.numbers += len(NUMBER.findall(text))

    def add(self, other: Tally) -> None:
        """Add what another one holds."""
        self.faults += other.faults
        self.numbers += other.numbers
        self.pictures += other.pictures
        self.links += other.links
        self.unheld += other.unheld

"""Reads finished pages as a stranger would, and holds them against report.json.

It shares no template with the writers of pages: what stands there is what is read. No array, model
or drawing library is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reportgen.errors import Problem, UserError
from reportgen.site import folders
from reportgen.verification.front_check import check_front
from reportgen.verification.outcome import Fault, Tally
from reportgen.verification.published import Published
from reportgen.verification.report_check import FACTS, READERS, check_report

__all__ = ["Fault", "Tally", "verify"]


def verify(paths: Sequence[Path], told: Callable[[Path, Tally], None] | None = None) -> Tally:
    """Hold sites and reports.

    Args:
        paths: folders of sites or of reports, or files of reports.
        told: called with each folder, and what was found in it, as soon as it is known.

    Raises:
        UserError: a path does not exist, or there is no report in it.
    """
    everything = Tally()

    def count(folder: Path, tally: Tally) -> None:
        tally.faults = [replace(f, file=str(folder / f.file)) for f in tally.faults]
        everything.add(tally)
        if told:
            told(folder, tally)

    for place, reports in [(path, _reports(path)) for path in paths]:
        read: dict[str, Published] = {}
        for folder in reports:
            tally, report = check_report(folder)
            if report:
                read[folder.name] = report
            count(folder, tally)
        if reports != [place] and place.is_dir():
            front = Tally()
            check_front(place, read, front)
            count(place, front)
    return everything


def _reports(path: Path) -> list[Path]:
    """The folders of the reports that a path names."""
    if path.is_file() and path.name in (FACTS, *READERS) and (path.parent / FACTS).is_file():
        return [path.parent]
    if not path.exists():
        raise UserError(Problem(f"{path} does not exist", hint="build it: reportgen build"))
    if not path.is_dir():
        message = f"{path} is no page of a report"
        raise UserError(
            Problem(message, hint=f"name its folder, or one of {FACTS}, {', '.join(READERS)}")
        )
    if (path / FACTS).exists() or "report.md" in {each.name for each in path.iterdir()}:
        return [path]
    found = [f for f in folders(path) if any((f / name).exists() for name in (FACTS, *READERS))]
    if not found:
        raise UserError(Problem(f"{path} holds no report", hint="build one: reportgen build"))
    return found

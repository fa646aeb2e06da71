"""Tables: the text of their cells, and their CSV files."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from reportgen.drafting import number
from reportgen.records import Cell, Figure, Table
from reportgen.render.views import CellView, TableView

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula begins; spreadsheets take the wide signs for the narrow ones."""

_NUMBER = re.compile(r"[-+]?\d[\d,.]*(e[-+]?\d+)?( to [-+]?\d[\d,.]*(e[-+]?\d+)?)?")
"""A number, or an interval of two, as text."""

_SHARE = re.compile(r"[-+]?\d[\d,.]*%")
"""A percentage as text."""

_WIDE = 16
"""Number of columns from which cells are set close together."""


def with_csv(figures: Iterable[Figure], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes of every figure's file: pictures unchanged, tables as CSV.

    Raises:
        ValueError: a picture has no bytes, or two figures share a file.
    """
    contents: dict[str, bytes] = {}
    for figure in figures:
        if figure.file in contents:
            raise ValueError(f"two figures share the file {figure.file!r}")
        if figure.table is None and figure.file not in files:
            raise ValueError(f"picture {figure.id!r} has no bytes for {figure.file!r}")
        table = figure.table
        contents[figure.file] = files[figure.file] if table is None else as_csv(table)
    return contents


def as_csv(table: Table) -> bytes:
    """A table as UTF-8 CSV with a header line, numbers in full; an absent cell is empty.

    A text that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises
    ("CSV Injection"); numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_no_formula(name) for name in table.columns])
    writer.writerows([[_no_formula(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode(errors="replace")


def _no_formula(cell: Cell) -> Cell:
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def view(table: Table) -> TableView:
    """A table with its cells as text; numbers of one column are formatted alike."""
    columns = [[row[index] for row in table.rows] for index in range(len(table.columns))]
    numeric = [_is_numeric(column) for column in columns]
    written = [_column(column, table.decimals) for column in columns]
    marks = set(table.marks)
    return TableView(
        columns=[
            CellView(name, numeric=right, head=True, marked=False)
            for name, right in zip(table.columns, numeric, strict=True)
        ],
        rows=[
            [
                CellView(written[j][i], numeric[j], j == 0 and not numeric[0], (i, j) in marks)
                for j in range(len(row))
            ]
            for i, row in enumerate(table.rows)
        ],
        footer=list(table.footer),
        dense=len(table.columns) > _WIDE,
    )


def _is_numeric(column: Sequence[Cell]) -> bool:
    values = [cell for cell in column if cell is not None]
    return bool(values) and all(
        _SHARE.fullmatch(cell) if isinstance(cell, str) else True for cell in values
    )


def _column(cells: Sequence[Cell], fixed: int | None = None) -> list[str]:
    """Cells as text; fractions of one column get the same number of decimals."""
    if fixed is not None:
        return [
            _fixed(cell, fixed) if isinstance(cell, float) else _text(cell, 0) for cell in cells
        ]
    fractions = [abs(cell) for cell in cells if isinstance(cell, float) and math.isfinite(cell)]
    decimals = _decimals(max(fractions, default=0.0))
    return [_text(cell, decimals) for cell in cells]


def _fixed(cell: float, decimals: int) -> str:
    """A fraction with exactly `decimals`, even where it rounds to zero; the sign stays."""
    return f"{cell:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _decimals(largest: float) -> int:
    """Decimals that show the largest value of a column with four digits; at least two decimals."""
    whole = 1 if largest < 1 else len(str(int(largest)))
    return max(2, 4 - whole)


def _text(cell: Cell, decimals: int) -> str:
    if cell is None:
        return "\N{EN DASH}"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or not math.isfinite(cell):
        return number(cell) if math.isfinite(cell) else str(cell)
    # A value too small for the column's decimals must not read as zero.
    shown = f"{abs(cell):,.{decimals}f}"
    if cell and not float(shown.replace(",", "")):
        digits, exponent = f"{cell:.1e}".split("e")
        return f"{digits}e{int(exponent)}".replace("-", "\N{MINUS SIGN}")
    return shown if cell >= 0 else f"\N{MINUS SIGN}{shown}"

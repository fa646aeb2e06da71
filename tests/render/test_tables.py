"""Cells in words: numbers of a column agree, nothing small becomes nothing."""

from __future__ import annotations

import pytest

from reportgen.records import Cell, Table
from reportgen.render.tables import as_csv, view


def written(*cells: Cell) -> list[str]:
    """How a column of these cells reads."""
    table = Table("", ("Name", "Value"), tuple(("x", cell) for cell in cells), "")
    return [row[1].text for row in view(table).rows]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ((1, 4_069_216), ["1", "4,069,216"]),
        ((0.5, 0.98765), ["0.500", "0.988"]),
        ((12.3456, 0.5), ["12.35", "0.50"]),
        ((123456.789,), ["123,456.79"]),
        ((-0.25,), ["−0.250"]),
        ((2.0, 1e-7), ["2.000", "1.0e−7"]),
        ((2.0, -1.26e-4), ["2.000", "−1.3e−4"]),
        ((0.0, 0.5), ["0.000", "0.500"]),
        ((None, 3), ["–", "3"]),
        ((float("nan"), 1.0), ["nan", "1.000"]),
        (("a`b`", None), ["a`b`", "–"]),
    ],
)
def test_columns_read_well(cells: tuple[Cell, ...], texts: list[str]) -> None:
    assert written(*cells) == texts


def test_numbers_align_and_names_head_their_row() -> None:
    table = view(Table("", ("Name", "Value", "Mixed"), (("x", 1, 2), ("y", None, "z")), ""))
    assert [column.numeric for column in table.columns] == [False, True, False]
    assert [cell.head for cell in table.rows[0]] == [True, False, False]


def test_a_table_of_numbers_has_no_row_heads() -> None:
    table = view(Table("", ("A", "B"), ((1, 2),), ""))
    assert not table.rows[0][0].head


def test_csv_quotes_what_it_must() -> None:
    table = Table("", ("a,b", "c"), (('say "x"', 0.1), ("two\nlines", None)), "")
    assert as_csv(table) == b'"a,b",c\n"say ""x""",0.1\n"two\nlines",\n'


def test_decimals_can_be_fixed_and_cells_marked() -> None:
    rows: tuple[tuple[Cell, ...], ...] = (("0", 0.12345, -1e-7, 3), ("1", 2.0, 1234.5, None))
    table = view(Table("", ("Row", "0", "1", "2"), rows, "", marks=((1, 2),), decimals=3))
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts == [["0", "0.123", "−0.000", "3"], ["1", "2.000", "1,234.500", "–"]]
    marked = [[cell.marked for cell in row] for row in table.rows]
    assert marked == [[False] * 4, [False, False, True, False]]
    assert not table.dense

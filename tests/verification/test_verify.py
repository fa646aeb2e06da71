"""What a verification says: which number is wrong, where it stands, and what it should be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.records import Report
from reportgen.verification import verify
from reportgen.verification.outcome import Fault
from tests.verification.conftest import written


def faults(folder: Path) -> list[Fault]:
    return verify([folder]).faults


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def change(path: Path, act: Any) -> None:
    """Change the facts of a report.json."""
    facts = json.loads(path.read_text())
    act(facts)
    path.write_text(json.dumps(facts))


def test_a_site_as_built_is_right(site: Path) -> None:
    found = verify([site])
    assert found.faults == []
    assert found.numbers > 1000
    assert found.unheld == 0


def test_a_number_in_a_note_is_named_with_its_place_and_what_it_should_be(site: Path) -> None:
    page = site / "one" / "report.md"
    line = next(i for i, text in enumerate(page.read_text().splitlines(), 1) if "61%" in text)
    edit(page, "61%", "62%")
    (fault,) = faults(site)
    assert (fault.file, fault.line) == (str(page), line)
    assert fault.place == "note grad_cam-base.focus@length"
    assert "has '62%' where report.json has '61%'" in fault.message


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("index.html", ">0.610</data>", ">0.619</data>", "no rounding of 0.61"),
        ("index.html", '<data value="0.61">', '<data value="0.62">', "in full"),
        ("index.html", "0.600</data> to", "0.601</data> to", "no rounding of 0.6"),
        ("index.html", "67,200", "67,201", "no rounding of 67200"),
        ("index.html", "3,967,228 parameters</span>", "3,967,229 parameters</span>", "3,967,228"),
        ("index.html", "Heatmaps of 560 pixels", "Heatmaps of 561 pixels", "'560'"),
        ("index.html", ">1 supported<", ">2 supported<", "there are 1"),
        ("index.html", "12 figures and 4 tables", "13 figures and 4 tables", "there are 12"),
        ("index.html", 'data-verdict="supported"', 'data-verdict="info"', "is marked 'info'"),
        ("index.html", "Inference 1: Supported", "Inference 1: Measured", "'supported'"),
        ("index.html", "<dd>7</dd>", "<dd>8</dd>", "of which report.json says '7'"),
        ("index.html", '<b class="label">Table 1.', '<b class="label">Table 2.', "it is 'Table 1'"),
        ("report.md", "**Supported.**", "**Measured.**", "its verdict is 'supported'"),
        ("report.md", "n = 96", "n = 97", "no rounding of 96"),
        ("report.md", "**0.999** | 0.004", "**0.998** | 0.004", "no rounding of 0.99876"),
        ("report.md", "[Figure 3](#", "[Figure 4](#", "leads to Figure 3"),
        ("report.md", "](#grad_cam-base-length)", "](#grad_cam-base-lengths)", "no place"),
        ("report.md", "figures/grad_cam-base-width", "figures/grad_cam-base-color", "its picture"),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_said(site: Path, name: str, old: str, new: str, said: str) -> None:
    page = site / "one" / name
    edit(page, old, new)
    found = faults(site)
    assert any(said in fault.message for fault in found), found
    assert str(page) in {fault.file for fault in found}


def test_swapped_pictures_are_found(site: Path) -> None:
    page = site / "one" / "index.html"
    text = page.read_text()
    sources = [match[1] for match in re.finditer(r'<img src="([^"]*)"', text)]
    first, second = (
        sources[0],
        next(one for one in sources if one.startswith("data:image/svg+xml,")),
    )
    page.write_text(text.replace(first, "\0", 1).replace(second, first, 1).replace("\0", second, 1))
    found = [fault for fault in faults(site) if fault.place.startswith("figure ")]
    assert len(found) == 2
    assert all("shows a" in fault.message for fault in found), found


def test_a_note_that_is_gone_and_one_that_was_added_are_found(site: Path) -> None:
    page = site / "one" / "report.md"
    note = re.search(r'^- <a id="note-grad_cam-base.focus-width.*\n', page.read_text(), re.M)
    assert note
    edit(page, note[0], "")
    assert any(f.message == "is missing" and "focus@width" in f.place for f in faults(site))
    edit(
        page,
        '- <a id="note-grad_cam-base.focus-color',
        f'{note[0]}- <a id="note-grad_cam-base.focus-color',
    )
    assert faults(site) == []
    edit(page, note[0], note[0] + note[0].replace("focus-width", "focus-depth"))
    assert any("none that report.json has" in fault.message for fault in faults(site))


def test_files_that_changed_or_are_gone_are_found(site: Path) -> None:
    table = site / "one" / "figures" / "evaluation-base.csv"
    edit(table, "train", "trial")
    (site / "one" / "figures" / "grad_cam-base-length.png").unlink()
    found = [(fault.place, fault.message) for fault in faults(site)]
    assert any("figure evaluation-base" in place and "another file" in m for place, m in found)
    assert ("figure grad_cam-base-length", "its file is missing") in found


def test_numbers_that_a_person_typed_are_not_held_but_values_are(
    report: Report, files: dict[str, bytes], tmp_path: Path
) -> None:
    first = replace(report.sections[0], text="I counted 1234 of them, and WORD there.")
    made = replace(report, sections=(first, *report.sections[1:]))
    folder = written(tmp_path / "one", made, files)
    for page in (folder / "index.html", folder / "report.md"):
        edit(page, "1234", "1235")
    assert faults(folder) == []
    measure = "grad_cam-base.energy_in_foreground@length"
    for shown, right in (("0.610", True), ("61.0%", True), ("0.620", False)):
        data = f'<data value="0.61" data-evidence="{measure}">{shown}</data>'
        edit(folder / "index.html", "WORD", data)
        assert (faults(folder) == []) is right
        edit(folder / "index.html", data, "WORD")
    edit(folder / "index.html", "WORD", '<data data-evidence="none.such">1</data>')
    assert "is no evidence" in faults(folder)[0].message


def test_report_json_is_held_in_itself(site: Path) -> None:
    facts = site / "one" / "report.json"

    def forge(told: dict[str, Any]) -> None:
        told["notes"][1]["text"] = told["notes"][1]["text"].replace("61%", "62%")
        told["figures"][4]["quotes"] = [
            {"shown": "560", "evidence": "grad_cam-base.energy_in_foreground@length"}
        ]

    change(facts, forge)
    old, new = "hold 61%", "hold 62%"
    edit(site / "one" / "index.html", old, new)
    edit(site / "one" / "report.md", old, new)
    found = [fault.message for fault in faults(site / "one")]
    assert found[0] == "has 62%, which none of its evidence shows"
    assert "no rounding of grad_cam-base.energy" in found[1]
    assert len(found) == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', '{"schema": 99}'])
def test_a_damaged_report_json_is_said(site: Path, text: str) -> None:
    (site / "one" / "report.json").write_text(text)
    assert faults(site / "one")[0].file == str(site / "one" / "report.json")


def test_a_report_without_pages_or_facts_is_not_right(site: Path) -> None:
    for name in ("index.html", "report.md"):
        (site / "one" / name).unlink()
    assert [fault.message for fault in faults(site / "one")] == ["has no page beside it"]
    (site / "two" / "report.json").unlink()
    assert any(f.message == "is missing" for f in faults(site / "two"))
    # The front page leads to what is not there.
    assert any(f.file == str(site / "index.html") for f in faults(site))


@pytest.mark.parametrize("path", ["gone", "empty", "file.txt"])
def test_nothing_to_check_is_a_mistake(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(UserError):
        verify([tmp_path / path])


def test_one_page_names_its_report(site: Path) -> None:
    edit(site / "one" / "report.md", "61%", "62%")
    assert len(faults(site / "one" / "index.html")) == 1
    assert faults(site / "two" / "report.json") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Report one", "Report two", "its title is 'Report one'"),
        ("12 figures", "13 figures", "there are 12"),
        ('href="two/index.html"', 'href="one/index.html"', "another report"),
        ('href="two/report.md"', 'href="three/report.md"', "does not exist"),
        ("data:image/png;base64,iVBOR", "data:image/png;base64,iVBOS", "not the figure"),
    ],
)  # fmt: skip
def test_the_front_page_is_held_against_the_reports(
    site: Path, old: str, new: str, said: str
) -> None:
    edit(site / "index.html", old, new)
    assert any(said in fault.message for fault in faults(site))


def test_a_report_that_the_front_page_leaves_out_is_found(site: Path) -> None:
    page = site / "index.html"
    page.write_text(
        re.sub(r"<article>(?:(?!</article>)[\s\S])*two/[\s\S]*?</article>", "", page.read_text())
    )
    assert any(f.message == "is listed 0 times" for f in faults(site))


def test_the_command_ends_with_0_1_or_2_and_loads_no_library(site: Path, tmp_path: Path) -> None:
    def run(*paths: Path | str) -> subprocess.CompletedProcess[str]:
        code = (
            "import sys; from reportgen.cli import main\n"
            "try: main(['verify', *sys.argv[1:]])\n"
            "finally: print('LOADED', {m.split('.')[0] for m in sys.modules} &"
            " {'numpy', 'tensorflow', 'keras', 'matplotlib', 'PIL', 'jinja2', 'markdown', 'nh3'})"
        )
        command = [sys.executable, "-c", code, *map(str, paths)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    start = time.perf_counter()
    right = run()
    assert time.perf_counter() - start < 10
    assert right.returncode == 0, right.stdout
    assert "none differs" in right.stdout
    assert "LOADED set()" in right.stdout
    edit(site / "one" / "report.md", "61%", "62%")
    wrong = run("site/one", "site/two")
    assert wrong.returncode == 1
    assert "site/one/report.md:" in wrong.stdout
    assert "; 1 differ" in wrong.stdout
    mistake = run("elsewhere")
    assert mistake.returncode == 2
    assert "elsewhere does not exist" in mistake.stderr

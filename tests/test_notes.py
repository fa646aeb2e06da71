"""Authors' notes from the command to the page, on a tiny report."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from notes_project import reworded, state

from reportgen import checking, reports
from reportgen.cli import main
from reportgen.errors import UserError
from reportgen.render.report_json import SCHEMA_FILE
from reportgen.verification import verify
from tests.html import Page
from tests.test_reports import Silent

TINY = """\
title: Tiny
intro: 'Of the energy {{ value("kernels-1.color_share@conv2d_1", "%") }}, `{{ value("x") }}`.'
model: zoo:variation1
sections:
  - title: All of it
    text: 'It has {{ value("summary-1.conv_layers") }} of them.'
    figures:
      - summary: {caption: 'Its {{ value("summary-1.conv_layers") }} layers'}
      - kernels: {layers: [conv2d_1]}
inferences: [shallow_network]
"""
REACH = "summary-1.reach"


class Project:
    """A folder with one spec, its pages, its cache and perhaps its notes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "specs" / "tiny.yaml"
        self.notes_file = root / "specs" / "tiny.notes.md"
        self.place = reports.Place(root / "site", root / ".reportgen")

    def build(self) -> list[str]:
        """Build, and return the tasks that ran in the worker."""
        listener = Silent()
        plans = reports.plans([checking.load(self.file)])
        assert reports.build(plans, self.place, listener, prune=True) == 0, listener.errors
        return listener.ran

    def notes(self, *approve: str) -> str:
        (plan,) = reports.plans([checking.load(self.file)])
        reports.rewrite_notes(plan, self.place, Silent(), approve=approve)
        return self.notes_file.read_text()

    def edit(self, text: str) -> None:
        self.notes_file.write_text(text)

    def status(self) -> list[tuple[str, str, str]]:
        return [tuple(s) for s in reports.note_states(checking.load(self.file), self.place)]

    def stale(self) -> set[str]:
        found = reports.statuses(reports.plans([checking.load(self.file)]), self.place)
        return {s.task.key for s in found if s.state != "fresh"}

    def report(self) -> dict[str, object]:
        facts = json.loads((self.place.out / "tiny" / "report.json").read_text())
        assert isinstance(facts, dict)
        return facts

    def page(self) -> Page:
        return Page((self.place.out / "tiny" / "index.html").read_text())


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("original"))
    project.file.parent.mkdir()
    project.file.write_text(TINY)
    project.build()
    project.notes()
    return project


@pytest.fixture
def project(original: Project, tmp_path: Path) -> Project:
    shutil.copytree(original.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


def note(project: Project, id: str) -> dict[str, object]:
    found = [n for n in project.report()["notes"] if n["id"] == id]  # type: ignore[attr-defined]
    return found[0] if found else {}


def test_values_in_intro_text_and_caption(original: Project) -> None:
    facts = original.report()
    assert '`{{ value("x") }}`' in str(facts["intro"])
    (data,) = [
        t for a, t in original.page().all("data") if a.get("data-evidence", "").startswith("k")
    ]
    assert data.endswith("%")
    assert f"Of the energy {data}," in str(facts["intro"])
    assert str(facts["sections"][0]["text"]) == "It has 2 of them."  # type: ignore[index]
    assert facts["figures"][0]["caption"] == "Its 2 layers"  # type: ignore[index]


def test_writing_the_file_makes_the_page_alone_stale(project: Project) -> None:
    assert project.stale() == {"tiny/page", "site/index"} & project.stale()
    assert "tiny/page" in project.stale()
    assert project.build() == []
    assert project.stale() == set()
    project.edit(project.notes_file.read_text() + "\n")
    assert project.stale() == {"tiny/page"}


def test_edits_are_on_all_pages(project: Project) -> None:
    import jsonschema

    text = project.notes_file.read_text()
    mine = 'It sees *7 px*, <b>not</b> {{ value("summary-1.input_size") }}.\n\n> and more'
    text = reworded(text, REACH, mine)
    text = state(text, "inferences.shallow_network", "rejected: it is obvious")
    heading = "## All of it <!-- section all-of-it -->\n"
    project.edit(text.replace(heading, f"{heading}\nMy **own** words.\n"))
    assert project.build() == []
    jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text())).validate(project.report())
    edited, own = note(project, REACH), note(project, "all-of-it.own-1")
    assert (edited["origin"], own["origin"]) == ("edited", "own")
    assert edited["text"] == "It sees *7 px*, <b>not</b> 28 px.\n\n> and more"
    assert note(project, "inferences.shallow_network") == {}
    assert "1 draft that the author rejected" in json.dumps(project.report()["provenance"])
    page = project.page()
    ((attributes, words),) = page.all("div", data_claim=REACH)
    assert attributes["data-origin"] == "edited"
    assert words.split() == ["It", "sees", "7", "px,", "not", "28", "px.", "and", "more"]
    assert "28 px" in [t for a, t in page.all("data") if a.get("data-evidence")]
    assert {t for _, t in page.all("span", **{"class": "edited"})} == {
        "edited by the author", "by the author",
    }  # fmt: skip
    markdown = (project.place.out / "tiny" / "report.md").read_text()
    assert "(edited by the author):**" in markdown
    assert "**By the author:** My **own** words." in markdown
    assert project.status() == [("rejected", "inferences.shallow_network", "it is obvious")]


def test_verification_tells_own_words_from_measured_numbers(project: Project) -> None:
    text = reworded(project.notes_file.read_text(), REACH, "I say *seven*, 99 times.\n\n- 12\n- 13")
    stood = '"summary-1.receptive_field@conv2d_2": ['
    text = text.replace(f"{stood}7,", f"{stood}5,")
    own = '\nMine: 88, {{ value("summary-1.input_size") }}, [see](#kernels-1).\n'
    for heading in re.findall("#+ .* <!-- (?:section|figure) .*-->\n", text):
        text = text.replace(heading, heading + own)
    project.edit(text.replace("<!-- record", f"<!-- note own -->{own}\n<!-- record"))
    project.build()
    folder = project.place.out / "tiny"
    assert verified(folder) == []
    for name, old, new in (
        ("index.html", ">28 px</data>", ">29 px</data>"),
        ("index.html", ">5</data>, is", ">6</data>, is"),
        ("report.md", "was 5, is 7", "was 5, is 8"),
        ("report.md", "**By the author:** Mine", "**Measured:** Mine"),
        ("report.md", "Measured (edited by the author)", "Supported (edited by the author)"),
    ):
        page = (folder / name).read_text()
        assert old in page
        (folder / name).write_text(page.replace(old, new, 1))
        assert verified(folder), new
        (folder / name).write_text(page)


def verified(folder: Path) -> list[str]:
    """What verification says of a report."""
    return [str(fault) for fault in verify([folder]).faults]


def test_what_has_changed_is_marked_until_it_is_approved(project: Project) -> None:
    text = reworded(project.notes_file.read_text(), REACH, "Seven.")
    project.edit(
        text.replace(
            '"summary-1.receptive_field@conv2d_2": [7,', '"summary-1.receptive_field@conv2d_2": [5,'
        )
    )
    project.build()
    assert note(project, REACH)["changed"] == [
        {"evidence": "summary-1.receptive_field@conv2d_2", "was": 5, "now": 7}
    ]
    (said,) = [t for _, t in project.page().all("p", data_moved=REACH)]
    assert " ".join(said.split()) == (
        "The numbers behind this have changed: summary-1.receptive_field@conv2d_2 was 5, is 7."
    )
    detail = "summary-1.receptive_field@conv2d_2 was 5, is 7"
    assert ("changed", REACH, detail) in project.status()
    assert f"<!-- note {REACH} changed: {detail} -->" in project.notes()
    project.edit(state(project.notes_file.read_text(), REACH, "approved"))
    project.build()
    assert note(project, REACH)["changed"] == []
    assert project.status() == []


def test_approving_by_command_and_a_wrong_id(project: Project) -> None:
    assert f"<!-- note {REACH} approved -->" in project.notes(REACH)
    before = project.notes_file.read_bytes()
    with pytest.raises(UserError, match=r"no note 'summary-1.reech' .*did you mean"):
        project.notes("summary-1.reech")
    assert project.notes_file.read_bytes() == before


def test_a_broken_file_refuses_the_report_and_leaves_it_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build()
    folder = project.place.out / "tiny"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    broken = state(project.notes_file.read_text(), REACH, "aproved")
    project.edit(broken)
    monkeypatch.chdir(project.root)
    for command in (["build"], ["check"], ["notes", "tiny"], ["status"]):
        with pytest.raises(SystemExit) as caught:
            main(command)
        assert caught.value.code == 2
        err = capsys.readouterr().err
        assert err.count("error: ") == 1
        line = broken.split("\n").index(f"<!-- note {REACH} aproved -->") + 1
        assert f"specs/tiny.notes.md:{line}: the note '{REACH}' has no state 'aproved'" in err
        assert "did you mean 'approved'?" in err
    assert {path: path.read_bytes() for path in before} == before
    assert project.notes_file.read_text() == broken


def test_an_unknown_value_refuses_the_report_and_leaves_it_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.build()
    before = (project.place.out / "tiny" / "index.html").read_bytes()
    text = reworded(project.notes_file.read_text(), REACH, 'A {{ value("summary-1.conv_layer") }}')
    project.edit(text)
    project.file.write_text(TINY.replace("of them.", 'or {{ value("summary-1.y") }}.'))
    monkeypatch.chdir(project.root)
    with pytest.raises(SystemExit) as caught:
        main(["build"])
    assert caught.value.code == 2
    assert "specs/tiny.yaml:6: the text cites 'summary-1.y'" in capsys.readouterr().err
    project.file.write_text(TINY)
    with pytest.raises(SystemExit):
        main(["build"])
    line = text.split("\n").index('A {{ value("summary-1.conv_layer") }}') + 1
    err = capsys.readouterr().err
    assert f"specs/tiny.notes.md:{line}: the text cites 'summary-1.conv_layer'" in err
    assert "did you mean 'summary-1.conv_layers'?" in err
    assert (project.place.out / "tiny" / "index.html").read_bytes() == before


def test_hidden_rules_are_not_on_the_page(project: Project) -> None:
    project.file.write_text(TINY + "notes: {hide: [summary.reach, shallow_network]}\n")
    assert project.build() == []
    rules = {n["rule"] for n in project.report()["notes"]}  # type: ignore[attr-defined]
    assert rules
    assert not rules & {"summary.reach", "shallow_network"}
    assert project.report()["provenance"]["notes left out"] == (  # type: ignore[index]
        "rules summary.reach, shallow_network"
    )


def test_a_misspelt_rule_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"no rule of notes 'kernels.colour'; did you mean 'kernels.color'"
    ):
        checking.load_text(TINY + "notes: {hide: [kernels.colour]}\n", "nowhere/x.yaml")


def test_figures_that_texts_cite_are_checked() -> None:
    with pytest.raises(UserError) as caught:
        checking.load_text(TINY.replace("kernels-1.", "kernel-1."), "nowhere/x.yaml")
    assert str(caught.value) == (
        "nowhere/x.yaml:2: the text cites 'kernel-1.color_share@conv2d_1', and no figure has the "
        "id 'kernel-1'; did you mean 'kernels-1'?"
    )

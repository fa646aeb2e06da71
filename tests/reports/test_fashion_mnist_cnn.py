"""The report on the seven-layer network, built as its spec says but on few images."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen import checking, reports
from reportgen.errors import ReportgenError
from reportgen.plan import Task

pytestmark = pytest.mark.requires_data
SPEC = Path("specs/fashion_mnist_cnn.yaml")
EPOCHS = 2
FEWER = {
    "dataset: fashion_mnist": "dataset: {source: fashion_mnist, limit: 1500, test: 2100}",
    "epochs: 5": f"epochs: {EPOCHS}",
    "measure_on: 1000": "measure_on: 40",
}
SHOWN = (
    "class_table-1", "data_shapes-1", "samples-1", "data_shapes-2", "summary-1",
    "training_curves-1", "training_curves-1-log", "evaluation-1", "samples-2", "summary-2",
    "feature_maps-1-conv_layer_1", "feature_maps-2-conv_layer_1", "edge_filters-1-0-conv_layer_1",
    "edge_filters-1-1-conv_layer_3", "edge_filters-1-filters", "channel_table-1",
    "mean_feature_maps-1", "feature_maps-3-conv_layer_3", "feature_maps-4-pool_layer_2",
    "feature_maps-4-pool_layer_4", "mean_feature_maps-2", "class_comparison-1",
)  # fmt: skip
"""What the document shows, in its order."""

Report = dict[str, bytes]


class Quiet:
    """A listener that remembers what went wrong."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def started(self, task: Task) -> None:
        """Nothing to remember."""

    def progress(self, done: int, total: int, text: str) -> None:
        """Nothing to remember."""

    def finished(self, task: Task, seconds: float) -> None:
        """Nothing to remember."""

    def remarked(self, task: Task, text: str) -> None:
        """Nothing to remember."""

    def warned(self, task: Task, text: str) -> None: ...

    def failed(self, task: Task, error: ReportgenError) -> None:
        self.errors += [str(problem) for problem in error.problems]

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        assert page.is_file()


def made(root: Path) -> Report:
    """All files of the report, built without any cache."""
    text = SPEC.read_text()
    for old, new in FEWER.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    root.mkdir(exist_ok=True)
    (root / SPEC.name).write_text(text)
    listener, place = Quiet(), reports.Place(root / "site", root / "cache")
    plans = reports.plans([checking.load(root / SPEC.name)])
    assert reports.build(plans, place, listener, prune=True) == 0, listener.errors
    folder = root / "site" / SPEC.stem
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def build_anew(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Report]:
    return lambda: made(tmp_path_factory.mktemp("fashion"))


@pytest.fixture(scope="module")
def report(build_anew: Callable[[], Report]) -> Report:
    return build_anew()


def test_every_table_and_figure_is_there_in_the_documents_order(report: Report) -> None:
    told = json.loads(report["report.json"])
    assert tuple(figure["id"] for figure in told["figures"]) == SHOWN
    assert [layer["name"] for layer in told["models"][0]["layers"]] == [
        "conv_layer_1", "pool_layer_2", "conv_layer_3", "pool_layer_4", "flatten_layer_5",
        "dense_layer_6", "dense_layer_7",
    ]  # fmt: skip
    assert told["models"][0]["total_params"] == 243_786


def test_the_tables_hold_what_the_document_prints(report: Report) -> None:
    def table(name: str) -> list[list[str]]:
        return list(csv.reader(report[f"figures/{name}.csv"].decode().splitlines()))

    # The document's own list: the first test images of each class.
    assert [row[0:2] + row[6:] for row in table("class_table-1")[1:3]] == [
        ["0", "T-shirt/top", "19, 27, 35"],
        ["1", "Trouser", "2, 3, 5"],
    ]
    assert table("data_shapes-1")[1] == [
        "Training images", "as published", "(60000, 28, 28)", "uint8", "0 to 255"
    ]  # fmt: skip
    assert [row[3] for row in table("summary-2")[1:]] == [
        "(1, 26, 26, 64)", "(1, 13, 13, 64)", "(1, 11, 11, 64)", "(1, 5, 5, 64)", "(1, 1600)",
        "(1, 128)", "(1, 10)",
    ]  # fmt: skip
    assert table("training_curves-1-log")[0][:3] == ["Epoch", "Seconds", "Milliseconds per step"]
    channel = table("channel_table-1")
    assert (len(channel), len(channel[0])) == (27, 27)


def test_its_remarks_are_drafted_and_judged(report: Report) -> None:
    told = json.loads(report["report.json"])
    assert told["inferences"] == [
        f"inferences.{name}"
        for name in ("edge_features", "pooling_effect", "abstract_features", "class_patterns")
    ]
    page = report["report.md"].decode()
    assert "mostly to edges of one direction" in page
    assert "tells the classes apart best" in page


def test_but_for_the_times_a_build_anew_gives_the_same_bytes(
    report: Report, build_anew: Callable[[], Report]
) -> None:
    again = build_anew()
    assert report.keys() == again.keys()
    log = "figures/training_curves-1-log.csv"
    timed = {"index.html", "report.md", "report.json", "manifest.json", log}
    assert not [name for name in report if name not in timed and report[name] != again[name]]
    for name in timed - {"manifest.json"}:
        # The digest of the log, which holds the times, stands in report.json.
        old, new = (
            each[name].decode().replace(hashlib.sha256(each[log]).hexdigest(), "").splitlines()
            for each in (report, again)
        )
        different = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        # A row for each epoch (in JSON a line for each of its times), and the line on all epochs.
        assert len(different) <= 2 * EPOCHS + 1, name
        assert not [pair for pair in different if untimed(pair[0]) != untimed(pair[1])], name


def untimed(line: str) -> str:
    """A line of the log without its first three numbers: the epoch and its times."""
    return re.sub(r"\d[\d.,]*", "TIME", line.replace(" min ", " "), count=3).replace(
        "TIME TIME s", "TIME s"
    )

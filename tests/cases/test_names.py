"""Names of classes, whatever they hold, and what a page says of the images that it shows."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from subjects import dataset, notes_of, subject

from reportgen import models
from reportgen.class_names import class_index, distinct, readable
from reportgen.cli import main
from reportgen.datasets import load as load_dataset
from reportgen.drawing import charts, glyphs, scatter
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import Entry, sheet
from reportgen.engine import checkpoint
from reportgen.engine import model as model_stage
from reportgen.engine.draw import with_keys
from reportgen.engine.job import Job
from reportgen.errors import UserError
from reportgen.figures.attribution import answers
from reportgen.models import application
from reportgen.records import Drawing, Table, Target
from reportgen.render.markdown_page import inline
from reportgen.render.tables import as_csv
from reportgen.store import Store

NAMES = (
    "star_x_", "...", "..png", "*x*", "`co`de`", "<b>bold</b>", "a|b", "$x$ and $y",
    "a\\b\\alpha", " lead ", "=SUM(1)", "crane", "crane", "L" * 300, "\u202ertl",
    "bell\x07esc\x1b[2J", "日本語の猫", "عربي", "_hidden", "7", "", "[l](javascript:alert(1))",
)  # fmt: skip
PIXELS = np.random.default_rng(0).integers(0, 255, (2 * len(NAMES), 6, 6, 3), np.uint8)
LABELS = np.arange(len(NAMES)).repeat(2)

SPEC = """
title: Names
model: any.keras
dataset: python:own:data
figures:
  - class_table
  - class_comparison: {classes: [star_x_, "7"]}
  - confusion_matrix
  - embedding
  - grad_cam: {samples: 2, target: "=SUM(1)", likeliest: 25}
  - activation_maximization: {objective: class, targets: ["crane (11)", "7"], steps: 1}
inferences: false
"""
OWN = """
import json
from pathlib import Path
import numpy as np
from reportgen.records import Dataset, Preprocessing, Split, Target

def data():
    names = json.loads(Path(__file__).with_name("names.json").read_text())
    images = np.load(Path(__file__).with_name("images.npy"))
    split = Split(images, {"class": np.arange(len(names)).repeat(2)})
    splits = {"train": split, "validation": split, "test": split}
    targets = (Target("class", "Class", tuple(names)),)
    return Dataset("own", "Own", targets, splits, Preprocessing(), "none", "", {"threshold": None})
"""


def network(*outputs: tuple[str, int, str | None], channels: int = 3) -> Any:
    """The mean of each channel, through a 1 x 1 convolution that copies it, to dense outputs."""
    start = keras.Input((6, 6, channels))
    copied = keras.layers.Conv2D(channels, 1, name="copy")
    mean = keras.layers.GlobalAveragePooling2D()(copied(start))
    heads = [keras.layers.Dense(n, activation=a, name=name) for name, n, a in outputs]
    made = keras.Model(start, [head(mean) for head in heads])
    copied.set_weights([np.eye(channels)[None, None], np.zeros(channels)])
    for head in heads:
        weights = np.zeros((channels, head.units))
        weights[0] = np.log(2.0) * np.arange(head.units)
        head.set_weights([weights, np.zeros(head.units)])
    return made


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report on classes with all these names."""
    folder = tmp_path_factory.mktemp("names")
    specs = folder / "specs"
    specs.mkdir()
    keras.utils.set_random_seed(0)
    network(("class", len(NAMES), "softmax")).save(specs / "any.keras")
    (specs / "names.json").write_text(json.dumps(NAMES))
    np.save(specs / "images.npy", PIXELS)
    (specs / "own.py").write_text(OWN)
    (specs / "names.yaml").write_text(SPEC)
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, ["build"])
    finally:
        os.chdir(before)
    assert result.exit_code == 0, result.output
    return folder / "site" / "names"


def report_of(page: Path) -> Any:
    return json.loads((page / "report.json").read_text("utf-8"))


# --- on a page ------------------------------------------------------------------------------------


@pytest.mark.timeout(180)
def test_every_name_stands_whole_and_once_in_a_table(page: Path) -> None:
    """Names vanished, lost their ends or merged with others of the same spelling."""
    rows = report_of(page)["tables"]["class_table-1"]["rows"]
    assert [row[1] for row in rows] == list(distinct(NAMES))
    assert len({row[1] for row in rows}) == len(NAMES)
    shown = html.unescape(re.sub(r"<[^>]+>", "\n", (page / "index.html").read_text("utf-8")))
    assert not [name for name in distinct(NAMES) if name not in shown]


@pytest.mark.timeout(180)
def test_markdown_shows_names_as_they_are(page: Path) -> None:
    """A name could be read as emphasis, a link or the end of a cell."""
    text = (page / "report.md").read_text("utf-8")
    for name in distinct(NAMES):
        assert f"| {inline(name, cell=True)} |" in text
    assert r"\[l\](javascript:alert(1))" in text


@pytest.mark.timeout(180)
def test_notes_keep_underscores_and_tell_classes_from_filters(page: Path) -> None:
    """The class `star_x_` was called "star x ", and the class 7 looked like a filter."""
    texts = [note["text"] for note in report_of(page)["notes"]]
    about = [text for text in texts if "star_x_" in text]
    assert about
    assert not any("star x" in text for text in texts)
    compared = [text for text in texts if "filter" in text.lower() and "`7`" in text]
    assert compared
    assert all("class `7`" in text for text in compared)


@pytest.mark.timeout(180)
def test_words_without_a_glyph_are_numbered_and_explained(page: Path) -> None:
    """Japanese names were rows of boxes."""
    captions = {f["id"]: f["caption"] for f in report_of(page)["figures"]}
    drawn = glyphs.Keys()
    drawn.drawn("日本語の猫")
    caption = captions["confusion_matrix-1-matrix"]
    assert ("[1] is 日本語の猫" in caption) == bool(drawn.words)


@pytest.mark.timeout(180)
def test_csv_holds_no_formula(page: Path) -> None:
    """A spreadsheet ran what a class was called."""
    rows = list(csv.reader(io.StringIO((page / "figures/class_table-1.csv").read_text("utf-8"))))
    assert "'=SUM(1)" in [row[1] for row in rows]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_numbers_of_a_csv_stay_numbers() -> None:
    """Neither negative numbers nor intervals are formulas."""
    cells = (-1.5, "-0.2 to 0.3", "-1+2", "@a", "+1", "\tx", "a=b", None)
    written = as_csv(Table("", ("=a", *"bcdefgh"), (cells,), "")).decode()
    head, row = csv.reader(io.StringIO(written))
    assert head[0] == "'=a"
    assert row == ["-1.5", "-0.2 to 0.3", "'-1+2", "'@a", "+1", "'\tx", "a=b", ""]


# --- names ----------------------------------------------------------------------------------------


def test_nothing_in_a_name_is_invisible() -> None:
    """Controls, direction overrides, outer blanks and stray bytes could not be seen."""
    assert readable("\u202ea\x1b[2J\u200b") == "\\u202ea\\x1b[2J\\u200b"
    assert readable(" a b\n") == "␣a b\\n"
    assert readable("caf\udce9") == "caf\\xe9"
    assert readable("👩\u200d🔬") == "👩\u200d🔬"
    assert distinct(["", " ", "a", ""]) == ("unnamed (0)", "␣", "a", "unnamed (3)")
    assert [len(set(distinct(n))) for n in (["a", "a", "a (0)"], ["\x07", "\\x07"])] == [3, 2]


def test_a_name_of_a_spec_finds_its_class_without_outer_blanks() -> None:
    """Specs drop blanks around texts, so that class could not be named."""
    assert class_index("lead", distinct(NAMES), "it") == NAMES.index(" lead ")
    assert class_index("`co`de`", distinct(NAMES), "it") == 4
    with pytest.raises(UserError, match="2 classes named 'crane'"):
        class_index("crane", distinct(NAMES), "it")


def test_folders_with_odd_names_are_classes(tmp_path: Path) -> None:
    """Folders `...` and `..png` were hidden, and one that is no UTF-8 ended in a traceback."""
    odd = [b"...", b"..png", b"caf\xe9", b" a", b"star_x_"]
    for name in odd:
        place = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(place)
        for number in range(4):
            Image.fromarray(PIXELS[number]).save(os.fsdecode(place) + f"/{number}.png")
    data = load_dataset("folder", {"path": str(tmp_path)}, 0)
    assert set(data.targets[0].classes) == {"...", "..png", "caf\\xe9", "␣a", "star_x_"}
    assert json.dumps(data.targets[0].classes).encode()


def test_nothing_said_of_a_folder_holds_stray_bytes(tmp_path: Path) -> None:
    """Names of files that are no UTF-8 could be written to no page."""
    for name in (b"a", b"b\xff", b"empty\xff"):
        place = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(place)
        for number in range(4):
            Image.fromarray(PIXELS[0]).save(os.fsdecode(place) + f"/\udcff{number}.png")
    for name in os.listdir(tmp_path / os.fsdecode(b"empty\xff")):
        (tmp_path / os.fsdecode(b"empty\xff") / name).rename(tmp_path / "a" / f"{name}.txt")
    (tmp_path / os.fsdecode(b"empty\xff") / "no.txt").touch()
    (tmp_path / "a" / "\udcff.png").write_bytes(b"no image")
    data = load_dataset("folder", {"path": str(tmp_path)}, 0)
    plain = load_dataset("folder", {"path": str(tmp_path), "labels": False}, 0)
    said = [data.facts, plain.facts, [warning.text for warning in data.warnings]]
    text = json.dumps(said, ensure_ascii=False)
    assert text.encode()
    assert "\\xff" in text


def test_hidden_folders_of_images_are_told(tmp_path: Path) -> None:
    """A folder `.net` was no class, without a word."""
    for name in ("a", "b", ".net"):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.fromarray(PIXELS[number]).save(tmp_path / name / f"{number}.png")
    data = load_dataset("folder", {"path": str(tmp_path)}, 0)
    assert data.targets[0].classes == ("a", "b")
    assert any(".net is hidden" in remark for remark in data.facts["remarks"])


def test_labels_of_an_npz_that_are_no_utf_8_give_one_message(tmp_path: Path) -> None:
    """Bytes in another encoding were no names."""
    np.savez(tmp_path / "a.npz", x_train=PIXELS[:4], y_train=np.array([b"a", b"\xe9"] * 2))
    beyond = np.array([0x110000, 97] * 2, np.uint32).view("<U1")
    np.savez(tmp_path / "b.npz", x_train=PIXELS[:4], y_train=beyond)
    for name in ("a.npz", "b.npz"):
        with pytest.raises(UserError, match="names in UTF-8"):
            load_dataset("npz", {"path": str(tmp_path / name)}, 0)


def test_names_in_bytes_are_decoded(tmp_path: Path) -> None:
    """A function that returned b"cat" had a class called "b'cat'"."""
    text = "import numpy as np\ndef {}(): return dict(x_train=np.zeros((4, 6, 6, 1), np.uint8), "
    text += "y_train=[0, 1, 0, 1], classes={})\n"
    made = text.format("good", [b"cat", b"dog"]) + text.format("bad", [b"\xe9", b"dog"])
    (tmp_path / "in_bytes.py").write_text(made)
    data = load_dataset("python:in_bytes:good", {}, 0, tmp_path)
    assert data.targets[0].classes == ("cat", "dog")
    with pytest.raises(UserError, match="which is not UTF-8"):
        load_dataset("python:in_bytes:bad", {}, 0, tmp_path)


# --- in pictures ----------------------------------------------------------------------------------


def test_dollar_signs_and_backslashes_are_letters() -> None:
    """Matplotlib took them for formulas, and failed on broken ones."""
    names = [r"$\frac{", r"a\$b", "$x$", "_y"]
    assert charts.matrix(np.eye(4), names, row_title="a", column_title="b").data
    assert charts.bar_chart([1, 2, 3, 4], x_title="$", y_title="_", labels=names).data
    lines = [charts.Line(name, (1.0, 2.0)) for name in names]
    assert charts.curves([charts.Panel(r"$\sum_", lines)], x_title="epoch").data


def test_long_names_are_cut_and_stay_apart() -> None:
    """A name of 300 characters ran out of the legend."""
    assert glyphs.shortened("L" * 300, 10) == "L" * 9 + "…"
    first, second = (glyphs.shortened(f"{'L' * 300} ({k})", 18) for k in (1, 22))
    assert (first, second) == ("L" * 13 + "… (1)", "L" * 12 + "… (22)")
    cloud = scatter.Cloud("all", np.eye(2), np.array([0, 1]))
    short, long = (
        scatter.scatter([cloud], names, origin=np.zeros(2)) for names in ("ab", ["L" * 300, "b"])
    )
    assert short.width == long.width


def test_a_word_without_a_glyph_has_a_number_in_every_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mosaics, sheets, charts and legends drew boxes for characters without a glyph."""
    monkeypatch.setattr(glyphs, "_system_fonts", lambda: ())
    glyphs.face.cache_clear()
    tiles = PIXELS[:2]
    cloud = scatter.Cloud("all", np.eye(2), np.array([0, 1]))
    pictures = [
        mosaic(tiles, labels=["猫 (53%)", "b"]),
        sheet([tiles], column_titles=["猫", "b"], below=[[[Entry("犬", "1%")], []]]),
        charts.matrix(np.eye(2), ["猫", "b"], row_title="a", column_title="b"),
        charts.bar_chart([1, 2], x_title="a", y_title="b", labels=["猫", "b"]),
        scatter.scatter([cloud], ["猫", "b"], origin=np.zeros(2)),
    ]
    assert [picture.keys for picture in pictures] == [("猫",), ("猫", "犬"), *[("猫",)] * 3]
    told = with_keys(Drawing("", pictures[0], "Cats.", ""))
    assert told.caption.endswith("for what no installed font can draw: [1] is 猫.")
    glyphs.face.cache_clear()


def test_a_font_of_the_system_draws_what_the_house_font_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system has a font for a name, the name is drawn."""
    monkeypatch.setattr(glyphs, "_system_fonts", lambda: (str(font_of("猫b", tmp_path)),))
    glyphs.face.cache_clear()
    with_glyph = mosaic(PIXELS[:1], labels=["猫"])
    assert with_glyph.keys == ()
    assert glyphs.families(["猫"]) == ["DejaVu Sans", "Cats"]
    monkeypatch.setattr(glyphs, "_system_fonts", lambda: ())
    glyphs.face.cache_clear()
    assert mosaic(PIXELS[:1], labels=["猫"]).keys == ("猫",)
    glyphs.face.cache_clear()


def font_of(signs: str, folder: Path) -> Path:
    """A font in which these signs are squares."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for step, place in enumerate(((0, 0), (0, 500), (500, 500), (500, 0))):
        (pen.lineTo if step else pen.moveTo)(place)
    pen.closePath()
    square, names = pen.glyph(), [f"g{k}" for k in range(len(signs))]
    built = FontBuilder(1000, isTTF=True)
    built.setupGlyphOrder([".notdef", *names])
    built.setupCharacterMap({ord(s): n for s, n in zip(signs, names, strict=True)})
    built.setupGlyf(dict.fromkeys([".notdef", *names], square))
    built.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (600, 0)))
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupNameTable({"familyName": "Cats", "styleName": "Regular"})
    built.setupOS2()
    built.setupPost()
    built.save(folder / "cats.ttf")
    return folder / "cats.ttf"


# --- the likeliest classes ------------------------------------------------------------------------

WHITE = np.full((2, 6, 6, 3), 255, np.uint8)


def named_data(*names: str) -> Any:
    return dataset(WHITE, {"class": [1, 2]}, (Target("class", "Class", names),))


@pytest.mark.parametrize("kind", ["samples", "grad_cam", "saliency", "occlusion"])
def test_the_likeliest_classes_have_their_probabilities(kind: str) -> None:
    """Only the first answer of a network stood under a photo."""
    data = named_data("crane (0)", "dog", "crane (2)")
    table, drawing = drawn(kind, network(("class", 3, "softmax")), data, likeliest=5)
    assert table.columns == ("Image", "True class", "1st", "2nd", "3rd")
    told = ("crane (2) (57.1%)", "dog (28.6%)", "crane (0) (14.3%)")
    assert table.rows[0] == ("test image 0", "dog", *told)
    assert answers.listed() in f"{drawing.caption} {drawing.encoding}"


def drawn(kind: str, model: Any, data: Any, **params: Any) -> tuple[Any, Any]:
    """The table of likeliest classes of a figure, or None, and its last picture."""
    from importlib import import_module

    sizes = {"patch": 3, "stride": 3} if kind == "occlusion" else {}
    given = subject(kind, model, data, samples=[0, 1], **sizes, **params)
    made = import_module(f"reportgen.figures.{kind}.compute").compute(given)
    parts = import_module(f"reportgen.figures.{kind}.draw").draw(made, given.params)
    tables = [part for part in parts if isinstance(part, Table) and part.part == answers.PART]
    return (tables or [None])[0], [part for part in parts if isinstance(part, Drawing)][-1]


@pytest.mark.parametrize("kind", ["samples", "grad_cam", "saliency", "occlusion"])
def test_one_unit_of_sigmoid_tells_two_classes_apart(kind: str) -> None:
    """One unit has a probability for each of two classes."""
    model = network(("class", 1, "sigmoid"))
    model.layers[-1].set_weights([np.zeros((3, 1)), np.array([np.log(3.0)])])
    data = dataset(WHITE, {"class": [0, 1]}, (Target("class", "Class", ("cat", "dog")),))
    table, _ = drawn(kind, model, data, likeliest=4)
    assert [row[2:] for row in table.rows] == [("dog (75.0%)", "cat (25.0%)")] * 2


@pytest.mark.parametrize("kind", ["samples", "grad_cam", "saliency", "occlusion"])
def test_values_have_no_likeliest_class_and_say_so(kind: str) -> None:
    """A regression has no classes."""
    data = dataset(WHITE, {}, ())
    table, drawing = drawn(kind, network(("size", 2, None)), data, likeliest=2)
    assert table is None
    assert "values, not probabilities of classes" in drawing.caption


@pytest.mark.parametrize("kind", ["samples", "grad_cam", "saliency", "occlusion"])
def test_several_outputs_have_classes_of_their_own(kind: str) -> None:
    """Each output has its own likeliest classes."""
    two = (Target("kind", "Kind", ("cat", "dog")), Target("size", "Size", ("s", "m", "l")))
    data = dataset(WHITE, {"kind": [0, 1], "size": [0, 2]}, two)
    model = network(("kind", 2, "softmax"), ("size", 3, "softmax"))
    table, _ = drawn(kind, model, data, likeliest=1)
    cells = {(row[0], row[2], row[3]) for row in table.rows}
    assert ("test image 0", "Kind", "dog (66.7%)") in cells
    assert ("test image 1", "Size", "l (57.1%)") in cells


def test_lines_below_pictures_stay_in_their_columns() -> None:
    """Long names neither reach into the next picture nor are lost without a sign."""
    entries = [Entry("Chesapeake Bay retriever " * 9, "99.9%", 1.0, bold=True)]
    plain = sheet([[PIXELS[0], PIXELS[1]]])
    told = sheet([[PIXELS[0], PIXELS[1]]], below=[[entries, []]])
    assert told.width == plain.width
    pixels = np.asarray(Image.open(io.BytesIO(told.data)).convert("L"))[plain.height :]
    assert (pixels[:, pixels.shape[1] // 2 + 6 :] == 255).all()
    assert (pixels[:, : pixels.shape[1] // 2 - 8] < 128).any()


# --- what is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["samples", "grad_cam", "saliency", "occlusion", "class_comparison", "mean_feature_maps"],
)
@pytest.mark.parametrize("channels", [2, 4, 3])
def test_pictures_of_other_channels_than_colors_say_what_they_show(
    kind: str, channels: int
) -> None:
    """Of five channels three were shown, without a word."""
    from importlib import import_module

    images = np.random.default_rng(1).integers(0, 255, (6, 6, 6, channels), np.uint8)
    data = dataset(images, {"class": [0, 1, 0, 1, 0, 1]}, (Target("class", "Class", ("a", "b")),))
    sizes = {"patch": 3, "stride": 3} if kind == "occlusion" else {}
    given = subject(kind, network(("class", 2, "softmax"), channels=channels), data, **sizes)
    made = import_module(f"reportgen.figures.{kind}.compute").compute(given)
    parts = import_module(f"reportgen.figures.{kind}.draw").draw(made, given.params)
    captions = " ".join(
        f"{part.caption} {part.encoding}" for part in parts if isinstance(part, Drawing)
    )
    expected = {
        2: "The two channels are shown as red and green",
        3: "",
        4: "Of 4 channels the first",
    }
    assert expected[channels] in captions
    assert channels != 3 or "channels are shown" not in captions


def test_a_test_image_has_one_number_on_a_page() -> None:
    """Samples told neither the numbers of their images nor called them as other figures do."""
    data = named_data("a", "b", "c")
    _, several = drawn("samples", network(("class", 3, "softmax")), data)
    assert "test split, numbers 0, 1." in several.caption
    _, heat = drawn("grad_cam", network(("class", 3, "softmax")), data)
    assert "Test image 0 (b)" in heat.caption
    assert "Test image 1 (c)" in heat.caption


def test_a_number_that_is_a_name_is_read_as_the_name_and_said() -> None:
    """Of classes "1", "2" and "0" a spec's "1" is a name, not an index."""
    data = named_data("1", "2", "0")
    _, heat = drawn("grad_cam", network(("class", 3, "softmax")), data, target="1")
    assert "explained for 1" in heat.caption
    _, heat = drawn("saliency", network(("class", 3, "softmax")), data, target="1")
    assert "Here 1 is the name of a class; its index is 0." in heat.caption
    _, plain = drawn("saliency", network(("class", 3, "softmax")), named_data(*"012"), target="1")
    assert "is the name of a class" not in plain.caption


def test_notes_on_classes_with_equal_qualifiers_stay_apart() -> None:
    """Classes "a b" and "a_b" had one name in the ids of measures."""
    from reportgen.figures.class_comparison.compute import compute

    labels = {"class": [0, 1, 0, 1]}
    images = np.random.default_rng(2).integers(0, 255, (4, 6, 6, 3), np.uint8)
    data = dataset(images, labels, (Target("class", "Class", ("a b", "a_b")),))
    given = subject("class_comparison", network(("class", 2, "softmax")), data)
    made = compute(given)
    assert len({measure.name for measure in made.measures}) == len(made.measures)
    texts = " ".join(note.text for note in notes_of("class_comparison", made)[0])
    assert "`a b`" in texts
    assert "`a_b`" in texts


# --- ImageNet -------------------------------------------------------------------------------------


@pytest.fixture
def imagenet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A stand-in for a network of `keras.applications`; returns Keras' folder of models."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(
        keras.applications, "VGG16", lambda **_: network(("predictions", 1000, "softmax"))
    )
    monkeypatch.setattr(keras.utils, "get_file", refuse)
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def refuse(*_: object, **__: object) -> str:
    raise Exception("URL fetch failure: no network")


def loaded(tmp_path: Path) -> models.Loaded:
    return models.load(
        "application:VGG16", base=tmp_path, input_shape=None, targets=(), seed=0, params={}
    )


def test_networks_of_imagenet_have_its_names(imagenet: Path, tmp_path: Path) -> None:
    """The classes of VGG16 were numbers."""
    index = {str(k): [f"n{k}", f"class_name_{k}"] for k in range(1000)}
    index["134"] = index["517"] = ["n", "crane"]
    (imagenet / application.CLASS_INDEX).write_text(json.dumps(index))
    made = loaded(tmp_path)
    assert made.classes[281] == "class name 281"
    assert application.NAMED in made.weights
    assert distinct(made.classes)[134] == "crane (134)"


@pytest.mark.parametrize("damaged", [None, "{", "{}", "[]"])
def test_without_the_index_classes_have_numbers(
    imagenet: Path, tmp_path: Path, damaged: str | None
) -> None:
    """A missing index must not keep a network from being shown offline."""
    if damaged is not None:
        (imagenet / application.CLASS_INDEX).write_text(damaged)
    made = loaded(tmp_path)
    assert made.classes == ()
    assert application.NUMBERED in made.weights


def test_figures_of_an_imagenet_network_name_its_classes(imagenet: Path, tmp_path: Path) -> None:
    """The names reach figures with the stored model, and change its output's digest."""
    index = {str(k): [f"n{k}", f"name_{k}"] for k in range(1000)}
    (imagenet / application.CLASS_INDEX).write_text(json.dumps(index))
    store = Store(tmp_path / "cache")
    asked = {"source": "application:VGG16", "params": {}, "seed": 0, "inputs": {}, "dataset": None}
    job = Job("model", (), asked, base=str(tmp_path))
    made = model_stage.run(job, store, lambda *_: None)
    shown = checkpoint.obtain(made["model"], job, store)
    (head,) = shown.heads_for(())
    assert head.classes[281] == "name 281"
    (imagenet / application.CLASS_INDEX).unlink()
    without = model_stage.run(job, store, lambda *_: None)
    assert without["model"].digest != made["model"].digest
    assert checkpoint.obtain(without["model"], job, store).heads_for(())[0].classes == ()

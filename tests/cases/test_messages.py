"""What reaches a terminal and a reader: visible characters, safe links and names, messages."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import reportgen
from reportgen import checking, models
from reportgen.child_process import Died
from reportgen.console import visible
from reportgen.datasets.checking import check_images
from reportgen.datasets.listing import none_readable
from reportgen.engine.client import _obituary
from reportgen.engine.job import Job
from reportgen.engine.worker import _failure
from reportgen.errors import UserError
from reportgen.figures.parts import part_name, part_names
from reportgen.layer_names import unclear
from reportgen.library_errors import cause
from reportgen.links import retargeted
from reportgen.network.network import Network
from reportgen.records import Target
from reportgen.render.markdown_page import author
from reportgen.spec.loading import load_text
from reportgen.store import write_atomic
from reportgen.suggestions import did_you_mean, listed

PACKAGE = Path(reportgen.__file__).parent
ESCAPE = "\x1b[2J\x1b]0;owned\x07"
BIDI = "\u202e"
DANGEROUS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        capture_output=True, cwd=folder, env={**os.environ, **environment}, timeout=120,
        encoding="utf-8",
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert not DANGEROUS.search(done.stdout + done.stderr)
    return done


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / "specs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_control_and_direction_characters_are_spelled_out() -> None:
    """Names with escapes, line breaks, direction overrides and stray bytes acted on terminals."""
    assert visible(f"a{ESCAPE}") == r"a\x1b[2J\x1b]0;owned\x07"
    assert visible(f"a{BIDI}b\n\u2028\x9b\u00ad") == r"a\u202eb\n\u2028\x9b\xad"
    assert visible(os.fsdecode(b"a\xff")) == r"a\xff"
    assert visible("日本 Zürich 👩\u200d🔬") == "日本 Zürich 👩\u200d🔬"


STREAMS = ("cli.py", "__main__.py", "streams.py")
"""Modules that set up the streams, or ask whether one is a terminal."""
PRINTING = {"print", "echo", "secho", "echo_via_pager", "style_and_print", "print_exception"}


def test_only_the_console_prints() -> None:
    """A module that prints by itself lets raw names through to the terminal."""
    allowed = {("engine/worker.py", "print_exception")}  # into the log of the worker
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                word = getattr(called, "attr", getattr(called, "id", ""))
                if word in PRINTING:
                    found.add((name, word))
            elif isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr"):
                base = getattr(node.value, "id", "")
                if base == "sys" and name not in STREAMS:
                    found.add((name, node.attr))
    assert {pair for pair in found if pair[0] != "console.py"} == allowed


@pytest.mark.parametrize("command", ["check", "build", "status"])
def test_a_file_name_cannot_command_the_terminal(tmp_path: Path, command: str) -> None:
    """The name of a spec was printed raw, with its escapes and its line breaks."""
    done = run(tmp_path, command, f"specs/{ESCAPE}\n{BIDI}.yaml")
    assert done.returncode == 2
    assert r"\x1b[2J\x1b]0;owned\x07\n\u202e.yaml" in done.stderr


def test_usage_errors_are_visible_too(tmp_path: Path) -> None:
    """click printed commands, options and choices as they were typed."""
    for arguments in ([f"x{ESCAPE}"], ["build", f"--x{ESCAPE}{BIDI}"], ["list", f"m{ESCAPE}"],
                      ["build", "--out", "x", "a", f"--{BIDI}"]):  # fmt: skip
        done = run(tmp_path, *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("Usage: ")
    assert run(tmp_path, "new", f"a{ESCAPE}").returncode == 2


def test_texts_of_a_spec_are_visible(tmp_path: Path) -> None:
    """Keys, values and paths of a spec reached the terminal raw."""
    text = f'model: "x{BIDI}\\e[2J.keras"\n"ke\\ey": 1\nfigures: ["gr\\e[1m"]\n'
    write(tmp_path, text)
    assert run(tmp_path, "check").returncode == 2


def test_ascii_terminals_get_escapes(tmp_path: Path) -> None:
    """A name that the terminal's encoding lacks ended in a UnicodeEncodeError."""
    done = run(tmp_path, "check", "specs/日本.yaml", PYTHONIOENCODING="ascii")
    assert r"\u65e5\u672c.yaml" in done.stderr


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "JaVa&#115;cript:alert(1)", "data:text/html,x", "<java\tscript:x>",
    "&Tab;vbscript:x", "\\javascript:x", "file:///etc/passwd", "\njavascript:x",
])  # fmt: skip
def test_links_of_the_markdown_page_lead_to_pages_only(address: str) -> None:
    """report.md kept `javascript:` and `data:` links that the HTML page drops."""
    for text in (f"[x]({address})", f"a [x][y]\n\n[y]: {address}\n"):
        assert author(text).startswith("<div>")
        assert not re.search("href=.(javascript|data|vbscript|file):", author(text), re.IGNORECASE)


def test_links_cannot_hide_behind_an_escaped_backtick() -> None:
    """An escaped backtick begins no code, so what follows it was taken for code and kept."""
    assert 'href="javascript' not in author("\\``x` [y](javascript:1) `")
    assert author("\\``x` [y](javascript:1) `").startswith("<div>")
    assert author("[a](https://x.y/z:1) `b`") == "[a](https://x.y/z:1) `b`"


def test_long_names_of_layers_make_file_names(tmp_path: Path) -> None:
    """A layer name of 300 characters ended in 'File name too long'."""
    first, second = part_names(["a" * 300, "a" * 301])
    assert first != second
    assert first == part_name("a" * 300)
    assert max(len(first), len(second)) <= 80
    write_atomic(tmp_path / f"activation_maximization-1-{first}.png", b"")


def test_names_of_outputs_make_file_names() -> None:
    """Outputs named '>' or 'con', or with a trailing dot, make names that every system takes."""
    parts = part_names([">", "<", "con.", "a/../b", "日本", "Con"], "output")
    assert parts == ["output", "output-2", "con", "a-b", "output-3", "con-2"]


@pytest.mark.parametrize("name", ["con", "nul", "aux", "com1", "lpt9"])
def test_names_of_devices_are_refused(name: str) -> None:
    """A report or figure named as a device of Windows cannot be cloned there."""
    with pytest.raises(UserError, match="Windows"):
        load_text("model: zoo:base\n", f"{name}.yaml")
    with pytest.raises(UserError, match=f"{name}.*Windows"):
        load_text(f"model: zoo:base\nfigures: [{{summary: {{id: {name}}}}}]\n", "a.yaml")


GOOD = "model: zoo:variation1\nfigures: [summary]\ninferences: false\n"


def test_refused_specs_alone_write_nothing(tmp_path: Path) -> None:
    """After refused specs no line said how many, and the output folder was made all the same."""
    for name in "abc":
        write(tmp_path, f"model: {name}.keras\n", f"{name}.yaml")
    names = "specs/a.yaml, specs/b.yaml, specs/c.yaml"
    for command, what in (("build", "not built"), ("status", "not examined"), ("check", "with")):
        done = run(tmp_path, command)
        last = done.stderr.splitlines()[-1]
        assert (done.returncode, done.stdout) == (2, "")
        assert last.startswith(f"3 of 3 specs {what}")
        assert last.endswith(f": {names}")
    assert [path.name for path in tmp_path.iterdir()] == ["specs"]


def test_a_report_refused_in_the_build_writes_nothing(tmp_path: Path) -> None:
    """A model file that the build refuses left a front page of no report, and no count."""
    write(tmp_path, "model: x.keras\nfigures: [summary]\n")
    (tmp_path / "specs" / "x.keras").write_text("no model")
    done = run(tmp_path, "build", "--out", "pages")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("1 of 1 spec not built")
    assert not (tmp_path / "pages").exists()


def test_many_refused_specs_are_counted(tmp_path: Path) -> None:
    """The last line listed every refused spec, however many."""
    for number in range(12):
        write(tmp_path, "model: x.keras\n", f"s{number:02}.yaml")
    write(tmp_path, GOOD, "t.yaml")
    last = run(tmp_path, "check").stderr.splitlines()[-1]
    assert last.startswith("12 of 13 specs with problems: specs/s00.yaml")
    assert last.endswith("specs/s07.yaml and 4 more")


def test_the_folder_of_specs_is_the_project(tmp_path: Path) -> None:
    """A build inside specs/ or another folder had a cache and a site of its own."""
    write(tmp_path, GOOD)
    notes = tmp_path / "notes" / "old"
    notes.mkdir(parents=True)
    assert "../../site/a/index.html" in run(notes, "build", "a").stdout
    for folder in (tmp_path, tmp_path / "specs", notes):
        for name in ("a", "a.yaml"):
            assert run(folder, "status", name).returncode == 0
        assert run(folder, "status").returncode == 0
    assert run(tmp_path / "specs", "new", "b").returncode == 0
    assert (tmp_path / "specs" / "b.yaml").is_file()
    assert run(notes, "build", "a", "--out", "mine").returncode == 0
    assert (notes / "mine" / "a" / "index.html").is_file()
    assert sorted(os.listdir(tmp_path)) == [".reportgen", "notes", "site", "specs"]
    assert os.listdir(notes) == ["mine"]


def test_errors_of_libraries_come_in_one_clean_sentence() -> None:
    """Messages quoted Keras, TensorFlow and Matplotlib with their files, nodes and escapes."""
    said = "Exception encountered when calling Net.call().\n\n\x1b[1mInput 0 of layer 'd' is wrong"
    said += "\x1b[0m\n\nArguments received by Net.call():\n  • inputs=tf.Tensor(shape=(1, 9))"
    assert cause(ValueError(said)) == "Input 0 of layer 'd' is wrong"
    said = "Graph execution error:\n\nDetected at node a defined at (most recent call last):\n"
    assert cause(ValueError(said)) == "ValueError"
    said = "{{function_node __wrapped__MatMul}} Sizes differ: [2,3], [4,5] [Op:MatMul] name: "
    assert cause(ValueError(said)) == "Sizes differ: [2,3], [4,5]"
    said = 'in user code:\n\n    File "/x/k.py", line 2, in g  *\n    ValueError: Cannot do it for '
    assert cause(ValueError(said + "'{{node Reshape}} = x'\n")) == "Cannot do it"
    said = "\na^\n  ^\nParseSyntaxException: Expected {a | b}, found end of text (line:1, col:3)"
    assert cause(ValueError(said)) == "a text between two '$' is not a formula"
    assert len(cause(ValueError("x" * 1000))) == 300


@pytest.mark.parametrize(("stage", "remedy"), [("train", "batch_size"), ("dataset", "images")])
def test_memory_that_runs_out_says_what_to_do(stage: str, remedy: str) -> None:
    """Out of memory in training advised to show fewer samples or layers."""
    for error in (MemoryError(), MemoryError("std::bad_alloc")):
        (problem,) = _failure(error, Job(stage, (), {})).problems
        assert problem.message.startswith("memory ran out while ")
        assert remedy in problem.hint


def test_a_failing_layer_is_told_with_its_line(tmp_path: Path) -> None:
    """An error in a layer of the user's own was told with a file and line of Keras."""
    code = "import keras\nclass Boom(keras.layers.Layer):\n    def call(self, x):\n"
    (tmp_path / "mine.py").write_text(code + "        return x.nothing\n")
    source = (tmp_path / "mine.py").read_text()
    space: dict[str, object] = {}
    exec(compile(source, str(tmp_path / "mine.py"), "exec"), space)
    layer = space["Boom"]
    assert callable(layer)
    with pytest.raises(AttributeError) as caught:
        layer()(keras.Input((4,)))
    error = _failure(caught.value, Job("train", (), {}, base=str(tmp_path)))
    (problem,) = error.problems
    assert isinstance(error, UserError)
    assert (problem.file, problem.line) == (str(tmp_path / "mine.py"), 4)
    assert "Boom while training the model" in problem.message


def test_lists_of_names_are_cut_with_a_count() -> None:
    """Hints listed all of 1,000 class names, and said 'nothing is allowed here' of none."""
    names = [f"class {number}" for number in range(1000)]
    assert did_you_mean("zebra crossing", names).endswith("class 7 and 992 more")
    assert did_you_mean("x", []) == ""
    assert listed(["a", "b"]) == "a, b"
    paths = [f"block{number}/conv" for number in range(400)]
    assert len(str(unclear("nowhere", paths))) < 300
    assert "none that could be shown" in str(unclear("x", []))


def test_a_softmax_of_one_unit_is_told_as_such() -> None:
    """'should have 1 units, one for each class of 'class', but it has 1 (softmax)'."""
    layers = [keras.layers.Flatten(), keras.layers.Dense(1, activation="softmax", name="out")]
    network = Network.of(keras.Sequential([keras.Input((4, 4, 1)), *layers]))
    with pytest.raises(UserError) as caught:
        network.heads_for((Target("class", "Class", ("a",)),), strict=True)
    assert "a softmax over a single value, which is the same for every image" in str(caught.value)
    assert "sigmoid" in caught.value.problems[0].hint
    layers[-1] = keras.layers.Dense(3, name="out")
    network = Network.of(keras.Sequential([keras.Input((4, 4, 1)), *layers]))
    with pytest.raises(UserError, match="have a single class, 'a', and output 'out'"):
        network.heads_for((Target("class", "Class", ("a",)),))


def test_a_zip_without_arrays_is_told_as_such(tmp_path: Path) -> None:
    """'dotdot.zip has no array 'x_train'; it has none / nothing is allowed here'."""
    with zipfile.ZipFile(tmp_path / "photos.npz", "w") as archive:
        archive.writestr("../a.txt", "no array")
    write(tmp_path, "model: zoo:base\ndataset: {source: npz, path: ../photos.npz}\n")
    done = run(tmp_path, "check")
    assert "photos.npz holds no NumPy arrays, and it must hold 'x_train'" in done.stderr
    assert "write it with numpy.savez" in done.stderr


@pytest.mark.parametrize(("shape", "said"), [
    ((), "got a single value; store the images as one array"),
    ((5, 784), r"got shape 5 x 784; .*reshape the array to \(5, 28, 28, 1\)"),
    ((0, 4, 4), "got shape 0 x 4 x 4; the array is empty"),
])  # fmt: skip
def test_wrong_shapes_say_what_came_and_what_to_do(shape: tuple[int, ...], said: str) -> None:
    """'must hold images of shape (…), got shape ' ended there."""
    with pytest.raises(UserError, match=said):
        check_images(shape, "x_train")


def test_unreadable_images_name_a_reason_and_a_remedy(tmp_path: Path) -> None:
    """'none of the 7 images can be read' advised to bring more images."""
    (problem,) = none_readable(tmp_path, 7, "a.png", "it is empty").problems
    assert problem.message == f"none of the 7 images in {tmp_path} can be read"
    assert problem.hint.startswith("a.png: it is empty; save the images again as PNG or JPEG")


@pytest.fixture(scope="module")
def small() -> keras.Model:
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((8, 8, 1), name="photo"), layers.Conv2D(2, 3, name="conv", activation="relu"),
         layers.Flatten(), layers.Dense(3)]
    )  # fmt: skip


IMAGE_FUNCTIONS = ("grad_cam", "saliency", "occlusion", "deconvnet", "feature_maps", "embedding")


@pytest.mark.parametrize("name", IMAGE_FUNCTIONS)
def test_one_image_without_a_batch_is_told_as_such(small: keras.Model, name: str) -> None:
    """`grad_cam(model, image)` advised another dataset for the size of the image's rows."""
    function = getattr(reportgen, name)
    more = {"layer": "conv"} if name == "deconvnet" else {}
    remedies = {(8, 8, 1): "image[None], or", (8, 8): "image[None, ..., None]",
                (2, 8, 8): "images[..., None]", (5,): "a row for each image"}  # fmt: skip
    for shape, remedy in remedies.items():
        with pytest.raises(UserError) as caught:
            function(small, np.zeros(shape, np.float32), **more)
        (problem,) = caught.value.problems
        assert problem.message.startswith("input 'photo' takes an array of images, shape (n, 8, 8")
        assert str(shape) in problem.message
        assert remedy in problem.hint


# --- check finds what build would refuse ----------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of specs with model files and a dataset."""
    folder, layers = tmp_path_factory.mktemp("project"), keras.layers
    specs = folder / "specs"
    (specs / "models").mkdir(parents=True)
    net = keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(2, 3, name="conv"),
        layers.MaxPooling2D(name="pool"), layers.Flatten(name="flat"),
        layers.Dense(10, activation="softmax", name="out"),
    ])  # fmt: skip
    for name in ("net.keras", "net.h5", "models/inner.keras"):
        net.save(specs / name)
    with pytest.warns(UserWarning, match="not yet been built"):
        keras.Sequential([layers.Flatten(), layers.Dense(3)]).save(specs / "new.keras")
    images, labels = np.zeros((9, 28, 28), np.uint8), np.eye(12)[[0, 1, 2] * 3]
    np.savez(specs / "d.npz", x_train=images, y_train=labels)
    return folder


def problems(project: Path, text: str) -> str:
    """What `check` says of a spec; "" for nothing."""
    file = project / "specs" / "a.yaml"
    try:
        found = checking.problems_of(checking.load_text(text, file))
    except UserError as error:
        found = list(error.problems)
    return "\n".join(str(problem).removeprefix(f"{file}:") for problem in found)


@pytest.mark.parametrize(("figure", "said"), [
    ("kernels: {layers: [pool]}", "takes convolutions, and layer 'pool' is a MaxPooling2D"),
    ("layer_metrics: {layers: [out]}", "takes convolutions, and layer 'out' is a Dense"),
    ("edge_filters: {layers: [flat]}", "takes convolutions, and layer 'flat' is a Flatten"),
    ("activation_maximization: {objective: filter, layers: [out]}", "layer 'out' is a Dense"),
    ("feature_maps: {layers: [flat]}", "takes convolution and pooling layers, and layer 'flat'"),
    ("grad_cam: {layer: flat}", "takes layers with feature maps, and layer 'flat' is a Flatten"),
    ("channel_table: {layer: out}", "takes layers with feature maps, and layer 'out' is a Dense"),
    ("grad_cam: {layer: pool}", ""), ("deconvnet: {layer: flat}", ""),
    ("feature_maps: {layers: [conv, pool]}", ""), ("mean_feature_maps: {layers: [pool]}", ""),
])  # fmt: skip
def test_check_finds_layers_that_a_figure_cannot_take(
    project: Path, figure: str, said: str
) -> None:
    """Only the build refused a layer of another kind, after the training."""
    text = "model: net.keras\ndataset: mnist\nfigures: [{" + figure + "}]\n"
    found = problems(project, text)
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize("file", ["net.keras", "net.h5"])
@pytest.mark.parametrize(("dataset", "said"), [
    ("{source: line, color: gray}", "should have 96 units, one for each class of 'class'"),
    ("line", "expects images of shape (28, 28, 1), but the dataset's have shape (28, 28, 3)"),
    ("{source: mnist, size: 32}", "the dataset's have shape (32, 32, 1); write size: [28, 28]"),
    ("{source: npz, path: d.npz}", "should have 12 units, one for each class of 'class'"),
    ("{source: npz, path: d.npz, size: 9}", "but the dataset's have shape (9, 9, 1)"),
    ("mnist", ""),
])  # fmt: skip
def test_check_finds_datasets_that_do_not_fit(
    project: Path, file: str, dataset: str, said: str
) -> None:
    """Only the build compared a model's input and output with its dataset."""
    found = problems(project, f"model: {file}\ndataset: {dataset}\nfigures: [summary]\n")
    assert said in found
    assert bool(said) == bool(found)


def test_check_and_build_refuse_a_model_that_was_never_built(project: Path) -> None:
    """The build ended in Keras' 'You tried to call `count_params`'."""
    said = "1: the model new.keras was never built, so the file holds no weights of it"
    assert said in problems(project, "model: new.keras\nfigures: [summary]\n")
    with pytest.raises(UserError, match=r"new\.keras was never built"):
        models.load("new.keras", base=project / "specs", input_shape=None, targets=(), seed=0,
                    params={})  # fmt: skip


@pytest.mark.parametrize(("path", "said"), [
    ("nett.keras", "there is no model file .*nett.keras; did you mean 'net.keras'?"),
    ("nett.kears", "did you mean 'net.keras'?"),
    ("net", "did you mean 'net.h5'?"),
    ("specs/net.keras", "did you mean 'net.keras'\\? the path begins at the spec's folder"),
    ("modles/inner.keras", r"did you mean 'models'\? \(a folder in"),
    ("models/iner.keras", "did you mean 'inner.keras'?"),
    ("/nowhere/x.keras", "there is no 'nowhere' in /"),
    ("code.py", "write python:PACKAGE.MODULE:FUNCTION"),
])  # fmt: skip
def test_misspelled_model_files_get_a_suggestion(project: Path, path: str, said: str) -> None:
    """A misspelled suffix, folder or start of a path got no suggestion."""
    assert re.search(said, problems(project, f"model: {path}\n"))


def test_links_lead_to_sections_and_figures_by_their_ids(project: Path) -> None:
    """A link to no section was written to the page, and one to a section's id led nowhere."""
    text = (
        'model: net.keras\nintro: "[a](#two) [b](#kernels-1) [c](#section-two) `[x](#no)`"\n'
        'sections:\n  - {title: One, text: "LINK", figures: [kernels]}\n'
        "  - {title: Two, text: hello}\n"
    )
    assert problems(project, text.replace("LINK", "[i](#inferences)")) == ""
    said = "4: the text links to '#tow', and no section or figure has this id; did you mean 'two'?"
    assert problems(project, text.replace("LINK", "[d](#tow)")) == said
    assert "'#nowhere'" in problems(project, text.replace("LINK", "[d][e]\\n\\n[e]: #nowhere"))
    places = {"two": "section-two"}
    assert retargeted("[a](#two) `[b](#two)`", lambda name: places[name]) == (
        "[a](#section-two) `[b](#two)`"
    )


def test_a_misspelled_spec_gets_a_suggestion_of_the_project(tmp_path: Path) -> None:
    """`build first` found no spec, and said no more where specs/firts.yaml was meant."""
    write(tmp_path, GOOD, "firts.yaml")
    done = run(tmp_path, "check", "first")
    assert "first: there is no such file\n       did you mean 'firts'?" in done.stderr


@pytest.mark.parametrize(("status", "remedy"), [
    (-9, "memory probably ran out"), (-11, "a library crashed"), (1, "ImportError: no x"),
])  # fmt: skip
def test_a_worker_that_ends_says_what_to_do(status: int, remedy: str) -> None:
    """The end of a worker was told with the last lines of TensorFlow's log."""
    assert remedy in _obituary(Died(status, "ImportError: no x")).hint


def test_failed_downloads_are_told_without_error_numbers() -> None:
    """'[Errno -2]' and Keras' address stood before the words of the system."""
    said = "URL fetch failure on https://x.y/m: None -- [Errno -2] Name or service not known"
    assert cause(Exception(said)) == "Name or service not known"
    error = NotADirectoryError(20, "Not a directory", "/a/file/datasets")
    assert cause(error) == "/a/file/datasets: Not a directory"

"""Model files from strangers at the command line: `check`, `build`, and `build --trust-model`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import h5py
import pytest

from tests.models.trust.crafting import INPUT, hdf5, keras_file, layer, model

SPEC = "title: T\nmodel:\n  source: m.keras\nfigures: [summary]\ninferences: false\n"
SAVE = """
import keras
layer = keras.layers.Lambda(lambda x: x * 2, output_shape=(3,), name="trick")
keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(2)]).save("specs/m.keras")
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=folder, timeout=280
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "x.yaml").write_text(SPEC)
    return tmp_path


def test_check_says_it_all_without_tensorflow(project: Path) -> None:
    bad = model(INPUT, layer("Lambda", "one"), layer("TFSMLayer", "two"))
    keras_file(project / "specs", bad)
    code = (
        "import sys\n"
        "from reportgen.cli import main\n"
        "try: main(['check'])\n"
        "finally: print(*sys.modules)\n"
    )
    done = run(project, "-c", code)
    assert done.returncode == 2
    assert "specs/x.yaml:2: the model file m.keras is refused: the layer 'one'" in done.stderr
    assert "the layer 'two' is a TFSMLayer" in done.stderr
    assert not {"tensorflow", "keras"} & set(done.stdout.split())


def test_check_tells_problems_of_specs_and_of_model_files_together(project: Path) -> None:
    keras_file(project / "specs", model(INPUT, layer("Lambda", "one")))
    (project / "specs" / "y.yaml").write_text("titel: T\nmodel: zoo:base\n")
    done = run(project, "-m", "reportgen", "check")
    assert done.returncode == 2
    assert "'titel'" in done.stderr
    assert "'one'" in done.stderr


def test_check_accepts_a_sound_file(project: Path) -> None:
    keras_file(project / "specs")
    assert run(project, "-m", "reportgen", "check").returncode == 0


def test_check_looks_into_weights_files_too(project: Path) -> None:
    spec = "title: T\nmodel:\n  source: application:VGG16\n  weights: {}\nfigures: [summary]\n"
    (project / "specs" / "x.yaml").write_text(spec.format("vgg.weights.h5"))

    def change(file: h5py.File) -> None:
        file["x"] = h5py.ExternalLink("/etc/passwd", "/")

    def check() -> subprocess.CompletedProcess[str]:
        return run(project, "-m", "reportgen", "check")

    missing = check()
    assert missing.returncode == 2
    assert "specs/x.yaml:4: there is no weights file specs/vgg.weights.h5" in missing.stderr
    (project / "specs" / "vgg.weights.h5").write_bytes(hdf5(change))
    refused = check()
    assert refused.returncode == 2
    text = "specs/x.yaml:4: the weights file vgg.weights.h5 is refused: it has a link '/x' into"
    assert text in refused.stderr
    (project / "specs" / "vgg.weights.h5").write_bytes(hdf5())
    assert check().returncode == 0


def test_check_tells_of_modules_that_cannot_be_imported(project: Path) -> None:
    part = {**layer("Own", "o"), "module": "mine"}
    keras_file(project / "specs", model(INPUT, part))
    spec = SPEC.replace("m.keras\n", "m.keras\n  modules: [mine]\n")
    (project / "specs" / "x.yaml").write_text(spec)
    missing = run(project, "-m", "reportgen", "check")
    assert missing.returncode == 2
    assert "specs/x.yaml:4: there is no module 'mine'" in missing.stderr
    assert "spec's folder specs" in missing.stderr
    assert "is refused" not in missing.stderr
    (project / "specs" / "mine.py").write_text("import os\nclass Own(:\n")
    broken = run(project, "-m", "reportgen", "check")
    assert broken.returncode == 2
    assert "specs/mine.py:2: importing mine failed: SyntaxError" in broken.stderr
    (project / "specs" / "mine.py").write_text("raise OSError('must not run')\nclass Own: pass\n")
    assert run(project, "-m", "reportgen", "check").returncode == 0


def test_a_pipe_in_place_of_a_model_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "specs" / "m.keras")
    assert run(project, "-m", "reportgen", "check").returncode == 2


def test_trust_lets_code_run_and_leaves_pages_fresh(project: Path) -> None:
    assert run(project, "-c", SAVE).returncode == 0
    refused = run(project, "-m", "reportgen", "build")
    assert refused.returncode == 2
    assert "the layer 'trick' is a Lambda" in refused.stderr
    assert "--trust-model" in refused.stderr
    built = run(project, "-m", "reportgen", "build", "--trust-model")
    assert built.returncode == 0, built.stderr
    assert run(project, "-m", "reportgen", "status").returncode == 0
    assert run(project, "-m", "reportgen", "build").returncode == 0

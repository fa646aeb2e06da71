"""The light path stays light: what starting a command loads, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.models.trust.crafting import keras_file

HEAVY = {"tensorflow", "keras", "numpy", "matplotlib", "PIL", "jinja2", "markdown", "nh3", "h5py"}
PROBE = """
import sys
try:
    {code}
except SystemExit:
    sys.exitcode = 0
print("LOADED", *sorted({{name.split(".")[0] for name in sys.modules}}))
"""


def loaded(code: str, cwd=None) -> set[str]:
    """Top-level modules in memory after running one line of code in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)],
        capture_output=True, text=True, check=True, cwd=cwd,
    )  # fmt: skip
    return set(done.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize(
    "module",
    [
        "cli", "reports", "plan", "store", "spec.loading", "spec.schema", "catalog", "records",
        "codec", "digest", "errors", "drafting", "inferences", "checking", "engine", "site",
        "render", "training", "verification",
    ],
)  # fmt: skip
def test_importing_a_light_room_loads_nothing_heavy(module: str) -> None:
    assert not loaded(f"import reportgen.{module}") & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "figures"], ["schema"]])
def test_light_commands_load_nothing_heavy(arguments: list[str], tmp_path) -> None:
    code = f"from reportgen.cli import main; main({arguments!r})"
    assert not loaded(code, tmp_path) & HEAVY


def test_a_check_of_layers_samples_and_classes_loads_nothing_heavy(tmp_path) -> None:
    # The layers of a file are read in another process.
    keras_file(tmp_path)
    spec = "model: m.keras\ndataset: mnist\nfigures: [grad_cam: {layer: gone, target: eleven}]\n"
    (tmp_path / "x.yaml").write_text(spec)
    code = (
        "import contextlib; from reportgen.cli import main; "
        "contextlib.redirect_stderr(sys.stdout).__enter__(); main(['check', 'x.yaml'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout  # fmt: skip
    assert "called 'gone'" in done
    assert "no class 'eleven'" in done
    assert not set(done.rpartition("LOADED ")[2].split()) & HEAVY


def test_the_library_is_imported_when_it_is_used() -> None:
    assert not loaded("import reportgen") & HEAVY
    assert "numpy" in loaded("import reportgen; reportgen.kernels")

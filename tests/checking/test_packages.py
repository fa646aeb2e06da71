"""Packages that datasets need, looked up without importing them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reportgen.checking import problems_of
from reportgen.datasets.tfds import PACKAGE
from reportgen.spec.loading import load_text

SPEC = """\
models:
  a: {source: zoo:base, dataset: line}
  b:
    source: zoo:base
    dataset: &data
      name: cifar10
      source: tfds
  c: {source: zoo:deep, dataset: *data}
figures: [summary: {model: a}]
"""


def told() -> list[str]:
    return [str(problem) for problem in problems_of(load_text(SPEC, Path("x.yaml")))]


def test_a_package_that_is_not_installed_is_told_once_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    assert told() == [
        "x.yaml:7: the dataset 'cifar10' needs the package tensorflow-datasets (not installed); "
        'install it with: pip install "reportgen[tfds]"'
    ]


def test_a_package_that_is_there_is_not_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert told() == []
    assert PACKAGE not in sys.modules

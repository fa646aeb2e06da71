"""Build the API reference from docstrings: `python docs/reference.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pdoc

import reportgen

MODULES = (
    "reportgen",
    "reportgen.catalog",
    "reportgen.records",
    "reportgen.errors",
    "reportgen.drafting",
    "reportgen.drawing.axes",
    "reportgen.drawing.charts",
    "reportgen.drawing.mosaic",
)
"""What users and plug-ins import."""


def build(folder: Path) -> Path:
    """Write the reference into a folder and return its first page."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in reportgen.__all__:
        getattr(reportgen, name)  # pdoc lists only functions that have been imported
    pdoc.render.configure(docformat="google", show_source=False)
    pdoc.pdoc(*MODULES, output_directory=folder)
    return folder / "index.html"


if __name__ == "__main__":
    print(build(Path(sys.argv[1])).resolve())

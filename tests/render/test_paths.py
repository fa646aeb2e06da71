"""Templates are found, and asking for them is cheap."""

from __future__ import annotations

import subprocess
import sys

from reportgen.render import TEMPLATES, template_files

PROBE = (
    "import sys, reportgen.render, reportgen.site; reportgen.render.template_files();"
    "print(*sorted({'jinja2', 'markdown', 'nh3', 'numpy'} & sys.modules.keys()))"
)


def test_all_templates_count() -> None:
    names = {path.name for path in template_files()}
    assert names >= {"report.html", "report.md", "index.html", "style.css", "macros.html"}
    assert all(path.is_relative_to(TEMPLATES) for path in template_files())


def test_asking_loads_no_template_engine() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

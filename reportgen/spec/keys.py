"""The keys of a spec that are plain values, declared once for loading, schema and documentation."""

from __future__ import annotations

from reportgen.catalog import Parameter

REPORT = (
    Parameter("title", "str", None, "title of the report"),
    Parameter("authors", "names", [], "who wrote it"),
    Parameter("seed", "int", 0, "seed of everything random", minimum=0, maximum=2**31 - 1),
    Parameter("intro", "str", "", "Markdown before the first section"),
)
SECTION = (
    Parameter("id", "str", None, "anchor of the section; made from its title by default"),
    Parameter("title", "str", None, "heading of the section"),
    Parameter("text", "str", "", "Markdown below the heading"),
    Parameter("model", "str", None, "the model that its figures show"),
)
MODEL = (
    Parameter("title", "str", None, "what the report calls the model; its name by default"),
    Parameter("source", "str", None, "zoo:NAME, application:NAME, python:package.module:function, "
              "or a path to .keras or .h5, relative to the spec"),
    Parameter("weights", "str", None, "for application models: imagenet, a weights file, or null "
              "for random weights", optional=True),
)  # fmt: skip
FIGURE = (
    Parameter("id", "str", None, "anchor and file name; kind and number by default"),
    Parameter("title", "str", None, "heading above the figure"),
    Parameter("caption", "str", None, "your own words below the figure"),
    Parameter("model", "str", None, "the model to show; the section's by default"),
)

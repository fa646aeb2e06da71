"""The commented spec that `reportgen new` writes."""

from __future__ import annotations

from reportgen.errors import Problem, UserError
from reportgen.spec.loading import SLUG_IN_WORDS, better_slug, in_words

SCHEMA_FILE = "spec.schema.json"
"""The schema's file, beside the spec, where editors find it."""


def starter(name: str) -> str:
    """The text of a spec that builds as it is, without a download.

    Args:
        name: the file's name without ".yaml".

    Raises:
        UserError: the name cannot name a report.
    """
    better = better_slug(name)
    if better != name:
        message = f"a report's name is of {SLUG_IN_WORDS}, and no device of Windows; got '{name}'"
        raise UserError(Problem(message, hint=f"try for example: reportgen new {better}"))
    return TEXT.format(schema=SCHEMA_FILE, title=in_words(name))


TEXT = """\
# yaml-language-server: $schema={schema}
# What the report "{title}" shows. Every key has a default; `reportgen check` finds mistakes.
title: "{title}"
# authors: [A. Student]
# intro: |
#   Markdown that opens the report.

# The network: zoo:NAME (see `reportgen list models`), the path of a .keras or .h5 file,
# application:VGG16, or python:PACKAGE.MODULE:FUNCTION.
model: zoo:base

# Its images: a name (see `reportgen list datasets`), or a name with parameters.
dataset: {{source: line, per_class: 40}}

# How it is trained. A model file, and weights from elsewhere, are not trained again.
training: {{epochs: 4}}

# What to show, in order: a figure kind (see `reportgen list figures`), or a kind with its keys.
figures:
  - summary
  - samples
  - training_curves
  - evaluation
  - kernels
  - feature_maps: {{samples: 2}}
  - activation_maximization
  - grad_cam: {{samples: 2}}
  # - saliency: {{method: integrated_gradients}}
  # - occlusion
  # - deconvnet

# Remarks drafted from what was measured: true for all, false for none, or a list of rules.
inferences: true
"""

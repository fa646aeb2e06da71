"""The commented spec that `reportgen new` writes."""

from __future__ import annotations

from reportgen.errors import Problem, UserError
from reportgen.spec.loading import SLUG

_TEXT = """\
# yaml-language-server: $schema=spec.schema.json
# A reportgen spec. It works as it is: reportgen build specs/{name}.yaml
# Everything but `title`, a model and its figures may be left out.
title: {title}
authors: [Your Name]
seed: 0                      # everything random follows from it
intro: |
  Words before the first section, in *Markdown*.

models:
  lines:                     # a name of your choice
    title: A small network
    source: zoo:variation3   # or a file such as my_model.keras, application:VGG16,
                             # python:my_module:build_model; see: reportgen list models
    dataset: {{source: line, per_class: 60}}   # or mnist, fashion_mnist; reportgen list datasets
    training: {{epochs: 8}}    # a model that comes trained is not trained again

sections:
  - title: The model
    figures:                 # what there is: reportgen list figures
      - summary
      - training_curves
      - evaluation
  - title: What its filters look like
    figures:
      - kernels
      - activation_maximization
  - title: What it does with an image
    text: The first test image, seen by every layer.
    figures:
      - samples: {{samples: [0]}}
      - feature_maps: {{samples: [0]}}
      - grad_cam: {{samples: [0]}}

inferences: true             # remarks drafted from what was measured
"""


def starter(name: str) -> str:
    """A spec that builds without a download, with a comment on every key.

    Raises:
        UserError: `name` cannot be a file name and a web address.
    """
    if not SLUG.fullmatch(name):
        message = f"expected a name of lower-case letters, digits, - and _, got '{name}'"
        raise UserError(Problem(message, hint="it becomes a file name and a web address"))
    return _TEXT.format(name=name, title=name.replace("-", " ").replace("_", " ").capitalize())

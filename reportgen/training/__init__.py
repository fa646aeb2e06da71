"""Training a Keras model on a dataset, and scoring it on every split.

`loop` trains, `evaluation` scores; neither imports the other, so that a change of how models are
scored retrains none. Importing the package itself imports the parameters alone.
"""

from __future__ import annotations

from reportgen.training.parameters import PARAMETERS

__all__ = ["PARAMETERS"]

"""Training a Keras model on a dataset, and scoring it on every split.

`loop` trains and `evaluation` scores. Neither imports the other, so that new code for scoring
retrains no model. The package itself imports only the parameters.
"""

from __future__ import annotations

from reportgen.training.parameters import PARAMETERS

__all__ = ["PARAMETERS"]

"""Fitting a model to a dataset, and measuring how well it does.

Training is a loop of its own rather than `model.fit`: the model keeps no compiled state, losses
follow from what each head answers, and the same seed gives the same weights on one machine.
"""

from __future__ import annotations

from reportgen.training.evaluation import counted, evaluate
from reportgen.training.keeping import Log
from reportgen.training.loop import train
from reportgen.training.parameters import PARAMETERS

__all__ = ["PARAMETERS", "Log", "counted", "evaluate", "train"]

"""Parameters that all datasets of the user's own share."""

from __future__ import annotations

from reportgen.catalog import Parameter
from reportgen.datasets._preparing import PARAMETERS as PREPARING

CLASSES = Parameter(
    name="classes",
    kind="names",
    default=None,
    help="names of the classes, in the order of the model's units; null takes them from the data",
    optional=True,
)
TITLE = Parameter(
    name="title",
    kind="str",
    default=None,
    help="what people read; null makes it from the name",
    optional=True,
)
_TEST = Parameter(
    name="test",
    kind="float",
    default=0.2,
    help="share of the training images that is set apart for test, where it has none of its own",
    minimum=0.01,
    maximum=0.9,
)
_VALIDATION = Parameter(
    name="validation",
    kind="float",
    default=0.1,
    help="share of the training images that is set apart for validation, likewise",
    minimum=0.01,
    maximum=0.5,
)
_THRESHOLD = Parameter(
    name="threshold",
    kind="int",
    default=None,
    help="pixels brighter than this (of 255, in any channel) count as foreground; null where that "
    "says nothing of what an image depicts, as with photos",
    minimum=0,
    maximum=254,
    optional=True,
)
SHARED = (_VALIDATION, _TEST, CLASSES, TITLE, _THRESHOLD, *PREPARING)

"""The version of the package, apart from all else, so that whoever records it reaches no more."""

__version__ = "0.1.0"

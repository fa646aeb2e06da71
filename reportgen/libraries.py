"""Names of Python's and of reportgen's libraries, which no module of the user's can have."""

from __future__ import annotations

import sys
from pathlib import Path

_REQUIRED = """
    PIL absl astunparse attr certifi charset_normalizer click clang contourpy cycler dateutil
    flatbuffers fontTools gast google grpc h5py idna importlib_metadata jax jaxlib jinja2 keras
    kiwisolver libclang markdown markdown_it markupsafe matplotlib mdurl ml_dtypes mpl_toolkits
    namex nh3 numpy opt_einsum optree packaging pip pkg_resources pygments pylab pyparsing reportgen
    requests rich scipy setuptools six tensorboard tensorflow termcolor tf_keras torch
    typing_extensions urllib3 werkzeug wheel wrapt yaml zstandard
"""
"""What reportgen, TensorFlow and Keras import, and the other backends of Keras."""
LIBRARIES = frozenset(
    {*sys.stdlib_module_names, *_REQUIRED.split(), "__main__", "__mp_main__", "test"}
)
"""Top modules that a spec's owner cannot vouch for: they hold functions that do anything."""


def is_library(module: str) -> bool:
    """Whether a module belongs to Python, or to what reportgen needs."""
    return module.partition(".")[0] in LIBRARIES


def installed_twin(module: str, folder: Path) -> str:
    """Where Python finds another module of the same name than the one in a folder.

    The folder comes last on the import path, so Python takes the other one.

    Returns:
        The file, or such as "built-in"; "" where there is no module in the folder, or no other.
    """
    from importlib import invalidate_caches
    from importlib.machinery import PathFinder
    from importlib.util import find_spec

    top, *rest = module.split(".")
    invalidate_caches()
    own = PathFinder.find_spec(top, [str(folder.absolute())]) if top else None
    if own is None:
        return ""
    if own.origin is None:
        # A folder without `__init__.py` counts only if it holds the module: it may hold images.
        inner = folder.absolute().joinpath(top, *rest)
        if not (rest and (inner.is_dir() or inner.with_name(f"{inner.name}.py").is_file())):
            return ""
    try:
        other = find_spec(top)
    except ValueError:  # A module in memory, without a spec.
        return ""
    if other is None or other.origin is None or other.origin == own.origin:
        return ""
    return other.origin

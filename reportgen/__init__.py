"""reportgen shows what a neural network learned: specs in, reports out.

The compute engine is a library too. Its functions are imported when they are first used, so that
`import reportgen` costs nothing:

    import reportgen
    maps = reportgen.grad_cam(model, images)
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "activation_maximization": "reportgen.maximization.maximize",
    "deconvnet": "reportgen.attribution.deconvnet",
    "embedding": "reportgen.figures.embedding.compute",
    "feature_maps": "reportgen.figures.feature_maps.compute",
    "grad_cam": "reportgen.attribution.cam",
    "kernels": "reportgen.figures.kernels.compute",
    "occlusion": "reportgen.attribution.occlusion",
    "saliency": "reportgen.attribution.saliency",
}

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reportgen' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)

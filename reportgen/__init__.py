"""reportgen shows what a neural network learned: YAML specs in, reports out.

Reports are made by the command line (`reportgen --help`). The methods behind their figures are
functions of this package, each from a Keras model (and images) to NumPy arrays:

    import reportgen
    maps = reportgen.grad_cam(model, images)  # (n, h, w), at the layer's resolution

| function                  | returns                                                        |
| ------------------------- | -------------------------------------------------------------- |
| `kernels`                 | the weights of convolution layers                              |
| `feature_maps`            | the activations of layers                                      |
| `activation_maximization` | images that maximize filters, units or classes                 |
| `grad_cam`                | heatmaps: Grad-CAM and five of its relatives                   |
| `saliency`                | gradients with respect to the input, and four refinements      |
| `deconvnet`               | activations of chosen channels projected back to the image     |
| `occlusion`               | how much the score drops where a patch covers the image        |
| `embedding`               | one vector for each image, from the layer before the last      |

The functions leave the model as they found it. They refuse wrong arguments with `UserError` and
models for which a method is not defined with `UndefinedError` (both in `reportgen.errors`).

`import reportgen` and `dir(reportgen)` import no library; the first use of a function imports
TensorFlow.
"""

# No module of Python's is imported here: `python -m reportgen` runs this file while the working
# folder, which may hold a module of the same name, is still on the import path.
from reportgen.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from reportgen.attribution.cam import grad_cam
    from reportgen.attribution.deconvnet import deconvnet
    from reportgen.attribution.occlusion import occlusion
    from reportgen.attribution.saliency import saliency
    from reportgen.figures.embedding.compute import embedding
    from reportgen.figures.feature_maps.compute import feature_maps
    from reportgen.figures.kernels.compute import kernels
    from reportgen.maximization.maximize import activation_maximization


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
"""The module that defines each public function. It is imported when the function is first used."""

__all__ = [
    "__version__",
    "activation_maximization",
    "deconvnet",
    "embedding",
    "feature_maps",
    "grad_cam",
    "kernels",
    "occlusion",
    "saliency",
]


def __getattr__(name: str) -> "Callable[..., Any]":
    if name not in _HOMES:
        raise AttributeError(f"module 'reportgen' has no attribute '{name}'")
    from importlib import import_module

    function: Callable[..., Any] = getattr(import_module(_HOMES[name]), name)
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    return __all__

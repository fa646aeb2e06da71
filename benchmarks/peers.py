"""The same work by tf-keras-vis 0.8, called as its documentation shows.

It watches the input, runs eagerly, and wants the softmax replaced by hand. Models are functional
here: on a Sequential one its `ReplaceToLinear` fails under Keras 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.activation_maximization.input_modifiers import Jitter
from tf_keras_vis.activation_maximization.regularizers import Norm, TotalVariation2D
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam
from tf_keras_vis.utils.model_modifiers import ExtractIntermediateLayer, ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore


def grad_cam(model: Any, layer: str, targets: Any) -> Callable[[Any, int], Any]:
    """(images, the first one's place among all) -> maps."""
    vis = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)

    def run(given: Any, start: int = 0) -> Any:
        score = CategoricalScore([int(t) for t in targets[start : start + len(given)]])
        return vis(score, given, penultimate_layer=layer)

    return run


def score_cam(model: Any, layer: str, targets: Any) -> Callable[[Any], Any]:
    vis = Scorecam(model)
    score = CategoricalScore([int(t) for t in targets])
    return lambda given: vis(score, given, penultimate_layer=layer)


def smoothgrad(model: Any, targets: Any, samples: int) -> Callable[[Any], Any]:
    vis = Saliency(model, model_modifier=ReplaceToLinear(), clone=True)
    score = CategoricalScore([int(t) for t in targets])
    return lambda given: vis(score, given, smooth_samples=samples, smooth_noise=0.15)


def ascent(model: Any, layer: str, steps: int) -> Callable[[Any, Any], Any]:
    """(filters, first images) -> images, all filters at once."""
    modifiers = [ExtractIntermediateLayer(layer), ReplaceToLinear()]
    vis = ActivationMaximization(model, model_modifier=modifiers, clone=True)

    def run(picks: Any, start: Any) -> Any:
        return vis(
            CategoricalScore([int(p) for p in picks]),
            seed_input=np.array(start),
            input_range=(0.0, 1.0),
            input_modifiers=[Jitter(2)],
            regularizers=[TotalVariation2D(0.3), Norm(3.0, p=2)],
            steps=steps,
        )

    return run

"""Saliency maps of any Keras model: the library side, without a spec."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reportgen.probing.asking import count_of, given_images, given_targets, require_model
from reportgen.probing.dials import effective, known, number, span, whole
from reportgen.probing.heads import output_index
from reportgen.probing.saliency import METHODS, Dials, attribute
from reportgen.types import Floats
from reportgen.visualizations.saliency import ENTRY

_ONLY = {parameter.name: parameter.only for parameter in ENTRY.parameters}
"""With which methods a spec's keys have an effect."""


def saliency(
    model: Any,
    images: Any,
    targets: int | ArrayLike | None = None,
    output: int | str | None = None,
    method: str = "gradient",
    *,
    samples: int = 20,
    noise: float = 0.15,
    steps: int = 32,
    baseline: ArrayLike = 0.0,
    input_range: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> Any:
    """How much each value of the input has to do with the score of a class.

    The score is the logit (before softmax or sigmoid); of an output with one unit it is the logit
    for class 1 and minus the logit for class 0. The model is left as it was, and no global random
    state is used. With g the gradient of the score with respect to the input x:

    - "gradient": g (Simonyan et al., arXiv 1312.6034);
    - "smoothgrad": the mean of g over noisy copies of x (Smilkov et al., arXiv 1706.03825);
    - "integrated_gradients": (x - x') times the mean of g at the midpoints of `steps` even pieces
      of the way from the baseline x' to x (Sundararajan et al., arXiv 1703.01365);
    - "input_x_gradient": x g (Shrikumar et al., arXiv 1605.01713);
    - "guided_backpropagation": g with max(R, 0) f'(z) as what each ReLU f hands back of R
      (Springenberg et al., arXiv 1412.6806), however the ReLU is written; other
      non-linearities keep their own gradient.

    Args:
        model: any Keras model with a graph, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c); a list of arrays for a
            model with several inputs.
        targets: class to explain: one index for all images, or one for each, shape (n,). None for
            the predicted classes (for the averaging methods: of the images themselves).
        output: index or name of the output to explain; may be None where there is only one.
        method: one of those above.
        samples, noise: of SmoothGrad: the number of copies, and the standard deviation of their
            Gaussian noise as a share of the input range. All images get the same noise.
        steps, baseline: of integrated gradients: the number of pieces, and x' as one value, one
            for each channel, or a whole input.
        input_range: smallest and largest value that the model is given.
        seed: of the noise. These last two may be given for any method.

    Returns:
        Signed maps, float32, of the shape of `images`, not normalized (a list for several inputs).

    Raises:
        UserError: no such output, method or class, a number that makes no sense, or one besides
            its default that the method does not look at.
        UndefinedError: the model's inside cannot be reached, its score does not depend on the
            input, the maps are not finite, or no ReLU lies on the way for guided backpropagation.
    """
    require_model(model)
    index = output_index(model, output)
    images = given_images(model, images)
    wanted = given_targets(targets, count_of(images))[:, None]
    low, high = span("input_range", input_range, 1)
    dials = Dials(
        whole("samples", samples, 1),
        number("noise", noise),
        float(np.max(high)) - float(np.min(low)),
        whole("steps", steps, 1),
        baseline,
        whole("seed", seed, 0),
    )
    known("method", method, METHODS)
    given = {"copies": ("samples", samples, 20), "noise": ("noise", noise, 0.15),
             "steps": ("steps", steps, 32), "baseline": ("baseline", baseline, 0.0)}  # fmt: skip
    for key, (name, value, default) in given.items():
        effective(name, value, default, _ONLY[key], method=method)
    maps = attribute(model, images, [index], wanted, method, dials)[0].maps
    several = isinstance(images, list)
    pairs = zip(maps, images if several else [images], strict=True)
    shaped = [as_given(one, np.shape(given)) for one, given in pairs]
    return shaped if several else shaped[0]


def as_given(found: Floats, shape: tuple[int, ...]) -> Floats:
    """A map with its channels where the caller has them."""
    return found if found.shape == shape else np.ascontiguousarray(np.moveaxis(found, 1, -1))

"""Measures of kernels by hand: effective inputs, smoothness, color, repetition."""

from __future__ import annotations

import numpy as np
import pytest

from reportgen.figures.kernels import measures


def kernel_of(*filters):
    """Filters (h, w, inputs) as a kernel (h, w, inputs, filters)."""
    return np.stack([np.asarray(one, np.float32) for one in filters], axis=-1)


def test_effective_inputs_by_hand():
    one, even, uneven = np.zeros((1, 2, 4)), np.ones((1, 2, 4)), np.zeros((1, 2, 4))
    one[..., 2] = 5
    uneven[0, 0] = [np.sqrt(3), 1, 0, 0]
    found = measures.effective_inputs(kernel_of(one, even, uneven, np.zeros((1, 2, 4))))
    # Energies 3 and 1: (3 + 1)^2 / (9 + 1).
    assert found == pytest.approx([1, 4, 1.6])


def test_effective_inputs_of_what_a_separable_layer_mixes_by_hand():
    # One position, two inputs, two parts of each; and the same filters as one kernel.
    depthwise = np.array([[[[1.0, 2.0], [1.0, -1.0]]]])
    mixes = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [2, -1, 1, 0], [1, 0, 3, 0], [0, 0, 0, 0]])
    found = measures.effective_inputs_mixed(depthwise, mixes.T[None, None])
    # By input 1 and 0; 0 and 1; 2 * 1 - 1 * 2 = 0 and 1; 1 and 3, so (1 + 9)^2 / (1 + 81).
    assert found == pytest.approx([1, 1, 1, 100 / 82])


def test_smoothness_by_hand():
    steps = np.array([[[1.0], [1.0]], [[-1.0], [-1.0]]])
    checks = np.array([[[1.0], [-1.0]], [[-1.0], [1.0]]])
    # Two of four neighboring pairs agree, two do not: 0. All disagree: -1.
    assert measures.smoothness(kernel_of(steps, checks)) == pytest.approx([0, -1])


def test_smoothness_averages_over_inputs():
    steps, checks = [[1.0, 1.0], [-1.0, -1.0]], [[1.0, -1.0], [-1.0, 1.0]]
    both = np.stack([steps, checks], axis=-1)
    assert measures.smoothness(kernel_of(both)) == pytest.approx([-0.5])


def test_smoothness_in_one_and_three_dimensions():
    ramp = np.array([1.0, 2.0, 3.0])[:, None]
    # z = -1, 0, 1: both products are 0.
    assert measures.smoothness(kernel_of(ramp)) == pytest.approx([0])
    cube = np.stack([np.array([[1.0, -1.0], [-1.0, 1.0]])] * 3)[..., None]
    assert measures.smoothness(kernel_of(cube)) == pytest.approx([-1])


def test_color_share_by_hand():
    gray, opponent, red = np.ones((1, 1, 3)), np.array([[[1.0, -1, 0]]]), np.array([[[1.0, 0, 0]]])
    found = measures.color_share(kernel_of(gray, opponent, red, np.zeros((1, 1, 3))))
    assert found == pytest.approx([0, 1, 2 / 3])


def test_random_weights_have_two_thirds_of_their_energy_in_color():
    kernel = np.random.default_rng(0).normal(size=(5, 5, 3, 2000))
    assert measures.color_share(kernel).mean() == pytest.approx(2 / 3, abs=0.005)


def test_redundant_by_hand():
    a, b = np.array([[[1.0], [0], [0], [-1]]]), np.array([[[0.0], [1], [-1], [0]]])
    copies = kernel_of(a, -3 * a + 7, b, np.full_like(a, 4.1))
    assert measures.redundant(copies).tolist() == [True, True, False, False]
    assert measures.redundant(kernel_of(a)).tolist() == [False]


def test_finite_filters():
    kernel = np.zeros((2, 2, 1, 3))
    kernel[0, 0, 0, 1], kernel[1, 1, 0, 2] = np.nan, np.inf
    assert measures.finite_filters(kernel).tolist() == [True, False, False]

"""Weights as bytes, and the digest of a model."""

from __future__ import annotations

import keras
import pytest

from reportgen.models import checkpoints


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_weights_of_any_type_have_a_digest_and_come_back(dtype: str) -> None:
    keras.utils.set_random_seed(4)
    dense = keras.layers.Dense(3, dtype=dtype)
    network = keras.Sequential([keras.Input((2,)), dense])
    before, digest = network.get_weights(), checkpoints.digest(network, None)
    again = checkpoints.unpack(checkpoints.pack(before), network)
    network.set_weights([one * 0 for one in before])
    assert checkpoints.digest(network, None) != digest
    network.set_weights(again)
    assert checkpoints.digest(network, None) == digest
    assert [one.dtype for one in again] == [one.dtype for one in before]

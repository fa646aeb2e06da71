"""Keras models seen from outside: layers, heads, logits, gradients and batches, as arrays."""

from __future__ import annotations

"""Measures of kernels that are compared with those of fresh weights."""

FRESH = ("effective_inputs", "smoothness", "redundant", "color_share")

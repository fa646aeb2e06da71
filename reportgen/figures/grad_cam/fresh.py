"""Measures of heatmaps that are compared with those of fresh weights."""

FRESH = ("energy_in_foreground", "energy_near_foreground", "head_similarity")

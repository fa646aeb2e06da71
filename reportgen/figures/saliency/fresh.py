"""Measures of saliency maps that are compared with those of fresh weights."""

FRESH = ("energy_in_foreground",)

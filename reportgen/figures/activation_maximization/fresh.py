"""Measures of maximized images that are compared with those of fresh weights."""

FRESH = ("structure", "pattern", "chroma_share", "hue_spread")

"""Measures of compared classes that are compared with those of fresh weights."""

FRESH = ("separation",)

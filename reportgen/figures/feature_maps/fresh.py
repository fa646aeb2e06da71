"""Measures of feature maps that are compared with those of fresh weights."""

FRESH = ("foreground_lift", "detail", "active_share", "fineness")

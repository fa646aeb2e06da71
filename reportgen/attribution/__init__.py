"""Attribution methods as a library: arrays in, arrays out, without a spec."""

from __future__ import annotations

"""Hypothesis for the unit ring: the same examples on every run and machine, and no stop-watch."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True, database=None)
settings.load_profile("unit")

"""Useful or useless: the two buttons by which people judge an alert or a post of ours."""

from __future__ import annotations

from typing import Final

from agents.digests.noise import VERDICTS

SAID: Final = "said"  # with the verdict behind it
SAYING: Final = frozenset(f"{SAID}:{word}" for word in VERDICTS)

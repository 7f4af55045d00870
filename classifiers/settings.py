"""Limits on what is read of one message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """What is too much text."""

    part: int = 2_000_000  # octets of one text part that are read; more is "too-large"
    total: int = 5_000_000  # characters of all texts together


LIMITS = TextLimits()

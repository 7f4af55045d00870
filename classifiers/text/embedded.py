"""Octets written as text inside text: base64, uuencode and the like; each is read in its turn."""

from collections.abc import Iterator

from classifiers.text.extracting import Member


def embedded(content: str) -> Iterator[Member]:
    """Yield what is hidden in a text as encoded octets, where it decodes to something read."""
    _ = content
    return iter(())

"""One way to write a list of words down."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of `text`, which are separated by blanks."""
    return frozenset(text.split())

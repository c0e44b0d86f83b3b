"""Alerts are tested on articles written the short way."""

from archive.tests.indexing.conftest import write

__all__ = ["write"]

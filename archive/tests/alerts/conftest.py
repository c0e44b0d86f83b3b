"""Alerts are tested on an index of their own."""

from archive.tests.indexing.conftest import index_folder, write

__all__ = ["index_folder", "write"]

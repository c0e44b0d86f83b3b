"""Pages are tested on an index of their own."""

from archive.tests.indexing.conftest import write

__all__ = ["write"]

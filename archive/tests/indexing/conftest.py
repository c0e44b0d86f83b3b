"""Short ways to write articles."""

import pytest

from archive import clock
from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.formats.base import ParsedTag


@pytest.fixture
def write():
    """Write an article; returns it."""

    def make(headline, body="Nobody closed the gates.", outlet="Coastal Courier", tags=(), **metadata):
        return operations.create_article(
            outlet=operations.find_or_create_outlet(name=outlet),
            content=Content(headline=headline, body=body, language="en"),
            metadata=Metadata(tags=tuple(ParsedTag(name=name, kind=kind) for name, kind in tags), **metadata),
            capture=None,
            at=clock.now(),
        )

    return make

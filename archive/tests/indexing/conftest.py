"""A fresh index folder for each test, and short ways to write articles."""

import pytest

from archive import clock
from archive import engine as opened
from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.formats.base import ParsedTag


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    """An empty place for indexes; engines opened on it are closed with the test."""
    settings.INDEX_DIR = tmp_path / "index"
    yield settings.INDEX_DIR
    for key in [key for key in opened._opened if key[2].parent == settings.INDEX_DIR]:
        opened._opened.pop(key).close()


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

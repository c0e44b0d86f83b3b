"""After an erasure no file of any index holds the words, whichever engine wrote it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from archive import clock
from archive.articles import legal, operations
from archive.articles.content import Content, Metadata
from archive.engine import search_engine
from archive.indexing.drain import settle
from archive.indexing.rebuild import SETTLED_AFTER, drain_or_rebuild, rebuild
from archive.models import Article, User

WORD = b"quelvane"

pytestmark = pytest.mark.django_db(transaction=True)


def person(name: str) -> User:
    made = User.objects.create_user(name)
    made.groups.add(Group.objects.get(name="archivist"))
    return made


def write(headline: str) -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name="Harbor Post"),
        content=Content(headline=headline, body="The pier closes.", language="en"),
        metadata=Metadata(),
        capture=None,
        at=clock.now(),
    )


def folders() -> dict[str, Path]:
    """Return by engine the folder that holds all its files."""
    return {name: search_engine(name).generations.live() for name in ("whoosh", "tantivy")}


def files_with_the_word() -> list[Path]:
    """Return the files of all indexes in which the word can be read; Tantivy packs its words too tightly for that."""
    files = [file for file in Path(settings.INDEX_DIR).rglob("*") if file.is_file()]
    return [file for file in files if WORD in file.read_bytes().lower()]


def test_no_file_of_an_index_keeps_the_words_of_an_erased_text(monkeypatch, settings) -> None:
    settings.INDEX_DIR = settings.ARCHIVE_HOME / "index"
    article = write("Quelvane found cracks")
    for number in range(3):
        write(f"Boat {number} is late")
    settle()
    rebuild("tantivy")
    ana, ben = person("ana"), person("ben")
    asked = legal.receive(
        requester="Advocate", scope="erase", grounds="Libel", articles=[article], by=ana, at=clock.now()
    )
    legal.decide(request=asked, grant=True, decision="Court", by=ana, at=clock.now())
    legal.confirm(request=asked, by=ben, at=clock.now())
    settle()
    assert files_with_the_word(), "an index keeps the words of what was only taken out of it"
    before = folders()
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + SETTLED_AFTER + timedelta(seconds=1))
    drain_or_rebuild()
    assert files_with_the_word() == []
    for name, folder in folders().items():
        assert folder != before[name] and not before[name].exists(), "every file was written anew"
        assert search_engine(name).statistics().deleted == 0
        assert search_engine(name).complete("quelv", frozenset(), 5) == []


def test_an_archive_without_an_erasure_keeps_its_index(settings) -> None:
    settings.INDEX_DIR = settings.ARCHIVE_HOME / "index"
    write("Boats are late")
    settle()
    before = search_engine().begun_at()
    drain_or_rebuild()
    assert search_engine().begun_at() == before

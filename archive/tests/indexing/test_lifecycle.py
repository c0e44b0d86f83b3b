"""Every event of an article's life reaches the index: what was done is found, what was undone is not, and the index is
whole after each."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from archive import clock
from archive.articles import editing, merging, operations, status
from archive.articles.content import Content
from archive.articles.searching import search_page
from archive.indexing import sweep
from archive.indexing.drain import settle
from archive.models import Article, Outlet, Tag, User
from archive.tests.importing.world import imported, rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archivist() -> User:
    return User.objects.create_superuser("ana", password="a long enough one")


def carried(query: str) -> list[int]:
    """Let the index hear of what was done; return what a reader finds then, every version of it."""
    assert settle()
    report = sweep.check()
    assert report.whole and not report.waiting, report.in_words()
    return sorted({hit.article.pk for hit in search_page(None, f"{query} versions:all").hits})


def current(query: str) -> list[int]:
    return sorted(hit.article.pk for hit in search_page(None, query).hits)


def test_a_text_that_is_changed_and_changed_back(write: Callable, archivist: User) -> None:
    article = write("Barrier gates were cracked")
    assert carried("cracked") == [article.pk]
    later = Content(headline="Barrier gates held", body="They held.", language="en")
    operations.add_version(article=article, content=later, at=clock.now())
    assert carried("held") == carried("cracked") == [article.pk]
    assert current("held") == [article.pk] and current("cracked") == []
    editing.revert(article=article, number=1, expected=2, reason="A mix-up", by=archivist, at=clock.now())
    assert carried("cracked") == [article.pk] and current("cracked") == [article.pk] and current("held") == []


def test_a_text_that_is_withheld_embargoed_killed_and_reinstated(write: Callable, archivist: User) -> None:
    article = write("Barrier gates were cracked")
    order = {"article": article, "by": archivist, "reason": "Asked to"}
    assert carried("cracked") == [article.pk]
    status.kill(**order, at=clock.now())
    assert carried("cracked") == []
    status.reinstate(**order, at=clock.now())
    assert carried("cracked") == [article.pk]
    status.withhold(**order, at=clock.now())
    assert carried("cracked") == []
    status.reinstate(**order, at=clock.now())
    status.embargo(**order, until=clock.now().replace(year=2100), at=clock.now())
    assert carried("cracked") == []
    status.lift_embargo(**order, at=clock.now())
    assert carried("cracked") == [article.pk]


def test_outlets_and_tags_that_are_renamed_merged_and_taken_apart(
    write: Callable, archivist: User, client: Client
) -> None:
    one = write("Gates one", tags=[("Flood", "topic")])
    two = write("Gates two", outlet="Northern Ledger", tags=[("Floods", "topic")])
    flood, floods = Tag.objects.get(name="Flood"), Tag.objects.get(name="Floods")
    done = {"by": archivist, "at": clock.now()}
    # Names that are spelt alike are not one until an editor says so, and are two again when it is taken back.
    assert carried("tag:=Flood") == [one.pk] and carried("tag:=Floods") == [two.pk]
    record = merging.merge_tags(source=flood, target=floods, reason="One word", **done)
    assert carried("tag:=Flood") == carried("tag:=Floods") == [one.pk, two.pk]
    merging.undo(record=record, **done)
    assert carried("tag:=Flood") == [one.pk] and carried("tag:=Floods") == [two.pk]
    # A tag that got another name is found by both, as one that was merged is.
    record = merging.rename_tag(tag=flood, name="High water", **done)
    assert carried('tag:"high water"') == carried("tag:=flood") == [one.pk]
    merging.undo(record=record, **done)
    assert carried('tag:"high water"') == [] and carried("tag:=flood") == [one.pk]
    courier, ledger = Outlet.objects.get(name="Coastal Courier"), Outlet.objects.get(name="Northern Ledger")
    record = merging.merge_outlets(source=ledger, target=courier, reason="One paper", **done)
    assert carried("outlet:courier") == carried("outlet:ledger") == [one.pk, two.pk]
    merging.undo(record=record, **done)
    assert carried("outlet:courier") == [one.pk]
    client.force_login(archivist)
    address = reverse("admin:archive_outlet_change", args=[courier.pk])
    form = client.get(address).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields} | {"name": "Evening Tide"}
    for inline in ("aliases", "domains"):
        sent |= {f"{inline}-TOTAL_FORMS": 0, f"{inline}-INITIAL_FORMS": 0}
    assert client.post(address, sent).status_code == 302
    assert carried("outlet:tide") == [one.pk]


def test_articles_that_are_merged_split_and_taken_apart(write: Callable, archivist: User) -> None:
    one, two = write("Gates one"), write("Gates two")
    done = {"by": archivist, "at": clock.now()}
    record = merging.merge_articles(source=one, target=two, reason="The same", **done)
    assert carried("gates") == [two.pk]
    merging.undo(record=record, **done)
    assert carried("gates") == [one.pk, two.pk]
    operations.add_version(
        article=two, content=Content(headline="Ferry sails", body="At noon.", language="en"), at=clock.now()
    )
    assert carried("ferry") == [two.pk]
    apart, record = merging.split_article(article=two, numbers=[2], reason="Another text", **done)
    # The version stays in the history where it was written; what is current is the new article's.
    assert apart.pk in carried("ferry") and current("ferry") == [apart.pk]
    merging.undo(record=record, **done)
    assert carried("ferry") == [two.pk] == current("ferry")


def test_articles_that_come_in_bulk(archivist: User) -> None:
    imported({"wire.jsonl": rows(12)})
    assert len(carried("")) == Article.objects.count() == 12

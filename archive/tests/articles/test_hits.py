"""Hits in two queries whose SQL is written once, and only what the person may see."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection

from archive import clock
from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.articles.hits import SOME_TIME, load_hits, pending_hidden
from archive.articles.prepared import IsAny, Prepared
from archive.articles.searching import search_page
from archive.formats.base import ParsedTag
from archive.indexing.drain import settle
from archive.models import Article, IndexEntry, OutletAlias, Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name="Quayside Courier"),
        content=Content(headline="Gates were cracked", body="Nobody knew.", language="en"),
        metadata=Metadata(tags=(ParsedTag(name="Floods", kind="topic"),)),
        capture=None,
        at=clock.now(),
    )


def test_hits_come_with_all_that_a_list_shows(article, django_assert_num_queries):
    load_hits(None, [article.pk], clock.now())
    with django_assert_num_queries(2):
        hit = load_hits(None, [article.pk], clock.now())[article.pk]
        shown = (hit.outlet.name, hit.current_version.headline, [row.tag.name for row in hit.shown_tags], hit.warnings)
        assert shown == ("Quayside Courier", "Gates were cracked", ["Floods"], [])
        assert not hasattr(hit, "membership")


def test_the_moment_of_asking_decides_about_an_embargo_not_the_moment_the_query_was_written(article):
    now = clock.now()
    Article.objects.filter(pk=article.pk).update(embargoed_until=now + timedelta(hours=1))
    assert load_hits(None, [article.pk], now) == {} and pending_hidden(None, now) == {article.pk}
    later = now + timedelta(hours=2)
    assert set(load_hits(None, [article.pk], later)) == {article.pk} and pending_hidden(None, later) == frozenset()


def test_what_waits_and_may_be_seen_is_not_hidden(article):
    IndexEntry.objects.mark([article.pk])
    assert pending_hidden(None, clock.now()) == frozenset()
    Article.objects.filter(pk=article.pk).update(status="withheld")
    assert pending_hidden(None, clock.now()) == {article.pk}


def test_a_prepared_query_refuses_a_value_it_has_no_place_for():
    with pytest.raises(ValueError, match="at"):
        Prepared(Article.objects.filter(IsAny("pk", [-1])).values_list("pk"), at=SOME_TIME)


@pytest.mark.django_db(transaction=True)
def test_a_prepared_query_answers_again_after_the_database_closed_the_connection(article):
    now = clock.now()
    assert set(load_hits(None, [article.pk], now)) == {article.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    # As at the beginning of each request.
    connection.close_if_unusable_or_obsolete()
    assert set(load_hits(None, [article.pk], now)) == {article.pk}


@pytest.mark.django_db(transaction=True)
def test_outlets_and_tags_are_found_by_their_other_names_at_once(article):
    settle()
    OutletAlias.objects.create(outlet=article.outlet, name="Evening Post")
    Tag.objects.create(name="High water", merged_into=Tag.objects.get(name="Floods"))
    for query in ('outlet:"evening post"', "outlet:even*", 'tag:"high water"', "-outlet:nobody tag:=“High water”"):
        page = search_page(None, query)
        assert [hit.article.pk for hit in page.hits] == [article.pk], query
        assert "Floods" not in page.read_as and "quayside" not in page.read_as
    assert search_page(None, "person:water").total == 0
    assert search_page(None, "crackd outlet:post").suggestion == "cracked outlet:post"

"""The export command as another tool calls it, on the real database and a real index."""

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from archive.articles import operations, status
from archive.articles.content import Content, Metadata, NewCapture
from archive.formats.base import DateReading, ParsedTag
from archive.indexing.rebuild import drain_or_rebuild
from archive.models import Article, Attribution, Membership, Quote, Story

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def make(headline: str, day: int = 8) -> Article:
    reading = {"lines": [{"number": 1, "text": "Menu", "role": "furniture", "reason": "menu"}]}
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name="Coastal Courier"),
        content=Content(headline=headline, standfirst="Inspectors knew", body="The hinges had moved.", language="en"),
        metadata=Metadata(published=DateReading(datetime(2025, 3, day), "day"), tags=(ParsedTag("Floods"),)),
        capture=NewCapture(headline.encode(), "html", NOW, f"{headline}.html", reading=reading),
        at=NOW,
    )


def export(*args: str) -> list[dict]:
    out = io.StringIO()
    call_command("export_articles", *args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_record_is_whole_and_its_names_are_those_that_other_tools_rely_on():
    article = make("Gates were cracked")
    version = article.current_version
    Attribution.objects.create(
        article=article,
        version=version,
        order=1,
        name="Meridian Post",
        kind="outlet",
        text="the",
        field="body",
        start=0,
        end=3,
    )
    Quote.objects.create(
        article=article, version=version, text="had moved", speaker="Hale", field="body", start=11, end=20
    )
    story = Story.objects.create(title="Barrier")
    Membership.objects.create(article=article, story=story, role="earliest_held", placed_at=NOW)
    (record,) = export()
    blob = article.captures.get().blob_id
    assert record == {
        "article": article.pk,
        "guid": "",
        "url": "",
        "outlet": {"name": "Coastal Courier", "slug": "coastal-courier"},
        "status": "usable",
        "language": "en",
        "headline": "Gates were cracked",
        "standfirst": "Inspectors knew",
        "byline": "",
        "body": "The hinges had moved.",
        "source_line": "",
        "published_at": "2025-03-08",
        "published_precision": "day",
        "published_printed": "",
        "not_before": None,
        "tags": [{"name": "Floods", "kind": "topic", "code": "", "origin": "outlet"}],
        "attributions": [
            {
                "order": 1,
                "name": "Meridian Post",
                "kind": "outlet",
                "outlet": None,
                "relies_on": None,
                "text": "the",
                "span": {"field": "body", "start": 0, "end": 3},
            }
        ],
        "quotes": [{"text": "had moved", "speaker": "Hale", "span": {"field": "body", "start": 11, "end": 20}}],
        "versions": [
            {
                "number": 1,
                "kind": "original",
                "issued_at": None,
                "author": None,
                "content_sha256": version.content_sha256,
                "recorded_at": version.recorded_at.isoformat(),
                "reason": "",
                "reverts_to": None,
                "capture": 0,
            }
        ],
        "captures": [
            {
                "sha256": blob,
                "format": "html",
                "captured_at": "2025-03-08T12:00:00+00:00",
                "file": "Gates were cracked.html",
                "version": 1,
                "record": "",
                "url": "",
            }
        ],
        "removed_lines": [{"text": "Menu", "reason": "menu"}],
        "story": {"id": story.pk, "title": "Barrier", "role": "earliest_held"},
        "kind": "article",
        "authors": [],
        "dateline": "",
        "credit": "",
        "current_version": 1,
        "later_byline": "",
        "published_evidence": article.published_evidence,
        "not_before_reason": "",
        "captions": [],
        "posts": [],
        "provider_version": "",
        "embargoed_until": None,
        "urgency": None,
        "slugline": "",
        "page": "",
        "edition": "",
        "editor_note": "",
        "usage_terms": "",
        "usage_expires_at": None,
    }


def test_an_export_is_narrowed_by_story_in_time_order_and_by_query():
    later, earlier, other = make("Gates later", 11), make("Gates earlier", 8), make("Ferries run")
    story = Story.objects.create(title="Barrier")
    for article in (later, earlier):
        Membership.objects.create(article=article, story=story, placed_at=NOW)
    drain_or_rebuild()
    assert [r["headline"] for r in export("--story", str(story.pk))] == ["Gates earlier", "Gates later"]
    assert [r["article"] for r in export("--query", "ferries")] == [other.pk]
    assert {r["article"] for r in export("--query", "headline:gates")} == {later.pk, earlier.pk}


def test_a_killed_article_is_in_no_export():
    article = make("Gates were cracked")
    drain_or_rebuild()
    status.kill(article=article, by=None, reason="Legal order", at=NOW)
    assert export() == [] and export("--query", "gates") == []


def test_a_story_or_query_that_makes_no_sense_is_refused_in_words():
    with pytest.raises(CommandError, match="no story 99"):
        export("--story", "99")
    with pytest.raises(CommandError):
        export("--query", '"never closed')


def test_forty_records_take_no_more_queries_than_two(django_assert_max_num_queries):
    for number in range(40):
        make(f"Report {number}")
    with django_assert_max_num_queries(8):
        assert len(export()) == 40

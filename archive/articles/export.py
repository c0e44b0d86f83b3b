"""Whole records as JSON: the machine-readable door. Other tools rely on the shape, which docs/api.md documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.models import Article, ArticleTag, Attribution, Capture, Quote, Version

CHUNK = 200


def export_records(articles: QuerySet[Article]) -> Iterator[dict[str, Any]]:
    """Yield one record for each article, in the order of the query, in bounded memory.

    The caller narrows `articles` with `visible_to`: what a person may not see is not exported.
    """
    tags = ArticleTag.objects.filter(removed_at=None).select_related("tag").order_by("position", "id")
    versions = Version.objects.order_by("number").select_related("author")
    whole = articles.select_related("outlet", "current_version", "membership__story").prefetch_related(
        Prefetch("article_tags", queryset=tags, to_attr="shown_tags"),
        Prefetch("versions", queryset=versions, to_attr="all_versions"),
        Prefetch("captures", queryset=Capture.objects.order_by("captured_at", "id"), to_attr="all_captures"),
        Prefetch(
            "attributions",
            queryset=Attribution.objects.filter(rejected_at=None).select_related("outlet").order_by("order"),
            to_attr="all_attributions",
        ),
        Prefetch("quotes", queryset=Quote.objects.order_by("start"), to_attr="all_quotes"),
    )
    for article in whole.iterator(chunk_size=CHUNK):
        yield _record(article)


def removed_lines(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """Return those lines of a capture's ledger that stand in no text field of the article, in order."""
    return [line for line in reading.get("lines", []) if line["role"] not in ("body", "headline", "standfirst")]


def _record(article: Any) -> dict[str, Any]:
    current: Version = article.current_version
    membership = getattr(article, "membership", None)
    numbers = {version.pk: version.number for version in article.all_versions}
    # The same bytes that arrived twice were read the same way: their ledger counts once.
    readings = {c.blob_id: c.reading for c in article.all_captures if c.version_id == current.pk}
    return {
        "article": article.pk,
        "guid": article.guid,
        "url": article.url,
        "outlet": {"name": article.outlet.name, "slug": article.outlet.slug},
        "status": article.status,
        "language": article.language,
        "headline": current.headline,
        "standfirst": current.standfirst,
        "byline": current.byline,
        "body": current.body,
        "source_line": current.source_line,
        "published_at": article.published_iso,
        "published_precision": article.published_precision,
        "published_printed": article.published_printed,
        "not_before": article.not_before.date().isoformat() if article.not_before else None,
        "tags": [{"name": row.tag.name, "kind": row.tag.kind} for row in article.shown_tags],
        "attributions": [
            {
                "order": hop.order,
                "name": hop.name,
                "kind": hop.kind,
                "outlet": hop.outlet.slug if hop.outlet else None,
                "relies_on": hop.relies_on,
                "text": hop.text,
                "span": {"field": hop.field, "start": hop.start, "end": hop.end},
            }
            for hop in article.all_attributions
            if hop.version_id == current.pk
        ],
        "quotes": [
            {
                "text": quote.text,
                "speaker": quote.speaker or None,
                "span": {"field": quote.field, "start": quote.start, "end": quote.end},
            }
            for quote in article.all_quotes
            if quote.version_id == current.pk and quote.is_direct
        ],
        "versions": [
            {
                "number": version.number,
                "kind": version.kind,
                "issued_at": version.issued_at.isoformat() if version.issued_at else None,
                "author": version.author.username if version.author else None,
                "content_sha256": version.content_sha256,
            }
            for version in article.all_versions
        ],
        "captures": [
            {
                "sha256": capture.blob_id,
                "format": capture.format,
                "captured_at": capture.captured_at.isoformat(),
                "file": capture.file,
                "version": numbers.get(capture.version_id),
            }
            for capture in article.all_captures
        ],
        "removed_lines": [
            {"text": line["text"], "reason": line["reason"]}
            for reading in readings.values()
            for line in removed_lines(reading)
        ],
        "story": (
            {"id": membership.story_id, "title": membership.story.title, "role": membership.role}
            if membership
            else None
        ),
    } | _wire_fields(article, current)


def _wire_fields(article: Article, current: Version) -> dict[str, Any]:
    """Return what a record needs besides, so that another archive can take it in without loss."""
    return {
        "kind": article.kind,
        "authors": current.authors,
        "dateline": current.dateline,
        "credit": current.credit,
        "captions": current.captions,
        "posts": current.posts,
        "provider_version": current.provider_version,
        "embargoed_until": article.embargoed_until.isoformat() if article.embargoed_until else None,
        "urgency": article.urgency,
        "slugline": article.slugline,
        "page": article.page,
        "edition": article.edition,
        "editor_note": article.editor_note,
        "usage_terms": article.usage_terms,
        "usage_expires_at": article.usage_expires_at.isoformat() if article.usage_expires_at else None,
    }

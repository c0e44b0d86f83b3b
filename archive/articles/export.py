"""Whole records as JSON: the machine-readable door. Other tools rely on the shape, which docs/api.md documents."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.models import Article, ArticleTag, Attribution, Capture, Outlet, Quote, User, Version

CHUNK = 200
VERSION_TEXTS = (
    "headline", "standfirst", "byline", "authors", "dateline", "credit", "source_line", "body", "captions", "posts",
    "language", "provider_version",
)  # fmt: skip
OUTLET_FACTS = ("kind", "rights", "country", "language", "time_zone")


# Bytes up to this size stand in every record that needs them; larger ones that several share, in the first only.
SHARED_FROM = 256 * 1024


def export_records(articles: QuerySet[Article], *, whole: bool = False) -> Iterator[dict[str, Any]]:
    """Yield one record for each article, in the order of the query, in bounded memory.

    The caller narrows `articles` with `visible_to`: what a person may not see is not exported. `whole` adds what only
    administrators hand on: the bytes of the captures and how they were read, and what editors changed.
    """
    shared: set[str] = set()
    tags = ArticleTag.objects.filter(removed_at=None).select_related("tag").order_by("position", "id")
    versions = Version.objects.order_by("number").select_related("author")
    rows = articles.select_related("outlet", "current_version", "membership__story").prefetch_related(
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
    for article in rows.iterator(chunk_size=CHUNK):
        record = _record(article)
        if whole:
            record["archive"] = _keeping(article, shared)
        yield record


def removed_lines(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """Return those lines of a capture's ledger that stand in no text field of the article, in order."""
    return [line for line in reading.get("lines", []) if line["role"] not in ("body", "headline", "standfirst")]


def _record(article: Any) -> dict[str, Any]:
    current: Version = article.current_version
    membership = getattr(article, "membership", None)
    numbers = {version.pk: version.number for version in article.all_versions}
    places = {capture.pk: place for place, capture in enumerate(article.all_captures)}
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
        "tags": [
            {"name": row.tag.name, "kind": row.tag.kind, "code": row.tag.code, "origin": row.origin}
            for row in article.shown_tags
        ],
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
                "recorded_at": version.recorded_at.isoformat(),
                "reason": version.reason,
                "reverts_to": numbers.get(version.reverts_to_id),
                "capture": places.get(version.capture_id),
            }
            # The current version's text stands above.
            | ({} if version.pk == current.pk else _text_of(version))
            for version in article.all_versions
        ],
        "captures": [
            {
                "sha256": capture.blob_id,
                "format": capture.format,
                "captured_at": capture.captured_at.isoformat(),
                "file": capture.file,
                "version": numbers.get(capture.version_id),
                "record": capture.record,
                "url": capture.url,
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
        "current_version": current.number,
        "later_byline": article.later_byline,
        "published_evidence": article.published_evidence,
        "not_before_reason": article.not_before_reason,
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


def _text_of(version: Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VERSION_TEXTS}


def _keeping(article: Any, shared: set[str]) -> dict[str, Any]:
    """Return what an archive keeps of an article beyond what the desk sees: nothing is lost in a move."""
    outlet: Outlet = article.outlet
    users = {entry.get("by") for entry in article.edited_fields.values()}
    names = dict(User.objects.filter(pk__in=users - {None}).values_list("pk", "username")) if users else {}
    gone = ArticleTag.objects.filter(article=article).exclude(removed_at=None).select_related("tag").order_by("id")
    return {
        "first_held_at": article.created_at.isoformat(),
        "status_reason": article.status_reason,
        "edited_fields": {
            name: entry | {"by": names.get(entry.get("by"))} for name, entry in article.edited_fields.items()
        },
        "removed_tags": [
            {"name": row.tag.name, "kind": row.tag.kind, "code": row.tag.code, "origin": row.origin,
             "removed_at": row.removed_at.isoformat()}
            for row in gone
        ],
        "outlet": {name: getattr(outlet, name) for name in OUTLET_FACTS}
        | {
            "names": list(outlet.aliases.order_by("id").values_list("name", flat=True)),
            "hosts": list(outlet.domains.order_by("id").values_list("host", flat=True)),
        },
        "captures": [
            {"reading": capture.reading, "data": _data_of(capture, shared)} for capture in article.all_captures
        ],
    }  # fmt: skip


def _data_of(capture: Capture, shared: set[str]) -> str | None:
    """Return the bytes of a capture in base64, None for large ones that an earlier record of this export holds."""
    if capture.blob_id in shared:
        return None
    data = capture.blob.content()
    if len(data) >= SHARED_FROM:
        shared.add(capture.blob_id)
    return base64.b64encode(data).decode()

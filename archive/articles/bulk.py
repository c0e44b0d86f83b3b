"""Many new articles at once: the same rows that `operations.create_article` writes, in one COPY a table.

Ids are drawn from the sequences beforehand, and foreign keys are checked at commit, so that article, version and
capture can point at each other from the start and no immutable row is ever written twice.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models

from archive.formats.base import ParsedTag
from archive.models import Article, ArticleTag, Blob, Capture, Tag, TextHash, Version
from archive.text.keys import name_key

from .content import Content, Metadata, published_values, url_key
from .operations import find_tags, touch


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture whose bytes are stored already. `reading` is JSON text or a mapping."""

    blob: str
    format: str
    captured_at: datetime
    file: str = ""
    record: str = ""
    url: str = ""
    reading: Mapping[str, Any] = field(default_factory=dict)
    read_key: str = ""
    import_item: int | None = None


@dataclass(frozen=True, slots=True)
class NewArticle:
    """One article to be written, with the passages (winnowed hashes) of its text."""

    outlet_id: int
    content: Content
    metadata: Metadata
    capture: StoredCapture
    status: str = Article.Status.USABLE
    status_reason: str = ""
    kind: str = Version.Kind.ORIGINAL
    passages: Sequence[int] = ()
    edited_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """The ids of what was written for one article."""

    article_id: int
    version_id: int
    capture_id: int


def create_articles(rows: Sequence[NewArticle], *, at: datetime, by_id: int | None = None) -> list[Written]:
    """Write new articles with their first versions, captures and tags, and return their ids in the same order.

    Call it inside a transaction. Raises django.db.IntegrityError when an outlet already has an article of such a guid
    or address.
    """
    if not rows:
        return []
    written = [Written(*ids) for ids in _next_ids(len(rows), Article, Version, Capture)]
    pairs = list(zip(rows, written, strict=True))
    copy_rows(Article, (_article_row(row, one, at) for row, one in pairs))
    copy_rows(Version, (_version_row(row, one, at, by_id) for row, one in pairs))
    copy_rows(Capture, (_capture_row(row.capture, one) for row, one in pairs))
    _tag([(one.article_id, row.metadata.tags) for row, one in pairs if row.metadata.tags])
    write_passages({one.article_id: row.passages for row, one in pairs}, fresh=True)
    touch(*(one.article_id for one in written))
    return written


def add_captures(rows: Sequence[tuple[int, int, StoredCapture]]) -> list[int]:
    """Record further arrivals of known versions, each (article id, version id, capture); return the captures' ids."""
    if not rows:
        return []
    ids = [pk for (pk,) in _next_ids(len(rows), Capture)]
    copy_rows(
        Capture,
        (
            _capture_row(capture, Written(article_id, version_id, capture_id))
            for (article_id, version_id, capture), capture_id in zip(rows, ids, strict=True)
        ),
    )
    return ids


def store_blobs(contents: Iterable[bytes]) -> list[str]:
    """Store bytes once per sha256 and return the sha256 of each, in order."""
    found: dict[str, bytes] = {}
    order: list[str] = []
    for data in contents:
        sha256 = hashlib.sha256(data).hexdigest()
        order.append(sha256)
        found.setdefault(sha256, data)
    if not found:
        return []
    known = set(Blob.objects.filter(sha256__in=list(found)).values_list("sha256", flat=True))
    # Sorted, so that two workers that store the same bytes take their locks in the same order.
    new = sorted(sha256 for sha256 in found if sha256 not in known)
    if new:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_table(Blob)} (sha256, size, data, created_at)"
                " SELECT sha256, size, data, clock_timestamp()"
                " FROM unnest(%s::text[], %s::bigint[], %s::bytea[]) AS one (sha256, size, data)"
                " ON CONFLICT DO NOTHING",
                [new, [len(found[key]) for key in new], [zlib.compress(found[key], 4) for key in new]],
            )
    return order


def write_passages(passages: Mapping[int, Sequence[int]], *, fresh: bool = False) -> None:
    """Keep the winnowed hashes of these articles' current texts in place of those kept before."""
    if not fresh and passages:
        TextHash.objects.filter(article_id__in=list(passages)).delete()
    rows = "".join([f"{value}\t{article_id}\n" for article_id, values in passages.items() for value in set(values)])
    if rows:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {_table(TextHash)} (hash, article_id) FROM STDIN") as out,
        ):
            out.write(rows)


def _article_row(row: NewArticle, ids: Written, at: datetime) -> dict[str, Any]:
    about = row.metadata
    published = published_values(about.published)
    published["published_evidence"] = _json(published["published_evidence"])
    return {
        "id": ids.article_id,
        "outlet_id": row.outlet_id,
        "guid": about.guid[:500],
        "url": about.url[:2000],
        "url_key": url_key(about.url),
        "kind": about.kind,
        "status": row.status,
        "status_reason": row.status_reason,
        "embargoed_until": about.embargoed_until,
        "language": row.content.language[:12],
        "current_version_id": ids.version_id,
        **published,
        "not_before": None,
        "not_before_reason": "",
        "urgency": about.urgency,
        "slugline": about.slugline[:200],
        "page": about.page[:40],
        "edition": about.edition[:120],
        "editor_note": about.editor_note,
        "later_byline": "",
        "usage_terms": about.usage_terms,
        "usage_expires_at": about.usage_expires_at,
        "edited_fields": _json(row.edited_fields),
        "merged_into_id": None,
        "created_at": at,
        "changed_at": at,
    }


def _version_row(row: NewArticle, ids: Written, at: datetime, by_id: int | None) -> dict[str, Any]:
    content = row.content
    return {
        "id": ids.version_id,
        "article_id": ids.article_id,
        "number": 1,
        "kind": row.kind,
        "headline": content.headline,
        "standfirst": content.standfirst,
        "byline": content.byline,
        "authors": _json(content.authors),
        "dateline": content.dateline,
        "credit": content.credit,
        "source_line": content.source_line,
        "body": content.body,
        "captions": _json(content.captions),
        "posts": _json(content.posts),
        "language": content.language[:12],
        "provider_version": content.provider_version,
        "issued_at": content.issued_at,
        "recorded_at": at,
        "author_id": by_id,
        "reason": "",
        "content_sha256": content.sha256,
        "text_key": content.text_key,
        "capture_id": ids.capture_id,
        "import_item_id": row.capture.import_item,
        "reverts_to_id": None,
    }


def _capture_row(capture: StoredCapture, ids: Written) -> dict[str, Any]:
    return {
        "id": ids.capture_id,
        "article_id": ids.article_id,
        "version_id": ids.version_id,
        "blob_id": capture.blob,
        "format": capture.format,
        "file": capture.file[:500],
        "record": capture.record[:120],
        "url": capture.url[:2000],
        "captured_at": capture.captured_at,
        "reading": _json(capture.reading),
        "read_key": capture.read_key,
        "import_item_id": capture.import_item,
    }


def _tag(tagged: Sequence[tuple[int, Sequence[ParsedTag]]]) -> None:
    every = [tag for _, tags in tagged for tag in tags]
    by_key: dict[tuple[str, str], Tag] = {}
    for tag in find_tags(every):
        by_key[tag.kind, tag.key] = tag
    missing = {(tag.kind, name_key(tag.name)) for tag in every} - set(by_key) - {("", "")}
    for row in Tag.objects.filter(key__in=[key for _, key in missing]).select_related("merged_into"):
        by_key.setdefault((row.kind, row.key), row.merged_into or row)
    rows = []
    for article_id, tags in tagged:
        found = [by_key[tag.kind, key] for tag in tags if (key := name_key(tag.name)) and (tag.kind, key) in by_key]
        for position, tag_id in enumerate(dict.fromkeys(tag.pk for tag in found)):
            rows.append(
                {
                    "article_id": article_id,
                    "tag_id": tag_id,
                    "position": position,
                    "origin": ArticleTag.Origin.OUTLET,
                    "removed_at": None,
                    "set_by_id": None,
                }
            )
    copy_rows(ArticleTag, rows)


def _next_ids(count: int, *models: type[models.Model]) -> list[tuple[int, ...]]:
    """Return so many new ids, one of each model in every row."""
    drawn = ", ".join("nextval(pg_get_serial_sequence(%s, 'id'))" for _ in models)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {drawn} FROM generate_series(1, %s)", [*(model._meta.db_table for model in models), count]
        )
        return list(cursor.fetchall())


def array_of(numbers: Iterable[int]) -> str:
    """Return whole numbers as PostgreSQL writes an array: thousands of them are sent ten times as quickly so."""
    return "{" + ",".join(map(str, numbers)) + "}"


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows with one COPY, each a mapping of the same columns to values, JSON as text."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    columns = ", ".join(connection.ops.quote_name(name) for name in first)
    with connection.cursor() as cursor, cursor.copy(f"COPY {_table(model)} ({columns}) FROM STDIN") as out:
        out.write_row(tuple(first.values()))
        for row in rows:
            out.write_row(tuple(row.values()))


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

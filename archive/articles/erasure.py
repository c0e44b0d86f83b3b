"""The one way out of immutability: taking words out of every version and every stored byte, for law's sake.

What stays is the record: numbers, dates, hashes, reasons, the trail. Each erasure is also written to a journal beside
the database, so that an archive restored from an older backup repeats it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from archive.models import (
    Article,
    Attribution,
    Blob,
    Capture,
    ImportFile,
    ImportItem,
    Membership,
    Posting,
    Quote,
    QuoteFamily,
    Story,
    StoryLink,
    StorySuggestion,
    TermVector,
    TextHash,
    Version,
    VersionChange,
)

from . import journal
from .compare import chain, record_changes
from .content import content_of_version
from .operations import touch
from .terms import counts_of, uncount

TEXT_FIELDS = ("headline", "standfirst", "byline", "dateline", "credit", "source_line", "body")
ARTICLE_FIELDS = ("slugline", "editor_note", "later_byline", "published_printed", "not_before_reason")
LIST_FIELDS = ("authors", "captions", "posts")
REDACTED = "[redacted]"

Spans = list[list[int]]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to go from one article: all of its text, or every occurrence of `words`."""

    article_id: int
    request_id: int
    words: str = ""


def erase(erasure: Erasure, *, at: datetime) -> None:
    """Carry out one erasure inside the caller's transaction and note it in the journal once that has committed.

    Versions keep number, kind, hash and times; captures keep sha256 and time, their bytes go unless another article
    came from the same bytes (a page of several articles), in which case only this article's reading of them goes.
    """
    article = Article.objects.select_for_update().get(pk=erasure.article_id)
    cuts = {}
    for version in article.versions.order_by("number"):
        spans = {name: _spans(_text(version, name), erasure.words) for name in (*TEXT_FIELDS, *LIST_FIELDS)}
        if any(spans.values()):
            cuts[version.content_sha256] = spans
    _forget_reasons(article, erasure.words)
    _cut_out(article, cuts, erasure.request_id, whole=not erasure.words)
    values = {
        name: _cut(getattr(article, name), _spans(getattr(article, name), erasure.words)) for name in ARTICLE_FIELDS
    }
    Article.objects.filter(pk=article.pk).update(**values)
    journal.note(
        {
            "article": article.pk,
            "request": erasure.request_id,
            "whole": not erasure.words,
            # Places, not words: the journal must not keep what the archive gave up.
            "cuts": cuts,
            "at": at.isoformat(),
        }
    )


def repeat(article: Article, line: Mapping[str, Any], *, at: datetime, whole_before: set[int]) -> bool:
    """Repeat one erasure of the journal on an article restored from a backup; return whether there was anything to do.

    Only texts that are still whole are cut; `whole_before` collects them, so that the next line of the journal, whose
    places count in the text this one left, goes on where it had gone on.
    """
    held = [
        version
        for version in article.versions.filter(content_sha256__in=line["cuts"])
        if version.pk in whole_before or content_of_version(version).sha256 == version.content_sha256
    ]
    if not held:
        return False
    whole_before.update(version.pk for version in held)
    cuts = {version.content_sha256: line["cuts"][version.content_sha256] for version in held}
    _cut_out(article, cuts, line["request"], whole=line["whole"])
    if line["whole"]:
        Article.objects.filter(pk=article.pk).update(
            status=Article.Status.CANCELED, changed_at=at, **dict.fromkeys(ARTICLE_FIELDS, "")
        )
    return True


def _cut_out(article: Article, cuts: Mapping[str, Mapping[str, Spans]], request_id: int, *, whole: bool) -> None:
    """Cut the spans out of the versions with these hashes, and all that was derived from them."""
    _allow(str(request_id))
    touched = list(article.versions.filter(content_sha256__in=cuts))
    counted = _counted(article)
    for version in touched:
        spans = cuts[version.content_sha256]
        values: dict[str, object] = {
            name: "" if whole else _cut(_text(version, name), spans.get(name, [])) for name in TEXT_FIELDS
        }
        for name in LIST_FIELDS:
            values[name] = [] if whole else json.loads(_cut(_text(version, name), spans.get(name, [])))
        Version.objects.filter(pk=version.pk).update(**values)
    uncount(counted - _counted(article))
    _erase_captures(article, touched)
    _erase_derived(article)
    _allow("")
    touch(article.pk)


def _counted(article: Article) -> set[str]:
    """Return the terms that the archive counts this article for."""
    return {
        term
        for row in TermVector.objects.filter(article=article).select_related("version")
        for term in counts_of(row.version)
    }


def _allow(request_id: str) -> None:
    """Tell the database's triggers, for this transaction, which request allows what they otherwise refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.erasure', %s, true)", [request_id])


def _erase_captures(article: Article, versions: Sequence[Version]) -> None:
    numbers = [version.pk for version in versions]
    captures = list(Capture.objects.filter(article=article, version__in=numbers))
    Capture.objects.filter(pk__in=[capture.pk for capture in captures]).update(reading={}, read_key="")
    blobs = {capture.blob_id for capture in captures}
    shared = set(Capture.objects.filter(blob_id__in=blobs).exclude(article=article).values_list("blob_id", flat=True))
    Blob.objects.filter(sha256__in=blobs - shared).update(data=zlib.compress(b""))
    items = ImportItem.objects.filter(article=article) | ImportItem.objects.filter(blob_id__in=blobs - shared)
    _erase_files(set(items.exclude(source=None).values_list("source_id", flat=True)), article)
    items.update(parsed={}, plan={}, decision={})


def _erase_files(file_ids: set[int], article: Article) -> None:
    """Take the bytes of whole files that the article came in, which no other article's capture is made of, and the rows
    of tables that were shown as examples."""
    files = ImportFile.objects.filter(pk__in=file_ids).select_related("run")
    blobs = {file.blob_id for file in files if file.blob_id}
    shared = set(Capture.objects.filter(blob_id__in=blobs).exclude(article=article).values_list("blob_id", flat=True))
    Blob.objects.filter(sha256__in=blobs - shared).update(data=zlib.compress(b""))
    for run in {file.run for file in files if file.run.options.get("tables")}:
        for table in run.options["tables"].values():
            table["sample"] = []
        run.save(update_fields=["options"])


def _erase_derived(article: Article) -> None:
    """Take away what was derived from the text: it is derived anew from what is left."""
    VersionChange.objects.filter(version__in=chain(article)).delete()
    record_changes(article)
    families = list(QuoteFamily.objects.filter(variants__quote__article=article).distinct())
    Quote.objects.filter(article=article).delete()
    for family in families:
        _name_anew(family)
    Attribution.objects.filter(article=article).delete()
    TextHash.objects.filter(article=article).delete()
    Posting.objects.filter(article=article).delete()
    TermVector.objects.filter(article=article).update(vector="{}")
    Article.objects.filter(pk=article.pk).update(published_evidence={})
    place = getattr(article, "membership", None)
    if place is not None and not place.story.title_is_pinned:
        others = place.story.memberships.exclude(article=article).select_related("article__current_version")
        other = next((m.article.current_version for m in others if m.article.current_version), None)
        Story.objects.filter(pk=place.story_id).update(title=other.headline[:300] if other else REDACTED)


def _name_anew(family: QuoteFamily) -> None:
    """Let a family of quotes be called by a wording that is left, or go with its last one."""
    left = family.variants.order_by("pk").first()
    if left is None:
        family.delete()
    else:
        QuoteFamily.objects.filter(pk=family.pk).update(label=left.text)


def _forget_reasons(article: Article, words: str) -> None:
    """Cut the words out of the reasons for which articles stand in the story and beside it."""
    place = Membership.objects.filter(article=article).first()
    if place is None or not words:
        return
    rows = [
        *Membership.objects.filter(story=place.story_id),
        *StorySuggestion.objects.filter(Q(story=place.story_id) | Q(article=article)),
        *StoryLink.objects.filter(Q(earlier=place.story_id) | Q(later=place.story_id)),
    ]
    for row in rows:
        said = [_cut(str(reason), _spans(str(reason), words)) for reason in row.reasons]
        if said != row.reasons:
            row.reasons = said
            row.save(update_fields=["reasons"])


def _text(version: Version, name: str) -> str:
    value = getattr(version, name)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _spans(text: str, words: str) -> Spans:
    """Return where the words stand in a text, however they are spaced; all of it when no words are given."""
    if not words:
        return [[0, len(text)]] if text else []
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [[found.start(), found.end()] for found in re.finditer(pattern, text, re.IGNORECASE)]


def _cut(text: str, spans: Spans) -> str:
    """Return the text with each span replaced by a mark; a span over all of it leaves nothing."""
    if spans == [[0, len(text)]]:
        return ""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + REDACTED + text[end:]
    return text

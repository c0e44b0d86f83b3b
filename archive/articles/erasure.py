"""The one way out of immutability: taking words out of every version and every stored byte, for law's sake.

What stays is the record: numbers, dates, hashes, reasons, the trail. Each erasure is also written to a journal beside
the database, so that an archive restored from an older backup repeats it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from archive.models import Article, Attribution, Blob, Capture, ImportItem, Posting, Quote, Story, TextHash, Version

from .operations import touch

TEXT_FIELDS = ("headline", "standfirst", "byline", "dateline", "credit", "source_line", "body")
ARTICLE_FIELDS = ("slugline", "editor_note", "published_printed", "not_before_reason")
REDACTED = "[redacted]"


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.erasure', %s, true)", [str(erasure.request_id)])
    article = Article.objects.select_for_update().get(pk=erasure.article_id)
    touched = _erase_versions(article, erasure.words)
    _erase_captures(article, touched)
    _erase_derived(article, erasure.words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.erasure', '', true)")
    touch(article.pk)
    line = {
        "article": article.pk,
        "request": erasure.request_id,
        "words": erasure.words,
        "content_sha256": sorted(v.content_sha256 for v in touched),
        "at": at.isoformat(),
    }
    _write_journal(line)


def replay(*, at: datetime) -> int:
    """Repeat every erasure of the journal on an archive restored from a backup; return how many were repeated.

    An entry whose article is not in the backup, or is another text by now, is passed over.
    """
    done = 0
    for line in _journal():
        with transaction.atomic():
            hashes = line["content_sha256"]
            if not Version.objects.filter(article_id=line["article"], content_sha256__in=hashes).exists():
                continue
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('archive.erasure', %s, true)", [str(line["request"])])
            article = Article.objects.get(pk=line["article"])
            _erase_captures(article, _erase_versions(article, line["words"]))
            _erase_derived(article, line["words"])
            touch(article.pk)
            done += 1
    return done


def journal_path() -> Path:
    """Return where erasures are noted beside the database."""
    return Path(settings.ARCHIVE_HOME) / "erasures.jsonl"


def _erase_versions(article: Article, words: str) -> Sequence[Version]:
    """Take the text, or the words, out of every version that holds them; return those versions."""
    touched = []
    for version in article.versions.order_by("number"):
        values: dict[str, object] = {name: _without(getattr(version, name), words) for name in TEXT_FIELDS}
        for name in ("authors", "captions", "posts"):
            values[name] = json.loads(_without(json.dumps(getattr(version, name), ensure_ascii=False), words) or "[]")
        if words and all(values[name] == getattr(version, name) for name in values):
            continue
        Version.objects.filter(pk=version.pk).update(**values)
        touched.append(version)
    return touched


def _erase_captures(article: Article, versions: Sequence[Version]) -> None:
    numbers = [version.pk for version in versions]
    captures = list(Capture.objects.filter(article=article, version__in=numbers))
    Capture.objects.filter(pk__in=[capture.pk for capture in captures]).update(reading={})
    blobs = {capture.blob_id for capture in captures}
    shared = set(Capture.objects.filter(blob_id__in=blobs).exclude(article=article).values_list("blob_id", flat=True))
    Blob.objects.filter(sha256__in=blobs - shared).update(data=zlib.compress(b""))
    items = ImportItem.objects.filter(article=article) | ImportItem.objects.filter(blob_id__in=blobs - shared)
    items.update(parsed={}, plan={}, decision={})


def _erase_derived(article: Article, words: str) -> None:
    """Take away what was derived from the text: it is derived anew from what is left."""
    Quote.objects.filter(article=article).delete()
    Attribution.objects.filter(article=article).delete()
    TextHash.objects.filter(article=article).delete()
    Posting.objects.filter(article=article).delete()
    values = {name: _without(getattr(article, name), words) for name in ARTICLE_FIELDS}
    Article.objects.filter(pk=article.pk).update(**values, published_evidence={})
    place = getattr(article, "membership", None)
    if place is not None and not place.story.title_is_pinned:
        others = place.story.memberships.exclude(article=article).select_related("article__current_version")
        other = next((m.article.current_version for m in others if m.article.current_version), None)
        Story.objects.filter(pk=place.story_id).update(title=other.headline[:300] if other else REDACTED)


def _without(text: str, words: str) -> str:
    """Return the text without those words, however they are spaced; nothing is left of it when no words are given."""
    if not words:
        return ""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.sub(pattern, REDACTED, text, flags=re.IGNORECASE)


def _write_journal(line: dict) -> None:
    def write() -> None:
        path = journal_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf8") as journal:
            journal.write(json.dumps(line, ensure_ascii=False) + "\n")

    transaction.on_commit(write)


def _journal() -> Iterator[dict]:
    path = journal_path()
    if path.exists():
        for text in path.read_text(encoding="utf8").splitlines():
            yield json.loads(text)

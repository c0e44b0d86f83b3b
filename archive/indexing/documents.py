"""From the record to what the index holds: one document for each version of an article.

The promise: a bounded number of queries for a chunk of articles, whatever its size. What only some may see is marked
restricted; an article merged into another has no documents, so it leaves the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from archive.articles.prepared import IsAny
from archive.models import Article, ArticleTag, Attribution, Membership, Quote, Tag, Version
from archive.search import ArticleDocuments, Document, guess_language

KINDS = (Tag.Kind.TOPIC, Tag.Kind.PERSON, Tag.Kind.PLACE, Tag.Kind.ORGANISATION)


def article_documents(article_ids: Iterable[int], now: datetime) -> list[ArticleDocuments]:
    """Return all documents of these articles as of now; articles that are gone or merged away have none."""
    ids = list(dict.fromkeys(article_ids))
    shared = _shared(ids, now)
    versions = (
        Version.objects.filter(IsAny("article_id", shared))
        .order_by("article", "number")
        .values_list(
            "article_id",
            "pk",
            "number",
            "kind",
            "headline",
            "standfirst",
            "body",
            "byline",
            "language",
            "recorded_at",
            "content_sha256",
            "change__kinds",
            "change__is_silent",
        )
    )
    sources = _texts(Attribution.objects.filter(IsAny("article_id", shared), rejected_at=None), "name")
    quotes = _texts(Quote.objects.filter(IsAny("article_id", shared)), "text")
    found: dict[int, list[Document]] = {pk: [] for pk in ids}
    for row in versions:
        article, pk, number, kind, headline, standfirst, body, byline, language, recorded_at, digest, kinds, silent = (
            row
        )
        own_language, later_byline, current, values = shared[article]
        found[article].append(
            Document(
                article=article,
                version=number,
                headline=headline,
                standfirst=standfirst,
                body=body,
                byline=byline or later_byline,
                language=language or own_language or guess_language(f"{headline}\n{standfirst}\n{body}"),
                kind=kind,
                sources=tuple(sources.get(pk, ())),
                quotes=tuple(quotes.get(pk, ())),
                # As a query names them, "quote-removed" and the like.
                changes=(*(name.replace("_", "-") for name in kinds or ()), *(("silent",) if silent else ())),
                captured=recorded_at,
                current=pk == current,
                content_hash=digest,
                **values,
            )
        )
    return [ArticleDocuments(pk, tuple(documents)) for pk, documents in found.items()]


def _shared(ids: Sequence[int], now: datetime) -> dict[int, tuple[str, str, int | None, dict[str, Any]]]:
    """Return what all versions of an article share: its language, its later byline, its current version,
    and values of documents."""
    tags = _tags(ids)
    nothing: tuple[tuple[str, ...], ...] = ((),) * len(KINDS)
    rows = Article.objects.filter(IsAny("pk", ids), merged_into=None).values_list(
        "pk",
        "language",
        "later_byline",
        "current_version_id",
        "status",
        "embargoed_until",
        "published_at",
        "outlet__slug",
        "outlet__name",
        "membership__story_id",
        "membership__role",
        "membership__copy_of_id",
    )
    found = {}
    for pk, language, later_byline, current, status, embargoed, published, slug, name, story, role, copied in rows:
        topics, persons, places, orgs = tags.get(pk, nothing)
        found[pk] = (
            language,
            later_byline,
            current,
            {
                "outlet": slug,
                "outlet_name": name,
                "topics": topics,
                "persons": persons,
                "places": places,
                "orgs": orgs,
                "story": story or 0,
                "published": published,
                "restricted": status != Article.Status.USABLE or (embargoed is not None and embargoed > now),
                # A rewrite says it anew; only near-copies fold under the text they repeat.
                "copies": copied or 0 if role == Membership.Role.NEAR_COPY else 0,
            },
        )
    return found


def _tags(ids: Sequence[int]) -> dict[int, tuple[tuple[str, ...], ...]]:
    """Return the names of the tags on each article, by kind, in order."""
    pairs = list(
        ArticleTag.objects.filter(IsAny("article_id", ids), removed_at=None)
        .order_by("article", "position", "pk")
        .values_list("article_id", "tag_id")
    )
    tags = Tag.objects.filter(IsAny("pk", {tag for _, tag in pairs})).values_list("pk", "name", "kind")
    known = {pk: (name, KINDS.index(Tag.Kind(kind))) for pk, name, kind in tags}
    found: dict[int, tuple[list[str], ...]] = defaultdict(lambda: tuple([] for _ in KINDS))
    for article, tag in pairs:
        name, kind = known[tag]
        found[article][kind].append(name)
    return {article: tuple(map(tuple, names)) for article, names in found.items()}


def _texts(rows: Any, name: str) -> dict[int, list[str]]:
    """Return a field of the rows of each version, in the order in which they were written."""
    found: dict[int, list[str]] = defaultdict(list)
    for version, text in rows.order_by("pk").values_list("version_id", name):
        found[version].append(text)
    return found


def expected_entries(now: datetime) -> Iterator[tuple[int, int, str, bool, bool]]:
    """Yield article, version, content hash, current and restricted of every version the index should hold."""
    rows = (
        Version.objects.filter(article__merged_into=None)
        .annotate(
            is_current=Q(pk=F("article__current_version_id")),
            is_restricted=~Q(article__status=Article.Status.USABLE)
            | Q(article__embargoed_until__isnull=False, article__embargoed_until__gt=now),
        )
        .values_list("article_id", "number", "content_sha256", "is_current", "is_restricted")
    )
    for article, number, digest, current, restricted in rows.iterator(chunk_size=5000):
        yield article, number, digest, bool(current), bool(restricted)

"""From the record to what the index holds: one document for each version of an article.

The promise: a bounded number of queries for a chunk of articles, whatever its size. What only some may see is marked
restricted; an article merged into another has no documents, so it leaves the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet

from archive.articles.prepared import IsAny, Prepared
from archive.models import Article, ArticleTag, Attribution, Membership, Quote, Tag, Version
from archive.search import ArticleDocuments, Document, guess_language

KINDS = (Tag.Kind.TOPIC, Tag.Kind.PERSON, Tag.Kind.PLACE, Tag.Kind.ORGANISATION)
SOME_IDS = [-1, -2]


def article_documents(article_ids: Iterable[int], now: datetime) -> list[ArticleDocuments]:
    """Return all documents of these articles as of now; articles that are gone or merged away have none."""
    ids = list(dict.fromkeys(article_ids))
    shared = _shared(ids, now)
    held = list(shared)
    queries = _queries()
    sources = _texts(queries["sources"].rows(ids=held))
    quotes = _texts(queries["quotes"].rows(ids=held))
    found: dict[int, list[Document]] = {pk: [] for pk in ids}
    for row in queries["versions"].rows(ids=held):
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
    rows = _queries()["articles"].rows(ids=list(ids))
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
    pairs = _queries()["tagged"].rows(ids=list(ids))
    tags = _queries()["tags"].rows(ids=list({tag for _, tag in pairs}))
    known = {pk: (name, KINDS.index(Tag.Kind(kind))) for pk, name, kind in tags}
    found: dict[int, tuple[list[str], ...]] = defaultdict(lambda: tuple([] for _ in KINDS))
    for article, tag in pairs:
        name, kind = known[tag]
        found[article][kind].append(name)
    return {article: tuple(map(tuple, names)) for article, names in found.items()}


def _texts(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """Return the texts of each version."""
    found: dict[int, list[str]] = defaultdict(list)
    for version, text in rows:
        found[version].append(text)
    return found


@cache
def _queries() -> dict[str, Prepared]:
    """Return the queries behind documents by name, each with `ids` to fill in."""

    def query(
        rows: QuerySet, name: str = "article_id", *, order: tuple[str, ...], columns: tuple[str, ...]
    ) -> Prepared:
        return Prepared(rows.filter(IsAny(name, SOME_IDS)).order_by(*order).values_list(*columns), ids=SOME_IDS)

    written = ("pk",)
    return {
        "articles": query(
            Article.objects.filter(merged_into=None),
            "pk",
            order=(),
            columns=(
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
            ),
        ),
        "versions": query(
            Version.objects.all(),
            order=("article", "number"),
            columns=(
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
            ),
        ),
        "sources": query(Attribution.objects.filter(rejected_at=None), order=written, columns=("version_id", "name")),
        "quotes": query(Quote.objects.all(), order=written, columns=("version_id", "text")),
        "tagged": query(
            ArticleTag.objects.filter(removed_at=None),
            order=("article", "position", "pk"),
            columns=("article_id", "tag_id"),
        ),
        "tags": query(Tag.objects.all(), "pk", order=(), columns=("pk", "name", "kind")),
    }


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

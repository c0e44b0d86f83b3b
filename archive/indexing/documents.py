"""From the record to what the index holds: one document for each version of an article.

The promise: a bounded number of queries for a chunk of articles, whatever its size. What only some may see is marked
restricted; an article merged into another has no documents, so it leaves the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, Prefetch, Q

from archive.models import Article, ArticleTag, Attribution, Membership, Quote, Tag, Version
from archive.search import ArticleDocuments, Document, guess_language


def article_documents(article_ids: Iterable[int], now: datetime) -> list[ArticleDocuments]:
    """Return all documents of these articles as of now; articles that are gone or merged away have none."""
    ids = list(dict.fromkeys(article_ids))
    tags = ArticleTag.objects.filter(removed_at=None).select_related("tag").order_by("position", "id")
    articles = (
        Article.objects.filter(pk__in=ids, merged_into=None)
        .select_related("outlet", "membership")
        .prefetch_related(
            Prefetch(
                "versions",
                queryset=Version.objects.select_related("change").order_by("number"),
                to_attr="all_versions",
            ),
            Prefetch("article_tags", queryset=tags, to_attr="shown_tags"),
            Prefetch(
                "attributions",
                queryset=Attribution.objects.filter(rejected_at=None).only("article", "version", "name"),
                to_attr="all_attributions",
            ),
            Prefetch("quotes", queryset=Quote.objects.only("article", "version", "text"), to_attr="all_quotes"),
        )
    )
    found = {article.pk: ArticleDocuments(article.pk, tuple(_documents(article, now))) for article in articles}
    return [found.get(pk, ArticleDocuments(pk)) for pk in ids]


def _named(article: Article, kind: str) -> tuple[str, ...]:
    return tuple(row.tag.name for row in article.shown_tags if row.tag.kind == kind)


def _documents(article: Article, now: datetime) -> Iterator[Document]:
    embargoed = article.embargoed_until is not None and article.embargoed_until > now
    membership = getattr(article, "membership", None)
    for version in article.all_versions:
        text = f"{version.headline}\n{version.standfirst}\n{version.body}"
        yield Document(
            article=article.pk,
            version=version.number,
            outlet=article.outlet.slug,
            outlet_name=article.outlet.name,
            headline=version.headline,
            standfirst=version.standfirst,
            body=version.body,
            byline=article.byline_of(version),
            language=version.language or article.language or guess_language(text),
            kind=version.kind,
            topics=_named(article, Tag.Kind.TOPIC),
            persons=_named(article, Tag.Kind.PERSON),
            places=_named(article, Tag.Kind.PLACE),
            orgs=_named(article, Tag.Kind.ORGANISATION),
            sources=tuple(row.name for row in article.all_attributions if row.version_id == version.pk),
            quotes=tuple(row.text for row in article.all_quotes if row.version_id == version.pk),
            changes=_changes(version),
            story=membership.story_id if membership else 0,
            published=article.published_at,
            captured=version.recorded_at,
            current=version.pk == article.current_version_id,
            restricted=embargoed or article.status != Article.Status.USABLE,
            # A rewrite says it anew; only near-copies fold under the text they repeat.
            copies=(membership.copy_of_id or 0) if membership and membership.role == Membership.Role.NEAR_COPY else 0,
            content_hash=version.content_sha256,
        )


def _changes(version: Version) -> tuple[str, ...]:
    """Return the classes of change of a version as a query names them, "quote-removed" and the like."""
    change = getattr(version, "change", None)
    if change is None:
        return ()
    return (*(kind.replace("_", "-") for kind in change.kinds), *(("silent",) if change.is_silent else ()))


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

"""Articles as values for the wire formats: NITF, NewsML-G2 and ninjs, written by `archive.formats.export_*`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, cast

from django.db.models import Prefetch, QuerySet

from archive.formats.base import ParsedTag, Precision, TagKind
from archive.formats.export_article import ExportArticle, Status
from archive.formats.export_newsml_g2 import news_item
from archive.formats.export_ninjs import ninjs
from archive.formats.export_nitf import nitf
from archive.models import Article, ArticleTag, Tag

# What each wire format is called, how it is written, and how its files end.
WRITERS: dict[str, tuple[Callable[[ExportArticle], bytes], str]] = {
    "nitf": (nitf, "xml"),
    "newsml-g2": (news_item, "xml"),
    "ninjs": (ninjs, "json"),
}
CHUNK = 200


def wire_articles(articles: QuerySet[Article]) -> Iterator[ExportArticle]:
    """Yield the current version of each article, in the order of the query, in bounded memory.

    The caller narrows `articles` with `visible_to`: what a person may not see is not exported.
    """
    tags = ArticleTag.objects.filter(removed_at=None).select_related("tag").order_by("position", "id")
    whole = articles.select_related("outlet", "current_version").prefetch_related(
        Prefetch("article_tags", queryset=tags, to_attr="shown_tags")
    )
    for article in whole.iterator(chunk_size=CHUNK):
        yield wire_article(article, [row.tag for row in article.shown_tags])


def wire_article(article: Article, tags: list[Tag]) -> ExportArticle:
    """Return one article with these tags as the writers want it."""
    current = article.current_version
    assert current is not None
    changed = {"correction": "correction", "update": "update"}.get(current.kind, "")
    return ExportArticle(
        guid=article.guid or f"urn:x-archive:article:{article.pk}",
        headline=current.headline,
        body=current.body,
        outlet_name=article.outlet.name,
        issued_at=current.issued_at or current.recorded_at,
        version=current.number,
        status=cast(Status, article.status),
        signal=cast(Literal["", "update", "correction"], changed),
        published_at=_published(article),
        published_precision=cast(Precision, article.published_precision),
        standfirst=current.standfirst,
        byline=article.byline_of(current),
        authors=tuple(current.authors),
        dateline=current.dateline,
        credit=current.credit,
        language=current.language or article.language,
        url=article.url,
        editor_note=article.editor_note,
        embargoed_until=article.embargoed_until,
        urgency=article.urgency,
        slugline=article.slugline,
        tags=tuple(ParsedTag(tag.name, cast(TagKind, tag.kind), tag.code) for tag in tags),
        captions=tuple(current.captions),
        usage_terms=article.usage_terms,
        usage_expires_at=article.usage_expires_at,
        page=article.page,
        edition=article.edition,
    )


def _published(article: Article) -> datetime | None:
    """Return the date with its zone, or without one where none is known."""
    if article.published_at is None:
        return None
    if article.published_offset is None:
        return article.published_at.astimezone(UTC).replace(tzinfo=None)
    return article.published_at.astimezone(timezone(timedelta(minutes=article.published_offset)))

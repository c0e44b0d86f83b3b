"""Pages of articles in date order that stay stable while new ones arrive, at any depth, without counting.

Promise: a page is found by the place of its edge article (date and id), never by an offset, and costs one index scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Q, QuerySet

from archive.models import Article

from .queries import listed

PAGE = 20


class BadPlace(ValueError):
    """A place in a list that can't be read."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some articles, newest first, and the places before and after them ("" where the list ends)."""

    articles: Sequence[Article]
    newer: str
    older: str


def place_of(article: Article) -> str:
    """Return the place of an article in date order, for an address."""
    at = article.published_at.astimezone(UTC).isoformat() if article.published_at else ""
    return f"{at}_{article.pk}"


def page_by_date(articles: QuerySet[Article], *, older_than: str = "", newer_than: str = "", size: int = PAGE) -> Page:
    """Return the page of `articles` beside a place, newest first and undated last.

    Uses article_by_date or article_by_outlet_date. Raises BadPlace for a place that `place_of` never made.
    """
    if newer_than:
        rising = (F("published_at").asc(nulls_first=True), "id")
        rows = _first(articles.filter(_newer(newer_than)).order_by(*rising), size + 1)
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, place_of(rows[0]) if more and rows else "", place_of(rows[-1]) if rows else "")
    if older_than:
        articles = articles.filter(_older(older_than))
    rows = _first(articles.by_date(), size + 1)
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, place_of(rows[0]) if older_than and rows else "", place_of(rows[-1]) if more else "")


def _first(articles: QuerySet[Article], count: int) -> list[Article]:
    """Return the first of the articles with all that a list shows of each, in their order.

    Which they are is found before anything is joined: a tag's thousand articles would all be joined to be sorted.
    """
    chosen = listed(Article.objects.filter(pk__in=articles.values("pk")[:count]))
    return list(chosen.order_by(*articles.query.order_by))


def _parts(place: str) -> tuple[datetime | None, int]:
    at, _, pk = place.rpartition("_")
    try:
        moment = datetime.fromisoformat(at) if at else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError(place)
        return moment, int(pk)
    except ValueError as error:
        raise BadPlace(f"“{place}” is not a place in this list.") from error


def _older(place: str) -> Q:
    at, pk = _parts(place)
    if at is None:
        return Q(published_at=None, pk__lt=pk)
    return Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk) | Q(published_at=None)


def _newer(place: str) -> Q:
    at, pk = _parts(place)
    if at is None:
        return Q(published_at__isnull=False) | Q(published_at=None, pk__gt=pk)
    return Q(published_at__gt=at) | Q(published_at=at, pk__gt=pk)

"""Reads for walking through the archive without a query: by outlet, by tag, by date, and what came in last.

Promise: every figure counts only what this person may see, and speaks of what the archive holds, not of what the
outlet published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDay, TruncYear

from archive.models import (
    Article,
    ArticleTag,
    Attribution,
    ImportItem,
    ImportRun,
    Outlet,
    Story,
    Tag,
    Version,
)
from archive.text.keys import name_key

from .queries import listed

LISTED_OUTLETS = 500
LISTED_TAGS = 200
FEWEST_DAYS = 27
LOOKED_AT = 1000
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A thing of the archive and how many articles stand behind it."""

    thing: Outlet | Tag
    count: int
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """How many there are: exactly, or "about" or "over" so many where counting them all would take long."""

    count: int
    known: Literal["exactly", "about", "over"] = "exactly"


@dataclass(frozen=True, slots=True)
class Spread:
    """How a set of articles is spread: how many fall on each day or on none, and how many each outlet put out."""

    days: dict[date, int]
    undated: int
    outlets: dict[int, int]

    @property
    def count(self) -> int:
        """How many articles there are."""
        return sum(self.outlets.values())

    @property
    def first(self) -> date | None:
        """The earliest day, None where no article is dated."""
        return min(self.days, default=None)

    @property
    def last(self) -> date | None:
        """The latest day, None where no article is dated."""
        return max(self.days, default=None)


@dataclass(frozen=True, slots=True)
class OutletPage:
    """What the page of an outlet shows besides its articles.

    `versions` and `relies_on` speak of the latest `looked_at` articles only: what they cost must not grow with the
    archive, and how an outlet works now says more than how it worked thirty years ago.
    """

    outlet: Outlet
    aliases: Sequence[str]
    hosts: Sequence[str]
    spread: Spread
    looked_at: int
    versions: int
    relies_on: Sequence[tuple[str, str, int]]
    relied_on: int

    @property
    def versions_an_article(self) -> float | None:
        """How many versions an article has on the average, None where no article is held."""
        return round(self.versions / self.looked_at, 1) if self.looked_at else None

    @property
    def is_whole(self) -> bool:
        """Whether every article of the outlet was looked at."""
        return self.looked_at == self.spread.count


def latest_arrivals(user, limit: int = 8) -> list[Article]:
    """Return what came in last; uses article_by_arrival."""
    return list(listed(Article.objects.visible_to(user)).order_by("-created_at", "-id")[:limit])


def latest_runs(limit: int = 6) -> list[ImportRun]:
    """Return the latest import runs with how many items each has and how many came in or wait."""
    runs = list(ImportRun.objects.select_related("created_by").order_by("-id")[:limit])
    counts: dict[int, Counter[str]] = {run.pk: Counter() for run in runs}
    rows = ImportItem.objects.filter(run__in=runs).order_by().values_list("run", "state").annotate(count=Count("pk"))
    for run, state, count in rows:
        counts[run][state] = count
    for run in runs:
        run.item_count, run.states = counts[run.pk].total(), counts[run.pk]
    return runs


def holdings(user) -> dict[str, Amount]:
    """Return how much the archive holds, as this person may see it, in one query that costs the same at any size."""
    rows = {
        "articles": Article.objects.visible_to(user),
        "outlets": Outlet.objects.filter(merged_into=None, is_held=True),
        "stories": Story.objects.filter(merged_into=None, article_count__gt=1),
    }
    parts = [each.order_by().values("pk")[: COUNTED + 1].query.sql_with_params() for each in rows.values()]
    counts = ", ".join(f"(SELECT count(*) FROM ({select}) AS held)" for select, _ in parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts}, (SELECT reltuples FROM pg_class WHERE oid = 'archive_article'::regclass)",
            [value for _, params in parts for value in params],
        )
        *counted, estimated = cursor.fetchone()
    held = {name: amount(count) for name, count in zip(rows, counted, strict=True)}
    return held | {"articles": amount(counted[0], estimated)}


def amount(counted: int, estimated: float = -1) -> Amount:
    """Return how many there are, of which at most COUNTED + 1 were counted and the database estimates so many.

    An estimate is told in two digits: it also has what this person may not see. -1 is none.
    """
    if counted <= COUNTED:
        return Amount(counted)
    return Amount(int(float(f"{estimated:.2g}")), "about") if estimated > COUNTED else Amount(COUNTED, "over")


def outlets_held(user, words: str = "") -> list[Counted]:
    """Return the outlets whose articles the archive holds, the fullest first, narrowed to names that hold `words`."""
    held = Outlet.objects.filter(merged_into=None)
    if words:
        held = held.filter(Q(name__icontains=words) | Q(aliases__key__contains=name_key(words))).distinct()
    counts = {
        row["outlet"]: row
        for row in Article.objects.visible_to(user)
        .order_by()
        .values("outlet")
        .annotate(count=Count("pk"), first=Min("published_at"), last=Max("published_at"))
    }
    found = [
        Counted(outlet, counts[outlet.pk]["count"], counts[outlet.pk]["first"], counts[outlet.pk]["last"])
        for outlet in held
        if outlet.pk in counts
    ]
    return sorted(found, key=lambda one: (-one.count, one.thing.name, one.thing.pk))[:LISTED_OUTLETS]


def outlet_page(user, slug: str) -> OutletPage:
    """Return what the page of an outlet says about it. Raises Outlet.DoesNotExist.

    An outlet that was merged into another is found under its old slug; the page belongs to the one it went into.
    """
    outlet = Outlet.objects.select_related("merged_into").get(slug=slug)
    outlet = outlet.merged_into or outlet
    articles = Article.objects.visible_to(user).filter(outlet=outlet)
    latest = articles.by_date().values("pk")[:LOOKED_AT]
    held = spread(articles)
    cited = (
        Attribution.objects.filter(article__in=latest, rejected_at=None)
        .exclude(outlet=outlet)
        .filter(kind__in=("outlet", "relay", "institution"))
        .order_by()
        .values("name_key")
        .annotate(name=Max("name"), slug=Max("outlet__slug"), count=Count("article", distinct=True))
        .order_by("-count", "name_key")[:10]
    )
    return OutletPage(
        outlet=outlet,
        aliases=[
            alias for alias in outlet.aliases.order_by("name").values_list("name", flat=True) if alias != outlet.name
        ],
        hosts=list(outlet.domains.order_by("host").values_list("host", flat=True)),
        spread=held,
        looked_at=min(held.count, LOOKED_AT),
        versions=Version.objects.filter(article__in=latest).count(),
        relies_on=[(row["name"], row["slug"] or "", row["count"]) for row in cited],
        relied_on=Article.objects.visible_to(user)
        .filter(pk__in=Attribution.objects.filter(outlet=outlet, rejected_at=None).values("article"))
        .exclude(outlet=outlet)
        .count(),
    )


def tags_held(user, words: str = "", kind: str = "") -> list[Counted]:
    """Return the tags that articles carry, the busiest first, narrowed by name and kind."""
    rows = ArticleTag.objects.filter(removed_at=None, article__in=Article.objects.visible_to(user))
    if words:
        rows = rows.filter(tag__key__contains=name_key(words))
    if kind:
        rows = rows.filter(tag__kind=kind)
    counts = dict(
        rows.order_by().values_list("tag").annotate(count=Count("article")).order_by("-count", "tag")[:LISTED_TAGS]
    )
    tags = Tag.objects.in_bulk(list(counts))
    return [Counted(tags[pk], count) for pk, count in counts.items()]


def with_tag(user, tag: Tag) -> QuerySet[Article]:
    """Return the articles that carry a tag."""
    return Article.objects.visible_to(user).filter(
        pk__in=ArticleTag.objects.filter(tag=tag, removed_at=None).values("article")
    )


def tags_beside(articles: QuerySet[Article], tag: Tag, limit: int = 12) -> list[Counted]:
    """Return the tags that stand most often beside this one."""
    counts = dict(
        ArticleTag.objects.filter(removed_at=None, article__in=articles)
        .exclude(tag=tag)
        .order_by()
        .values_list("tag")
        .annotate(count=Count("article"))
        .order_by("-count", "tag")[:limit]
    )
    tags = Tag.objects.in_bulk(list(counts))
    return [Counted(tags[pk], count) for pk, count in counts.items()]


def spread(articles: QuerySet[Article]) -> Spread:
    """Return how these articles are spread over days and outlets, in one query that visits each article once."""
    # An empty queryset has no SQL; asking it for any is an error of Django's own.
    rows, params = articles.order_by().values("published_at", "outlet_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (published_at AT TIME ZONE 'UTC')::date, outlet_id, count(*), grouping(outlet_id)"
            f" FROM ({rows}) AS held (published_at, outlet_id)"
            " GROUP BY GROUPING SETS ((1), (outlet_id)) HAVING count(*) > 0",
            params,
        )
        found = cursor.fetchall()
    by_day = {day: count for day, _, count, is_day in found if is_day}
    return Spread(
        undated=by_day.pop(None, 0),
        days=by_day,
        outlets={outlet: count for _, outlet, count, is_day in found if not is_day},
    )


def busiest_outlets(found: Spread, limit: int = 12) -> list[Counted]:
    """Return the outlets of a spread, the busiest first."""
    counts = dict(sorted(found.outlets.items(), key=lambda one: (-one[1], one[0]))[:limit])
    outlets = Outlet.objects.in_bulk(list(counts))
    return [Counted(outlets[pk], count) for pk, count in counts.items()]


def volume(days: Mapping[date, int]) -> tuple[str, list[tuple[date, int]]]:
    """Return how many dated articles fall into each day, month or year, empty ones included, and which it is.

    The step follows the span: up to ten weeks by day, up to eight years by month, else by year.
    """
    if not days:
        return "month", []
    first, last = min(days), max(days)
    span = (last - first).days
    if span < FEWEST_DAYS:
        # A few days alone would be a few slabs: show them with the quiet days around them.
        first -= timedelta(days=(FEWEST_DAYS - span) // 2)
        last = first + timedelta(days=FEWEST_DAYS)
    step = "day" if span <= 70 else "month" if span <= 8 * 366 else "year"
    counts: Counter[date] = Counter()
    for each, count in days.items():
        counts[
            each.replace(day=1, month=1) if step == "year" else each.replace(day=1) if step == "month" else each
        ] += count
    return step, [(period, counts[period]) for period in _periods(first, last, step)]


def days_of_year(user, year: int) -> dict[date, int]:
    """Return how many articles each day of a year holds."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    rows = (
        Article.objects.visible_to(user)
        .filter(published_at__gte=start, published_at__lt=datetime(year + 1, 1, 1, tzinfo=UTC))
        .order_by()
        .annotate(day=TruncDay("published_at", tzinfo=UTC))
        .values_list("day")
        .annotate(count=Count("pk"))
    )
    return {day.date(): count for day, count in rows}


def years_held(user) -> list[tuple[int, int]]:
    """Return the years that hold articles, newest first, with how many."""
    rows = (
        Article.objects.visible_to(user)
        .filter(published_at__isnull=False)
        .order_by()
        .annotate(year=TruncYear("published_at", tzinfo=UTC))
        .values_list("year")
        .annotate(count=Count("pk"))
        .order_by("-year")
    )
    return [(year.year, count) for year, count in rows]


def undated(user) -> QuerySet[Article]:
    """Return the articles whose date nobody knows."""
    return Article.objects.visible_to(user).filter(published_at=None)


def on_day(user, day: date) -> QuerySet[Article]:
    """Return the articles of one day, as the outlets printed it; uses article_by_date."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Article.objects.visible_to(user).filter(published_at__gte=start, published_at__lt=start + timedelta(days=1))


def _periods(first: date, last: date, step: str) -> list[date]:
    if step == "day":
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if step == "year":
        return [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]

"""Asks the saved searches about what was indexed anew.

The promise: each search has at most one alert for a version (a constraint of the database), sees only what its owner
may see, and is asked again after a crash. Whether a version starts or stops matching is read from the index, which
holds all versions; nothing has to be remembered between two askings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from archive.articles.searching import request_for
from archive.engine import search_engine
from archive.models import Alert, AlertEntry, Article, SavedSearch
from archive.search import QueryError, parse, toggled, without_versions
from archive.search.nodes import VersionsNode

BATCH = 500
MOST_VERSIONS = 10_000


@dataclass(frozen=True, slots=True)
class Matched:
    """Whether the current version of an article matches, and whether the one before it did."""

    number: int
    now: bool
    before: bool


def event_of(matched: Matched) -> str | None:
    """Return what there is to say about a new version, None when nothing is."""
    if matched.now and matched.number == 1:
        return Alert.Event.NEW
    if matched.now:
        return Alert.Event.CHANGED if matched.before else Alert.Event.STARTS
    return Alert.Event.STOPS if matched.before else None


def match_waiting(now: datetime) -> int:
    """Ask the watching searches about the articles that wait; returns how many alerts there are more.

    Raises EngineError when the index can't be read: the articles go on waiting.
    """
    made = 0
    while True:
        seen = list(AlertEntry.objects.waiting().values_list("article_id", "wanted")[:BATCH])
        if not seen:
            return made
        articles = [article for article, _ in seen]
        for search in SavedSearch.objects.exclude(often=SavedSearch.Often.NEVER).select_related("owner").order_by("pk"):
            made += _match(search, articles, now)
        _settle(seen)


def _match(search: SavedSearch, articles: Sequence[int], now: datetime) -> int:
    visible = Article.objects.visible_to(search.owner, now).filter(
        pk__in=articles, current_version__recorded_at__gte=search.watched_since
    )
    versions = {article.pk: article.current_version for article in visible.select_related("current_version")}
    if not versions:
        return 0
    try:
        tree = without_versions(parse(search.query, now.date()))
    except QueryError as error:
        SavedSearch.objects.filter(pk=search.pk).update(last_error=str(error))
        return 0
    request = replace(
        request_for(search.owner, toggled(tree, VersionsNode("all")), now),
        only=frozenset(versions),
        limit=MOST_VERSIONS,
    )
    hits = {(hit.article, hit.version) for hit in search_engine().search(request).hits}
    alerts = []
    for article, version in versions.items():
        number = version.number
        event = event_of(Matched(number, (article, number) in hits, (article, number - 1) in hits))
        if event:
            alerts.append(Alert(search=search, article_id=article, version=version, event=event, created_at=now))
    known = set(Alert.objects.filter(search=search, version__in=versions.values()).values_list("version_id", flat=True))
    fresh = [alert for alert in alerts if alert.version_id not in known]
    Alert.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _settle(seen: Sequence[tuple[int, int]]) -> None:
    table = connection.ops.quote_name(AlertEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET done = seen.wanted, done_at = clock_timestamp()"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS seen (article, wanted)"
            f" WHERE {table}.article_id = seen.article AND {table}.done < seen.wanted",
            [[article for article, _ in seen], [wanted for _, wanted in seen]],
        )

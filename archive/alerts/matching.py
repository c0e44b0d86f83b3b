"""Asks the saved searches about what was indexed anew.

The promise: each search has at most one alert for a version (a constraint of the database), sees only what its owner
may see, and is asked again after a crash. Whether a new version starts or stops matching is read from the index, which
holds all versions; whether a version of before does, by a tag, a story or a name that changed, from what was remembered
before the index heard of it. An article that the index has not heard of yet is asked about later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from archive.articles.saved import request_of, watching
from archive.engine import search_engine
from archive.models import Alert, AlertEntry, Article, IndexEntry, SavedSearch
from archive.models.outbox import MOST_ATTEMPTS
from archive.search import QueryError

BATCH = 500


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
    if matched.now and matched.before:
        return Alert.Event.CHANGED
    return turn_of(matched.before, matched.now)


def turn_of(before: bool, now: bool) -> str | None:
    """Return what there is to say when the text stayed the same, None when nothing is."""
    if before == now:
        return None
    return Alert.Event.STARTS if now else Alert.Event.STOPS


def match_waiting(now: datetime) -> int:
    """Ask the watching searches about the articles that wait; returns how many alerts there are more.

    Raises EngineError when the index can't be read: the articles go on waiting.
    """
    made = 0
    while True:
        known = IndexEntry.objects.waiting().filter(article=OuterRef("article"), attempts__lt=MOST_ATTEMPTS)
        seen = list(AlertEntry.objects.waiting().filter(~Exists(known.order_by()))[:BATCH])
        if not seen:
            return made
        for search in watching():
            made += _match(search, seen, now)
        _settle([(entry.article_id, entry.wanted) for entry in seen])


def _match(search: SavedSearch, seen: Sequence[AlertEntry], now: datetime) -> int:
    entries = {entry.article_id: entry for entry in seen}
    visible = Article.objects.visible_to(search.owner, now).filter(pk__in=list(entries), current_version__isnull=False)
    versions = {article.pk: article.current_version for article in visible.select_related("current_version")}
    told = Alert.objects.filter(search=search, version__in=versions.values()).values_list("article_id", flat=True)
    # Once a version.
    untold = {article: version for article, version in versions.items() if article not in set(told)}
    fresh = {article for article, version in untold.items() if version.recorded_at >= search.watched_since}
    remembered = {article for article in untold if _remembers(entries[article], search)}
    asked = fresh | remembered
    if not asked:
        return 0
    try:
        request = request_of(search, asked, now, all_versions=True)
    except QueryError as error:
        SavedSearch.objects.filter(pk=search.pk).update(last_error=str(error))
        return 0
    hits = {(hit.article, hit.version) for hit in search_engine().search(request).hits}
    alerts = []
    for article in sorted(asked):
        version = untold[article]
        matches = (article, version.number) in hits
        if article in fresh:
            event = event_of(Matched(version.number, matches, (article, version.number - 1) in hits))
        else:
            event = turn_of(search.pk in (entries[article].before or ()), matches)
        if event:
            alerts.append(Alert(search=search, article_id=article, version=version, event=event, created_at=now))
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)
    return len(alerts)


def _remembers(entry: AlertEntry, search: SavedSearch) -> bool:
    """Say whether it is known if a search found the article before it changed."""
    return entry.before_at is not None and entry.before_at >= search.watched_since


def _settle(seen: Sequence[tuple[int, int]]) -> None:
    table = connection.ops.quote_name(AlertEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET done = seen.wanted, done_at = clock_timestamp()"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS seen (article, wanted)"
            f" WHERE {table}.article_id = seen.article AND {table}.done < seen.wanted",
            [[article for article, _ in seen], [wanted for _, wanted in seen]],
        )

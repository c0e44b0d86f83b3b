"""Remembers which saved searches found an article before the index hears what changed of it.

The promise: written before the index is, and kept until the alerts were asked, so that also a change without a new
version, such as a tag or a story, tells who watches that the article begins or ceases to match; a crash in between
loses nothing. Where nobody watches nothing is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from django.db import connection

from archive import clock
from archive.articles.saved import request_of, watching
from archive.engine import search_engine
from archive.models import AlertEntry
from archive.search import QueryError


def remember_matches(articles: Sequence[int]) -> bool:
    """Note for each article which watching searches find it now, and that they are to be asked about it; says whether
    anybody watches.

    What is noted of an article that waits already stays: that is how things stood before the first change.
    """
    searches = list(watching())
    if not searches:
        return False
    now = clock.now()
    before: dict[int, list[int]] = defaultdict(list)
    for search in searches:
        with suppress(QueryError):
            for hit in search_engine().search(request_of(search, articles, now, all_versions=False)).hits:
                before[hit.article].append(search.pk)
    table = connection.ops.quote_name(AlertEntry._meta.db_table)
    ids = sorted(set(articles))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (article_id, wanted, done, attempts, last_error, wanted_at, before, before_at)"
            " SELECT seen.id, 1, 0, 0, '', clock_timestamp(), seen.before::bigint[], %s"
            " FROM unnest(%s::bigint[], %s::text[]) AS seen (id, before)"
            f" ON CONFLICT (article_id) DO UPDATE SET wanted = {table}.wanted + 1, wanted_at = clock_timestamp(),"
            f" before = CASE WHEN {table}.wanted > {table}.done THEN {table}.before ELSE excluded.before END,"
            f" before_at = CASE WHEN {table}.wanted > {table}.done THEN {table}.before_at ELSE excluded.before_at END",
            [now, ids, ["{" + ",".join(map(str, before[article])) + "}" for article in ids]],
        )
    return True

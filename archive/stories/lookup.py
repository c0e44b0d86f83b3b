"""The few articles and stories a placement has to look at, fetched from PostgreSQL.

The promise: two questions to the postings (the window around the article's day, and its rarest terms over the whole
archive) and one to the stories, each bounded, however much the archive holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db import connection

from .candidates import (
    ARCHIVE_TERMS,
    CANDIDATES,
    COMMON_FROM,
    POSTED_TERMS,
    STORIES_COMPARED,
    WINDOW_DAYS,
    weightiest,
)
from .placement import StoryView
from .similarity import MEMBERS_COMPARED, Entry
from .vectors import UNDATED, entry_of

# Both questions use the primary key of the postings, (term, day, article).
_WINDOW = """
SELECT posting.article_id, sum(posting.weight * asked.weight) AS near
FROM unnest(%(terms)s::text[], %(weights)s::float8[]) AS asked (term, weight)
JOIN archive_posting AS posting ON posting.term = asked.term
    AND posting.day >= %(since)s AND posting.day <= %(until)s
GROUP BY posting.article_id ORDER BY near DESC, posting.article_id LIMIT %(limit)s
"""
_ANY_DAY = """
SELECT posting.article_id, sum(posting.weight * asked.weight) AS near
FROM unnest(%(terms)s::text[], %(weights)s::float8[]) AS asked (term, weight)
JOIN archive_posting AS posting ON posting.term = asked.term
WHERE NOT EXISTS (
    SELECT FROM archive_termcount AS held WHERE held.term = asked.term AND held.articles >= %(common)s)
GROUP BY posting.article_id ORDER BY near DESC, posting.article_id LIMIT %(limit)s
"""
# The members of a story nearest in time: membership by story, vector by article.
_MEMBERS = """
SELECT near.story_id, member.article_id, member.day, member.vector::text
FROM unnest(%(stories)s::bigint[]) AS near (story_id)
CROSS JOIN LATERAL (
    SELECT vector.article_id, vector.day, vector.vector
    FROM archive_membership AS placed JOIN archive_termvector AS vector USING (article_id)
    WHERE placed.story_id = near.story_id AND placed.article_id <> %(article)s
    ORDER BY abs(coalesce(vector.day, %(day)s) - %(day)s), vector.article_id
    LIMIT %(limit)s
) AS member
"""


def candidates(entry: Entry) -> dict[int, float]:
    """Return the articles that share weighty terms with this one, with a rough nearness, the nearest first."""
    found: dict[int, float] = {}
    with connection.cursor() as cursor:
        for terms, sql, extra in _questions(entry):
            values = {"terms": [t for t, _ in terms], "weights": [w for _, w in terms], "limit": CANDIDATES + 1}
            cursor.execute(sql, values | extra)
            for article, near in cursor.fetchall():
                found[article] = max(near, found.get(article, 0.0))
    found.pop(entry.id, None)  # type: ignore[arg-type]
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _questions(entry: Entry) -> Iterable[tuple[list[tuple[str, float]], str, dict[str, object]]]:
    posted = weightiest(entry.vector, POSTED_TERMS)
    yield posted, _WINDOW, {"since": UNDATED, "until": UNDATED}
    if entry.day is None:
        yield posted, _ANY_DAY, {"common": COMMON_FROM}
        return
    day = date.fromordinal(entry.day)
    yield posted, _WINDOW, {"since": day - timedelta(WINDOW_DAYS), "until": day + timedelta(WINDOW_DAYS)}
    yield posted[:ARCHIVE_TERMS], _ANY_DAY, {"common": COMMON_FROM}


def stories_of(article_ids: Sequence[int]) -> dict[int, int]:
    """Return the story of each of these articles that has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT article_id, story_id FROM archive_membership WHERE article_id = ANY(%s)", [list(article_ids)]
        )
        return dict(cursor.fetchall())


def story_views(entry: Entry, found: Mapping[int, float]) -> list[StoryView]:
    """Return the stories of the best candidates, each with its members nearest in time to the article."""
    placed = stories_of(list(found))
    stories = list(dict.fromkeys(placed[article] for article in found if article in placed))[:STORIES_COMPARED]
    members: dict[int, list[Entry]] = {story: [] for story in stories}
    day = date.fromordinal(entry.day) if entry.day else UNDATED
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, {"stories": stories, "article": entry.id, "day": day, "limit": MEMBERS_COMPARED})
        for story, article, held_day, vector in cursor.fetchall():
            members[story].append(entry_of(article, held_day, json.loads(vector)))
    return [StoryView(story, entries) for story, entries in members.items() if entries]


def entries(article_ids: Iterable[int]) -> dict[int, Entry]:
    """Return articles as placement sees them; those that were never filed are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT article_id, day, vector::text FROM archive_termvector WHERE article_id = ANY(%s)",
            [list(article_ids)],
        )
        return {article: entry_of(article, day, json.loads(vector)) for article, day, vector in cursor.fetchall()}

"""What placement costs with the database: synthetic archives of two sizes, and articles placed one by one and in bulk.

A synthetic archive holds a thousand articles a day in stories of three; each article has POSTED_TERMS terms, ten of
them of its story alone, the rest drawn from a skewed vocabulary. It is written straight into the tables that placement
reads, on an archive's home of its own, which is removed afterwards.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

SIZES = {"100k": 100_000, "1m": 1_000_000}
A_DAY = 1000
STORY_TERMS = 10
WORDS = 200_000
# Most words of a text are of these; ten of each text may be any, so that about as many are new as in a real one.
COMMON_WORDS = 4_000
# Digits are spelled with letters, so that words are stemmed as words of a text are.
LETTERS = "bcdfghjkmp"
FIRST_DAY = date(2015, 1, 1)
# Ids of synthetic rows start here, out of the way of those that are placed.
FIRST_ID = 10_000_000

ONE_BY_ONE = 120
IN_BULK = 600

_FILL = """
SET session_replication_role = replica;
SET synchronous_commit = off;
CREATE TEMPORARY TABLE told AS
SELECT {first} + n AS article, {first} + n / 3 AS story, date '{day}' + (n / {a_day})::int AS day, terms
FROM generate_series(0, {size} - 1) AS n CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT term) AS terms FROM (
        SELECT translate('event' || ({first} + n / 3) || 'x' || k, '0123456789', '{letters}') AS term
        FROM generate_series(1, {story_terms}) AS k
        UNION ALL
        SELECT translate('word' || floor({words} * random() * random() + 0 * n)::int, '0123456789', '{letters}')
        FROM generate_series(1, {others})
    ) AS drawn
) AS of_it;
DROP INDEX IF EXISTS term_vector_by_day;
INSERT INTO archive_termvector (article_id, version_id, day, vector, weighed_among)
SELECT article, article, day, (SELECT jsonb_object_agg(term, 0.158) FROM unnest(terms) AS term), {size} FROM told;
INSERT INTO archive_story (id, title, title_is_pinned, created_at, changed_at, article_count, outlet_count)
SELECT DISTINCT story, 'Event ' || story, false, now(), now(), 3, 3 FROM told;
INSERT INTO archive_membership
    (article_id, story_id, role, role_is_pinned, origin, pinned, score, reasons, placed_at)
SELECT article, story, 'report', false, 'machine', false, 1, '[]', now() FROM told;
INSERT INTO archive_posting (term, day, article_id, weight)
SELECT term, day, article, 0.158 FROM told CROSS JOIN unnest(terms) AS term ORDER BY term, day, article;
INSERT INTO archive_termcount (term, articles)
SELECT term, count(*) FROM archive_posting GROUP BY term;
INSERT INTO archive_termcount (term, articles) VALUES ('', {size})
ON CONFLICT (term) DO UPDATE SET articles = excluded.articles;
DROP TABLE told;
ANALYZE archive_posting; ANALYZE archive_termvector; ANALYZE archive_membership; ANALYZE archive_termcount;
"""


@contextmanager
def own_home() -> Iterator[None]:
    """Open an archive's home of its own for the measurement, and remove it afterwards."""
    home = Path(tempfile.mkdtemp(prefix="archive-stories-"))
    os.environ["ARCHIVE_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    try:
        import django

        from newsroom.prepare import prepare_for

        prepare_for("migrate")
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        from newsroom.embedded import services

        connections.close_all()
        services().release()
        shutil.rmtree(home, ignore_errors=True)


def speed(sizes: dict[str, int] | None = None) -> dict[str, float]:
    """Return placement_ms_p50 for each size, and articles_per_s in bulk on the first of them."""
    figures: dict[str, float] = {}
    with own_home():
        for name, size in (sizes or SIZES).items():
            _empty()
            _fill(size)
            dice = random.Random(size)
            last = FIRST_DAY + timedelta(size // A_DAY - 1)
            _place(_write(20, dice, size, last))
            figures[f"placement_ms_p50.{name}"] = statistics.median(
                1000 * _place(_write(1, dice, size, last)) for _ in range(ONE_BY_ONE)
            )
            if "articles_per_s" not in figures:
                figures["articles_per_s"] = IN_BULK / _place(_write(IN_BULK, dice, size, last))
    return figures


def _fill(size: int) -> None:
    import psycopg

    from archive.stories.candidates import POSTED_TERMS
    from newsroom.embedded import services

    text = _FILL.format(
        first=FIRST_ID,
        day=FIRST_DAY,
        a_day=A_DAY,
        size=size,
        story_terms=STORY_TERMS,
        words=WORDS,
        letters=LETTERS,
        others=POSTED_TERMS - STORY_TERMS,
    )
    with psycopg.connect(services().superuser_dsn, autocommit=True) as connection:
        for statement in filter(str.strip, text.split(";")):
            connection.execute(statement)


def _empty() -> None:
    import psycopg

    from newsroom.embedded import services

    with psycopg.connect(services().superuser_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        tables = "archive_posting, archive_termcount, archive_termvector, archive_membership, archive_story"
        connection.execute(f"TRUNCATE {tables} CASCADE")
        connection.execute("TRUNCATE archive_placemententry")


def _write(count: int, dice: random.Random, size: int, last: date) -> int:
    """Record articles that tell events of the last days again, waiting to be placed; return how many."""
    from archive.articles.content import Content, Metadata
    from archive.articles.operations import create_article, find_or_create_outlet
    from archive.formats.base import DateReading

    spelled = str.maketrans("0123456789", LETTERS)
    for _ in range(count):
        story = FIRST_ID + (size - 1 - dice.randrange(A_DAY * 10)) // 3
        told = [f"event{story}x{k}" for k in range(1, STORY_TERMS + 1)] * 3
        told += [f"word{int(COMMON_WORDS * dice.random() * dice.random())}" for _ in range(190)]
        told += [f"word{dice.randrange(WORDS)}" for _ in range(10)]
        told = [word.translate(spelled) for word in told]
        dice.shuffle(told)
        body = "\n".join(" ".join(told[i : i + 24]) + "." for i in range(0, len(told), 24))
        day = last - timedelta(dice.randrange(3))
        create_article(
            outlet=find_or_create_outlet(name=f"Outlet {dice.randrange(30)}"),
            content=Content(headline=" ".join(told[:8]), body=body, language="en"),
            metadata=Metadata(published=DateReading(datetime(day.year, day.month, day.day), "day")),
            capture=None,
            at=datetime.now(UTC),
        )
    return count


def _place(count: int) -> float:
    """Place what waits; return the seconds it took. Raises RuntimeError when an article was not placed."""
    from archive.stories.assign import place_waiting

    begun = time.perf_counter()
    report = place_waiting(at=datetime.now(UTC), wait=True)
    took = time.perf_counter() - begun
    if report.placed != count or report.failed:
        raise RuntimeError(f"{report.placed} of {count} articles were placed, {report.failed} failed.")
    return took

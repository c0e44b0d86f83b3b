"""Carries what waits in the outbox into the search index.

The promise: one drainer at a time (an advisory lock of the database); it reads `wanted`, writes and commits the index,
and only then sets `done` to what it had read, so a crash repeats harmless work and an edit in between stays waiting.
What an engine merges beside its commits holds up no article: the drainer stays until that is over and carries what
comes. An index that is missing or damaged is rebuilt; a text that can't be indexed is put aside with its error and
never holds up the others. Nothing here can fail a save or an import.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from archive import clock, dispatch
from archive.engine import search_engine
from archive.models import ImportItem, ImportRun, IndexEntry
from archive.models.outbox import MOST_ATTEMPTS
from archive.search import EngineError, IndexDamaged, IndexMissing, Writing

from .documents import article_documents
from .remembering import remember_matches

log = logging.getLogger(__name__)

BATCH = 2000
# In a long backlog segments would pile up until it is through.
TIDY_EVERY = 16
# While the engine merges, what comes in is looked for so often, in seconds.
LOOK_EVERY = 0.1
# A drainer stays so long, in seconds; merges that go on then are waited for.
STAY = 600.0
# So long somebody who brought a single article is taken to wait for it.
AWAITED = timedelta(minutes=10)
DRAIN_LOCK = 0x41524348_01
REBUILD_LOCK = 0x41524348_02


@contextmanager
def advisory_lock(number: int, *, wait: bool) -> Iterator[bool]:
    """Hold a lock of the database session; yields whether it was got. It goes when this process dies."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def drain(*, wait: bool = False, limit: int | None = None) -> int:
    """Index what waits; returns how many articles were carried over, 0 when another drainer is at work.

    With `limit`, stops after so many articles; what is left waits for the next drain.
    """
    with advisory_lock(DRAIN_LOCK, wait=wait) as held:
        if not held:
            return 0
        with search_engine().writing() as index:
            return _carry_all(index, limit)


def _carry_all(index: Writing, limit: int | None) -> int:
    carried = batches = 0
    until = time.monotonic() + STAY
    while limit is None or carried < limit:
        seen = _next(min(BATCH, limit or BATCH))
        if seen:
            done = _carry(index, seen)
            carried += done
            batches += 1
            if batches % TIDY_EVERY == 0:
                index.tidy()
            if not done:
                break
        elif index.finish() or time.monotonic() > until:
            break
        else:
            time.sleep(LOOK_EVERY)
    return carried


def _next(most: int) -> list[tuple[int, int]]:
    """Return what is to be indexed next: articles that somebody brought one by one and waits for, then the longest
    waiting."""
    waiting = IndexEntry.objects.waiting().filter(attempts__lt=MOST_ATTEMPTS).values_list("article_id", "wanted")
    single = ImportRun.objects.filter(options__single=True, created_at__gte=clock.now() - AWAITED)
    awaited = ImportItem.objects.filter(run__in=list(single.values_list("pk", flat=True)), article__isnull=False)
    first = list(waiting.filter(article_id__in=list(awaited.values_list("article_id", flat=True)[:BATCH]))[:most])
    return first or list(waiting[:most])


def _carry(index: Writing, seen: Sequence[tuple[int, int]]) -> int:
    try:
        documents = article_documents([article for article, _ in seen], clock.now())
        watched = remember_matches([article for article, _ in seen])
        index.replace(documents)
    except (IndexMissing, IndexDamaged) as error:
        _note_error([article for article, _ in seen], error)
        raise
    except EngineError as error:
        _note_error([article for article, _ in seen], error)
        return 0
    except Exception as error:
        log.exception("A batch of %s articles could not be indexed; trying them one by one.", len(seen))
        return _one_by_one(index, seen) if len(seen) > 1 else _put_aside(seen[0][0], error)
    _settle(seen)
    if watched:
        # Now that the index knows the articles, the saved searches can be asked.
        with transaction.atomic():
            dispatch.deliver_alerts_soon()
    return len(seen)


def _one_by_one(index: Writing, seen: Sequence[tuple[int, int]]) -> int:
    return sum(_carry(index, [pair]) for pair in seen)


def _put_aside(article: int, error: Exception) -> int:
    _note_error([article], error)
    return 0


def _note_error(articles: Sequence[int], error: Exception) -> None:
    IndexEntry.objects.filter(article_id__in=articles).update(
        attempts=F("attempts") + (0 if isinstance(error, EngineError) else 1),
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def _settle(seen: Sequence[tuple[int, int]]) -> None:
    """Note what was indexed: `done` becomes what was read, not what is wanted by now."""
    table = connection.ops.quote_name(IndexEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET done = seen.wanted, done_at = clock_timestamp(), attempts = 0, last_error = ''"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS seen (article, wanted)"
            f" WHERE {table}.article_id = seen.article AND {table}.done < seen.wanted",
            [[article for article, _ in seen], [wanted for _, wanted in seen]],
        )


def settle(timeout: float = 60.0) -> bool:
    """Index what waits and wait for another drainer to finish what it holds; says whether nothing waits any more."""
    from .rebuild import drain_or_rebuild

    until = time.monotonic() + timeout
    while True:
        drain_or_rebuild()
        if not IndexEntry.objects.waiting().filter(attempts__lt=MOST_ATTEMPTS).exists():
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)

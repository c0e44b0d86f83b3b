"""What placement costs with the database: synthetic archives of two sizes, and articles placed one by one and in bulk.

A synthetic archive holds a thousand articles a day in stories of three, in all the tables that placement reads and
writes. As in the collections of real articles, a text has POSTED_TERMS terms that it is found by, drawn so that a
question meets a fifth as many postings as there are articles in its window (a third there), and some ninety more in
its vector. It is written straight into the tables, on an archive's home of its own, which is removed afterwards or kept
for the next time. What is placed are texts of 2,000 characters with names, quotes and sources; half of them tell an
event that the archive holds.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from benchmarks.stories_fill import A_DAY, FIRST_DAY, FIRST_ID, IN_A_STORY, fill_once
from benchmarks.stories_texts import OUTLETS, text_of

SIZES = {"100k": 100_000, "1m": 1_000_000}
ONE_BY_ONE = 120
IN_BULK = 800
# Events of so many days are told again.
DAYS_TOLD = 10
# As the collections' articles join in a quarter to six tenths of the cases, half of the texts tell an event anew.
NEW_EVENTS = 0.5


@contextmanager
def own_home(kept: Path | None = None) -> Iterator[Path]:
    """Open an archive's home of its own for the measurement: the folder `kept`, else one that is removed afterwards."""
    home = kept or Path(tempfile.mkdtemp(prefix="archive-stories-"))
    os.environ["ARCHIVE_HOME"] = str(home)
    try:
        from newsroom.prepare import open_archive

        open_archive()
        yield home
    finally:
        from django.db import connections

        from newsroom.embedded import services

        connections.close_all()
        services().release()
        if kept is None:
            shutil.rmtree(home, ignore_errors=True)


def speed(sizes: dict[str, int] | None = None, kept: Path | None = None) -> dict[str, float]:
    """Return placement_ms_p50 for each size, and articles_per_s in bulk on the first of them.

    Beside them the 95th hundredth, the time on a core (of this process, and of the database, the mean, as the clock of
    the latter ticks in hundredths of a second) and the share that joined. Archives that were filled are kept in the
    folder `kept`, where there is one, and used again.
    """
    figures: dict[str, float] = {}
    for name, size in (sizes or SIZES).items():
        home = kept / name if kept else None
        # A process knows one archive.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            figures |= alone.submit(measure, name, size, home, with_bulk="articles_per_s" not in figures).result()
    return figures


def measure(name: str, size: int, home: Path | None, *, with_bulk: bool) -> dict[str, float]:
    """Open an archive with so many articles and return what placing one more costs."""
    with own_home(home) as opened:
        fill_once(opened, size)
        return _measured(name, size, with_bulk=with_bulk)


def _measured(name: str, size: int, *, with_bulk: bool) -> dict[str, float]:
    from archive.models import Article
    from newsroom.celery import settle

    # An archive that was kept holds already what an earlier measurement placed.
    dice = random.Random(size + Article.objects.filter(pk__lt=FIRST_ID).count())
    settle()
    place(write(40, dice, size))
    walls, burnt, joined = [], [], 0
    for _ in range(ONE_BY_ONE):
        write(1, dice, size)
        before = _cpu_seconds()
        took, joins = place(1)
        walls.append(1000 * took)
        burnt.append([1000 * (now - then) for now, then in zip(_cpu_seconds(), before, strict=True)])
        joined += joins
    figures = {
        f"placement_ms_p50.{name}": statistics.median(walls),
        f"placement_ms_p95.{name}": statistics.quantiles(walls, n=20)[-1],
        f"placement_cpu_ms.{name}": statistics.mean(ours for ours, _ in burnt),
        f"placement_database_cpu_ms.{name}": statistics.mean(theirs for _, theirs in burnt),
        f"placement_joined.{name}": joined / ONE_BY_ONE,
    }
    if with_bulk:
        write(IN_BULK, dice, size)
        before = _cpu_seconds()
        figures["articles_per_s"] = IN_BULK / place(IN_BULK)[0]
        figures["articles_per_cpu_s"] = IN_BULK / (sum(_cpu_seconds()) - sum(before))
    return figures


def _cpu_seconds() -> tuple[float, float]:
    """Return the time that this process and its end of the database have spent on a core so far."""
    import psutil
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    times = psutil.Process(backend).cpu_times()
    return time.process_time(), times.user + times.system


def write(count: int, dice: random.Random, size: int) -> int:
    """Record articles of the last days, waiting to be placed; return how many."""
    from archive.articles.content import Content, Metadata
    from archive.articles.operations import create_article, find_or_create_outlet
    from archive.formats.base import DateReading

    last = FIRST_DAY + timedelta((size - 1) // A_DAY)
    for _ in range(count):
        story = FIRST_ID + (size - 1 - dice.randrange(A_DAY * DAYS_TOLD)) // IN_A_STORY
        headline, body = text_of(story if dice.random() >= NEW_EVENTS else dice.randrange(FIRST_ID), dice)
        day = last - timedelta(dice.randrange(3))
        create_article(
            outlet=find_or_create_outlet(name=f"Outlet {dice.randrange(OUTLETS)}"),
            content=Content(headline=headline, body=body, language="en"),
            metadata=Metadata(published=DateReading(datetime(day.year, day.month, day.day), "day")),
            capture=None,
            at=datetime.now(UTC),
        )
    return count


def place(count: int) -> tuple[float, int]:
    """Place what waits; return the seconds it took and how many joined. Raises RuntimeError when one was not placed."""
    from archive.stories.assign import place_waiting

    begun = time.perf_counter()
    report = place_waiting(at=datetime.now(UTC), wait=True)
    took = time.perf_counter() - begun
    if report.placed != count or report.failed:
        raise RuntimeError(f"{report.placed} of {count} articles were placed, {report.failed} failed.")
    return took, report.joined

"""Builds the search index anew beside the live one, then swaps.

The promise: bounded memory (chunks of articles); a rebuild that was killed goes on where it was; what changed meanwhile
is caught up under the drainer's lock before the swap; searches go on throughout on the old index, and what only it can
tell, whom an article matched before it changed, is noted before it goes. A broken old index is never needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta

from django.db import connection

from archive import clock
from archive.articles import legal
from archive.engine import ENGINES, search_engine
from archive.models import Article, IndexEntry
from archive.search import ArticleDocuments, IndexDamaged, IndexMissing

from .documents import article_documents
from .drain import BATCH, DRAIN_LOCK, REBUILD_LOCK, advisory_lock, drain
from .remembering import remember_matches

log = logging.getLogger(__name__)

# One commit takes so many articles, or so many characters of text where articles are long.
CHUNK = 8000
PART = 1000
CHARACTERS = 24_000_000
# By then the transaction of an erasure has committed, and what is read from the database no longer holds the words.
SETTLED_AFTER = timedelta(minutes=1)


class RebuildRunning(Exception):
    """Another process is rebuilding the index; wait until it is done."""


def rebuild(engine_name: str | None = None, progress: Callable[[int, int], None] | None = None) -> int:
    """Build a new generation of the index and swap it in; returns how many articles it holds.

    Raises RebuildRunning when another process is at it.
    """
    engine = search_engine(engine_name)
    with advisory_lock(REBUILD_LOCK, wait=False) as held:
        if not held:
            raise RebuildRunning("Another process is rebuilding the index; wait until it is done.")
        generation = engine.begin()
        held_already = sorted({entry.article for entry in generation.entries()})
        after = held_already[-1] if held_already else 0
        total = Article.objects.filter(merged_into=None).count()
        built = len(held_already)
        with closing(batches(after)) as coming:
            for number in generation.fill(coming, total):
                built += number
                if progress:
                    progress(built, total)
        # Merging what was built takes a while, so it is done before the drainer is made to wait.
        generation.tidy()
        with advisory_lock(DRAIN_LOCK, wait=True):
            changed = IndexEntry.objects.filter(wanted_at__gte=generation.started_at).values_list(
                "article_id", flat=True
            )
            late = Article.objects.filter(created_at__gte=generation.started_at).values_list("pk", flat=True)
            catch_up = sorted(set(changed) | set(late))
            for at in range(0, len(catch_up), CHUNK):
                generation.replace(article_documents(catch_up[at : at + CHUNK], clock.now()))
            if engine.name == search_engine().name:
                _remember_waiting()
            generation.promote()
    drain()
    return built


def _remember_waiting() -> None:
    """Note which saved searches find the articles that wait, while the index of before can still say: the new one knows
    of their change already, so the drainer that carries them finds no difference any more."""
    waiting = list(IndexEntry.objects.waiting().values_list("article_id", flat=True))
    with suppress(IndexMissing, IndexDamaged):
        for at in range(0, len(waiting), BATCH):
            if not remember_matches(waiting[at : at + BATCH]):
                return


def batches(after: int) -> Iterator[list[ArticleDocuments]]:
    """Yield the documents for one commit after the other, of the articles numbered above `after`.

    While one batch is written the next is read, by a thread with a connection of its own: two are held at most.
    """
    with ThreadPoolExecutor(1, "reading") as reader:
        try:
            coming = reader.submit(_next_documents, after)
            while documents := coming.result():
                coming = reader.submit(_next_documents, documents[-1].article)
                yield documents
        finally:
            # The connection of that thread, not of this one.
            reader.submit(lambda: connection.close()).result()


def _next_documents(after: int) -> list[ArticleDocuments]:
    """Return the documents for the next commit, of the articles numbered above `after`."""
    found: list[ArticleDocuments] = []
    size = 0
    while len(found) < CHUNK and size < CHARACTERS:
        articles = Article.objects.filter(pk__gt=after, merged_into=None).order_by("pk")
        ids = list(articles.values_list("pk", flat=True)[: min(PART, CHUNK - len(found))])
        if not ids:
            break
        part = article_documents(ids, clock.now())
        found += part
        size += sum(len(document.body) for entry in part for document in entry.documents)
        after = ids[-1]
    return found


def drain_or_rebuild() -> int:
    """Index what waits; an index that is missing, damaged, or older than an erasure is rebuilt.

    Returns how many articles were carried. Where nothing waits, segments that have become many are merged.
    """
    try:
        search_engine().languages()
        carried = drain()
        if not carried:
            with advisory_lock(DRAIN_LOCK, wait=False) as held:
                if held:
                    search_engine().tidy()
        forget_erased()
        return carried
    except IndexMissing:
        log.info("There is no search index yet, or its folder was removed; it is made now.")
    except IndexDamaged as error:
        log.warning("%s It is rebuilt now.", error)
    with suppress(RebuildRunning):
        return rebuild()
    return 0


def forget_erased() -> None:
    """Build every index anew that was begun before the last erasure: the files of a document that was taken out of an
    index keep its words until they are written again."""
    erased_at = legal.last_erasure_at()
    if erased_at is None or clock.now() < erased_at + SETTLED_AFTER:
        return
    for name in ENGINES:
        with suppress(IndexMissing, RebuildRunning):
            if search_engine(name).begun_at() < erased_at + SETTLED_AFTER:
                log.info("The %s index is built anew: a text was erased.", name)
                rebuild(name)

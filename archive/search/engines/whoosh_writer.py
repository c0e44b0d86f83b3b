"""Writing a Whoosh index: one commit a batch, merges that read whole arrays, files brought to the disk.

The promise: a commit either happened or did not; a failed one leaves no lock behind; when `write` returns, the files
are on the disk (Whoosh itself never calls fsync) and superseded versions are marked deleted. Merging is bounded in
memory (`whoosh_merge`).

Traps of Whoosh 2.7.4 heeded here: compound segments are never written (readers would copy them into private memory);
the write lock is released after any failure; procs stays 1 (a Celery worker may not have children); temporary folders
that a killed writer left are swept; un-deleting is never used (Whoosh would forget all that is deleted).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, LockError
from whoosh.writing import SegmentWriter

from ..contract import ArticleDocuments, EngineError
from .generations import sync_folder
from .whoosh_codec import ROW, ArchiveCodec, schema
from .whoosh_merge import merge
from .whoosh_pool import Pool
from .whoosh_segments import read_rows

FANOUT = 8
# A merge holds the terms of all its segments in memory.
MOST_AT_ONCE = 16
LARGEST_QUICK_MERGE = 3_000
UNBOUND = 2**31
LOCK_WAIT = 30.0
STALE_AFTER = 3600


def create(folder: Path) -> None:
    """Create an empty index in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    FileIndex.create(FileStorage(str(folder)), schema())


@contextmanager
def _writer(folder: Path) -> Any:
    index = FileIndex(FileStorage(str(folder)))
    try:
        writer = SegmentWriter(index, timeout=LOCK_WAIT, codec=ArchiveCodec(), compound=False)
    except LockError:
        raise EngineError("Another process is writing the search index; try again in a moment.") from None
    writer.pool = Pool()
    try:
        yield writer
    except BaseException:
        with suppress(Exception):
            if not writer.is_closed:
                writer.cancel()
        raise
    finally:
        # Whoosh leaves its lock held when a commit or a cancel fails half-way.
        if not writer.is_closed and writer.writelock:
            with suppress(Exception):
                writer.writelock.release()


def _mark_deleted(folder: Path, writer: SegmentWriter, articles: Sequence[int]) -> None:
    wanted = np.array(articles, np.uint64)
    for segment in writer.segments:
        rows = read_rows(folder, segment)
        for docnum in np.flatnonzero(np.isin(rows["article"], wanted)):
            if not segment.is_deleted(int(docnum)):
                segment.delete_document(int(docnum))


def _live(segment: Any) -> int:
    return segment.doc_count_all() - segment.deleted_count()


def due(sizes: Sequence[int], largest: int) -> list[int]:
    """Return which segments to merge, by their places: a full level of similar sizes, the smallest level first.

    `largest` bounds what one merge may rewrite, so that a single new article never waits for a big one.
    """
    levels: dict[int, list[int]] = {}
    for place, size in enumerate(sizes):
        levels.setdefault(max(0, int(np.log(max(size, 1)) / np.log(FANOUT))), []).append(place)
    for level in sorted(levels):
        places = levels[level]
        if len(places) >= FANOUT and sum(sizes[place] for place in places) <= largest:
            return places[:MOST_AT_ONCE]
    return []


def _chosen(segments: Sequence[Any], largest: int) -> list[Any]:
    """Return the segments to merge: those that are mostly deleted, and a full level."""
    chosen = [s for s in segments if s.deleted_count() * 2 > s.doc_count_all() and _live(s) <= largest]
    full = [segments[place] for place in due([_live(segment) for segment in segments], largest)]
    return chosen + [segment for segment in full if segment not in chosen]


def _policy(folder: Path, largest: int) -> Callable[[Any, list[Any]], list[Any]]:
    def policy(writer: Any, segments: list[Any]) -> list[Any]:
        chosen = _chosen(segments, largest)
        if not chosen:
            return segments
        kept = [segment for segment in segments if segment not in chosen]
        living = [segment for segment in chosen if _live(segment)]
        return [*kept, merge(folder, writer, living)] if living else kept

    return policy


def _known(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _bring_to_disk(folder: Path, before: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in before and path.is_file():
            with suppress(FileNotFoundError), path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _sweep(folder: Path) -> None:
    """Remove what killed writers left: temporary folders and files older than an hour."""
    for path in folder.iterdir():
        with suppress(OSError):
            old = time.time() - path.stat().st_mtime > STALE_AFTER
            if old and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif old and ".toc." in path.name:
                path.unlink()


def write(folder: Path, articles: Sequence[ArticleDocuments], largest: int = LARGEST_QUICK_MERGE) -> None:
    """Replace what the index holds of the articles by these documents, in one commit that is on the disk at return."""
    before = _known(folder)
    with _writer(folder) as writer:
        _mark_deleted(folder, writer, [entry.article for entry in articles])
        for entry in articles:
            for document in entry.documents:
                writer.pool.add(document)
        writer.docnum = writer.pool.count
        writer._added = bool(writer.pool.count)
        writer.perdocwriter.add(bytes(writer.pool.rows))
        writer.commit(mergetype=_policy(folder, largest))
    _bring_to_disk(folder, before)
    _sweep(folder)


def tidy(folder: Path) -> None:
    """Merge full levels of any size and segments that are mostly deleted; does nothing where there are none."""
    while True:
        segments = TOC.read(FileStorage(str(folder)), "MAIN").segments
        if not _chosen(segments, UNBOUND):
            return
        write(folder, [], UNBOUND)


__all__ = ["ROW", "create", "due", "tidy", "write"]

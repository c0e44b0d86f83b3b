"""Writing a Whoosh index: one commit a batch, merges that read whole arrays, files brought to the disk.

The promise: a commit either happened or did not; a failed one leaves no lock behind; when `write` returns, the files
are on the disk (Whoosh itself never calls fsync) and superseded versions are marked deleted. Merging streams term by
term, so its memory does not grow with the index.

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
from heapq import merge as merge_sorted
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, LockError
from whoosh.writing import SegmentWriter

from ..contract import ArticleDocuments, EngineError
from .generations import sync_folder
from .whoosh_codec import ROW, ArchiveCodec, Pool, schema
from .whoosh_documents import prepare
from .whoosh_segments import Segment, read_rows

FANOUT = 8
LARGEST_QUICK_MERGE = 3_000
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


def _add(writer: SegmentWriter, prepared: dict[str, Any]) -> None:
    """Add a document's row and postings, past Whoosh's own loop over every posting."""
    row = prepared.pop("row")
    writer.perdocwriter.start_doc(writer.docnum)
    writer.perdocwriter.add_column_value("row", writer.schema["row"].column_type, row)
    writer.perdocwriter.finish_doc()
    writer.pool.add_document(writer.docnum, prepared)
    writer.docnum += 1
    writer._added = True


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
            return places
    return []


def _policy(folder: Path, largest: int) -> Callable[[Any, list[Any]], list[Any]]:
    def policy(writer: Any, segments: list[Any]) -> list[Any]:
        kept = [segment for segment in segments if _live(segment)]
        chosen = [
            segment
            for segment in kept
            if segment.deleted_count() * 2 > segment.doc_count_all() and _live(segment) <= largest
        ]
        for place in due([_live(segment) for segment in kept], largest):
            if kept[place] not in chosen:
                chosen.append(kept[place])
        if not chosen:
            return kept
        merged = merge(folder, writer, chosen)
        return [segment for segment in kept if segment not in chosen] + [merged]

    return policy


def merge(folder: Path, writer: Any, segments: Sequence[Any]) -> Any:
    """Return a new segment that holds the living documents of the given ones, in their order."""
    views = [Segment(folder, segment) for segment in segments]
    maps, base = [], 0
    for view in views:
        numbers = np.full(view.count, -1, np.int64)
        living = np.flatnonzero(view.alive)
        numbers[living] = np.arange(base, base + len(living))
        base += len(living)
        maps.append(numbers)
    new = writer.codec.new_segment(writer.storage, writer.indexname)
    rows = writer.codec.per_document_writer(writer.storage, new)
    docnum = 0
    for view in views:
        for row in view.rows[view.alive]:
            rows.start_doc(docnum)
            rows.add_column_value("row", writer.schema["row"].column_type, row.tobytes())
            rows.finish_doc()
            docnum += 1
    rows.close()
    terms = writer.codec.field_writer(writer.storage, new)
    terms.add_postings(writer.schema, None, _merged_postings(views, maps))
    terms.close()
    new.set_doc_count(base)
    for view in views:
        view.close()
    return new


def _merged_postings(views: list[Segment], maps: list[np.ndarray]) -> Any:
    def keyed(place: int, view: Segment) -> Any:
        for field, term in view.terms():
            yield field, term, place

    last: tuple[str, bytes] | None = None
    places: list[int] = []

    def gather() -> Any:
        assert last is not None
        ids, weights, counts, positions = [], [], [], []
        for place in places:
            view = views[place]
            found, weight, count, packed = view.raw(last[0], last[1], True)
            mapped = maps[place][found]
            kept = mapped >= 0
            ids.append(mapped[kept].astype(np.uint32))
            weights.append((np.ones(len(found), np.float32) if weight is None else weight)[kept])
            if count is None:
                counts.append(np.zeros(int(kept.sum()), np.uint16))
            else:
                counts.append(count[kept])
                flat = np.frombuffer(packed, np.uint32)
                positions.append(flat[np.repeat(kept, count)].tobytes())
        merged = np.concatenate(ids)
        if not len(merged):
            return None
        arrays = (merged.tobytes(), np.concatenate(weights).tobytes(), np.concatenate(counts).tobytes())
        return (*last, merged, *arrays, b"".join(positions))

    for field, term, place in merge_sorted(*(keyed(place, view) for place, view in enumerate(views))):
        if (field, term) != last:
            if last is not None and (item := gather()):
                yield item
            last, places = (field, term), []
        places.append(place)
    if last is not None and (item := gather()):
        yield item


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
                _add(writer, prepare(document))
        writer.commit(mergetype=_policy(folder, largest))
    _bring_to_disk(folder, before)
    _sweep(folder)


def tidy(folder: Path) -> None:
    """Merge full levels of any size and segments that are mostly deleted."""
    segments = TOC.read(FileStorage(str(folder)), "MAIN").segments
    while True:
        write(folder, [], largest=2**31)
        after = TOC.read(FileStorage(str(folder)), "MAIN").segments
        if len(after) >= len(segments):
            return
        segments = after


__all__ = ["ROW", "create", "due", "merge", "tidy", "write"]

"""The embedded search engine: Whoosh's index on the local disk, searched through arrays.

The promise: as `contract` says. A new view of the index is opened when its table of contents moved on (never
`Searcher.refresh()`, which returns stale and doubled hits); segments that stayed are kept open; a segment that vanished
between reading the table and opening it is tried again. Views are opened anew after a fork.
"""

from __future__ import annotations

import os
import pickle
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError
from whoosh.index import IndexError as WhooshIndexError

from ..contract import ArticleDocuments, IndexDamaged, IndexMissing, changed_articles
from ..plan import Planner
from ..query import which_versions
from ..types import Counts, Entry, FacetCount, Hit, Order, SearchRequest, SearchResult, Statistics
from . import whoosh_writer
from .filing import microseconds
from .generations import Generations, folder_size
from .whoosh_codec import damaged_files
from .whoosh_counting import commonest
from .whoosh_evaluate import TEXT_ZONES, Evaluator, Weighing, near_terms
from .whoosh_segments import UNDATED_MONTH, Segment

RETRIES = 8
NAME = "MAIN"
DAMAGE = (WhooshIndexError, OSError, ValueError, KeyError, IndexError, EOFError, TypeError, AttributeError,
          AssertionError, pickle.UnpicklingError, zlib.error, ImportError, MemoryError, OverflowError)  # fmt: skip


class View:
    """The segments of one commit of one generation."""

    def __init__(self, folder: Path, number: int, segments: list[Segment]) -> None:
        self.folder = folder
        self.number = number
        self.segments = segments
        self.pid = os.getpid()
        self.weighing = Weighing(segments, None)
        self.languages = tuple(sorted({value for s in segments for value in s.facet("language")[0]}))


def _latest(folder: Path) -> int:
    return int(TOC._latest_generation(FileStorage(str(folder)), NAME))


def _open(folder: Path, before: View | None) -> View:
    storage = FileStorage(str(folder))
    number = _latest(folder)
    if number < 0:
        raise IndexDamaged(f"The search index in {folder} has no table of contents; run: manage.py rebuild_index")
    contents = TOC.read(storage, NAME, gen=number)
    kept = (
        {s.name: s for s in before.segments} if before and before.folder == folder and before.pid == os.getpid() else {}
    )
    return View(folder, number, [_segment(folder, s, kept.get(s.segment_id())) for s in contents.segments])


def _segment(folder: Path, segment: object, known: Segment | None) -> Segment:
    if known is not None and len(known.deleted) == segment.deleted_count():  # type: ignore[attr-defined]
        return known
    return Segment(folder, segment, known)


class WhooshIndex:
    """One generation on the disk, to write to and to list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the index hold exactly these documents of these articles."""
        with self._damage_named():
            whoosh_writer.write(self.folder, list(changed_articles(articles).values()))

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            yield
        except DAMAGE as error:
            raise IndexDamaged(
                f"The search index in {self.folder} can't be written ({error!r}); run: manage.py rebuild_index"
            ) from error
        except EmptyIndexError as error:
            raise IndexDamaged(
                f"The search index in {self.folder} has no table of contents; run: manage.py rebuild_index"
            ) from error

    def tidy(self) -> None:
        """Merge small segments and drop deleted documents."""
        with self._damage_named():
            whoosh_writer.tidy(self.folder)

    def entries(self) -> Iterator[Entry]:
        """Yield what the index holds."""
        for segment in open_view(self.folder, None).segments:
            for row, is_open in zip(segment.rows()[segment.alive], segment.open[segment.alive], strict=True):
                yield Entry(
                    int(row["article"]), int(row["version"]), row["hash"].decode(), bool(row["flags"] & 1), not is_open
                )


class WhooshGeneration(WhooshIndex):
    """A generation being built."""

    def __init__(self, folder: Path, generations: Generations) -> None:
        super().__init__(folder)
        self.generations = generations
        self.started_at = generations.started_at(folder)

    def fill(self, batches: Iterable[Sequence[ArticleDocuments]], expected: int = 0) -> Iterator[int]:
        """Write one batch after the other."""
        for articles in batches:
            self.replace(articles)
            yield len(articles)

    def promote(self) -> None:
        """Make this generation the live one."""
        self.generations.promote(self.folder)

    def discard(self) -> None:
        """Remove this generation."""
        self.generations.discard(self.folder)


def open_view(folder: Path, before: View | None) -> View:
    """Return the newest view of an index; tries again when files went while it was opened."""
    for attempt in range(RETRIES):
        try:
            same = before is not None and before.folder == folder and before.pid == os.getpid()
            if before is not None and same and _latest(folder) == before.number:
                return before
            return _open(folder, before)
        except FileNotFoundError as error:
            if attempt == RETRIES - 1:
                raise IndexDamaged(
                    f"A file of the search index is missing ({error.filename}); run: manage.py rebuild_index"
                ) from error
            time.sleep(0.02 * (attempt + 1))
        except DAMAGE as error:
            if attempt == RETRIES - 1 or not isinstance(error, OSError):
                raise IndexDamaged(
                    f"The search index in {folder} can't be read ({error!r}); run: manage.py rebuild_index"
                ) from error
            time.sleep(0.02 * (attempt + 1))
    raise AssertionError("unreachable")


class WhooshEngine:
    """Searches and writes the live generation."""

    name = "whoosh"

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root)
        self._view: View | None = None
        self._lock = threading.Lock()

    def view(self) -> View:
        """Return the newest view of the live generation."""
        with self._lock:
            for attempt in range(RETRIES):
                folder = self.generations.live()
                try:
                    self._view = open_view(folder, self._view)
                    return self._view
                except IndexDamaged:
                    if attempt == RETRIES - 1 or self.generations.live() == folder:
                        raise
            raise AssertionError("unreachable")

    def live(self) -> WhooshIndex:
        """Return the live generation for writing; raises IndexMissing, never makes an empty index by itself."""
        return WhooshIndex(self.generations.live())

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the live index hold exactly these documents of these articles."""
        self.live().replace(articles)

    def entries(self) -> Iterator[Entry]:
        """Yield what the live index holds."""
        return WhooshIndex(self.generations.live()).entries()

    def begin(self) -> WhooshGeneration:
        """Return a new generation, or the unfinished one of before when it is sound."""
        folder = self.generations.building()
        if folder is not None:
            with suppress(IndexDamaged):
                open_view(folder, None)
                return WhooshGeneration(folder, self.generations)
            self.generations.discard(folder)
        folder = self.generations.start_building()
        whoosh_writer.create(folder)
        return WhooshGeneration(folder, self.generations)

    def languages(self) -> tuple[str, ...]:
        """Return the languages held."""
        return self.view().languages

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer a request."""
        view = self.view()
        try:
            return Answer(view, request).result()
        except DAMAGE as error:
            raise IndexDamaged(
                f"The search index can't be read ({error!r}); run: manage.py check_index --fix"
            ) from error

    def complete(self, beginning: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """Return forms that begin so, with the number of open current versions that hold them."""
        view = self.view()
        counts: dict[bytes, int] = {}
        for segment in view.segments:
            for zone in TEXT_ZONES:
                held = segment.fields.get(f"form_{zone}")
                if held is None:
                    continue
                first, last = held.beginning(beginning.encode())
                numbers = held.frequencies(first, last).tolist()
                for term, count in zip(held.texts(first, last), numbers, strict=True):
                    counts[term] = counts.get(term, 0) + count
        found: list[tuple[str, int]] = []
        for term in sorted(counts, key=lambda t: (-counts[t], t)):
            if len(found) >= limit and counts[term] < found[-1][1]:
                break
            if number := self._visible(view, term, hidden):
                found.append((term.decode(), number))
                found.sort(key=lambda pair: (-pair[1], pair[0]))
                del found[limit:]
        return found

    def similar_forms(self, form: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """Return forms spelt like this one in open current versions."""
        view = self.view()
        near: dict[str, float] = {}
        most = 1 if len(form) < 5 else 2
        for segment in view.segments:
            for zone in TEXT_ZONES:
                if (held := segment.fields.get(f"form_{zone}")) is not None:
                    near |= {term: away for term, away, _ in near_terms(held.lexicon(), form, most)}
        near.pop(form, None)
        counted = [(term, self._visible(view, term.encode(), hidden)) for term in near]
        kept = [pair for pair in counted if pair[1]]
        return sorted(kept, key=lambda pair: (near[pair[0]], -pair[1], pair[0]))[:limit]

    def count_form(self, form: str, hidden: frozenset[int]) -> int:
        """Return how many open current versions hold a form."""
        return self._visible(self.view(), form.encode(), hidden)

    def _visible(self, view: View, term: bytes, hidden: frozenset[int]) -> int:
        total = 0
        for segment in view.segments:
            ids = [segment.ids(f"form_{zone}", term)[0] for zone in TEXT_ZONES]
            mask = np.zeros(segment.count, bool)
            mask[np.concatenate(ids)] = True
            mask &= segment.alive & segment.open & segment.current
            if hidden:
                mask &= ~np.isin(segment.articles, np.fromiter(hidden, np.uint64, len(hidden)))
            total += int(mask.sum())
        return total

    def begun_at(self) -> datetime:
        """Return when the live generation was begun."""
        return self.generations.started_at(self.generations.live())

    def statistics(self) -> Statistics:
        """Return the state of the live index."""
        view = self.view()
        alive = sum(int(s.alive.sum()) for s in view.segments)
        rows = sum(s.count for s in view.segments)
        size = folder_size(self.generations.root)
        names = {s.name for s in view.segments}
        live = sum(p.stat().st_size for p in view.folder.iterdir() if p.name.split(".")[0] in names)
        return Statistics(
            documents=alive,
            deleted=rows - alive,
            segments=len(view.segments),
            size=size,
            live_size=int(live * alive / max(rows, 1)),
            generation=view.folder.name,
            languages=view.languages,
        )

    def verify(self) -> list[str]:
        """Read the whole live index and return what is damaged in it."""
        try:
            folder = self.generations.live()
            open_view(folder, None)
            segments = TOC.read(FileStorage(str(folder)), NAME).segments
            names = [name for segment in segments for name in damaged_files(folder, segment)]
        except (IndexMissing, IndexDamaged) as error:
            return [str(error)]
        except DAMAGE as error:
            return [f"The search index can't be read ({error!r}); run: manage.py rebuild_index"]
        return [f"{name} of the search index is damaged; run: manage.py rebuild_index" for name in names]

    def tidy(self) -> None:
        """Merge small segments and drop deleted documents."""
        self.live().tidy()

    @contextmanager
    def writing(self) -> Iterator[WhooshEngine]:
        """Lend this engine: a commit merges little, so there is nothing to hold open."""
        yield self

    def finish(self) -> bool:
        """Say that nothing is held open."""
        return True

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            if self._view is not None:
                for segment in self._view.segments:
                    segment.close()
            self._view = None


class Answer:
    """One request on one view."""

    def __init__(self, view: View, request: SearchRequest) -> None:
        self.view = view
        self.request = request
        self.until = None if request.captured_until is None else microseconds(request.captured_until)
        self.weighing = weighing = view.weighing if self.until is None else Weighing(view.segments, self.until)
        plan = Planner(view.languages, request.today).plan(request.query)
        self.all_versions = which_versions(request.query) == "all"
        self.months: tuple[dict[str, int], int] | None = None
        self.matches: list[tuple[Segment, np.ndarray, np.ndarray | None]] = []
        for segment in view.segments:
            mask, scores = Evaluator(segment, weighing).match(plan)
            self.matches.append((segment, mask & self._seen(segment), scores))

    def _seen(self, segment: Segment) -> np.ndarray:
        seen = segment.seen(current=not self.all_versions, open_only=not self.request.include_restricted)
        if self.request.hidden:
            hidden = np.fromiter(self.request.hidden, np.uint64, len(self.request.hidden))
            seen = seen & ~np.isin(segment.articles, hidden)
        if self.request.only is not None:
            only = np.fromiter(self.request.only, np.uint64, len(self.request.only))
            seen = seen & np.isin(segment.articles, only)
        if self.until is not None:
            assert self.weighing.kept is not None
            seen = seen & self.weighing.kept[segment.name]
        return seen

    def _rank(self, segment: Segment, scores: np.ndarray | None, docs: np.ndarray) -> np.ndarray:
        """Return what the documents are ordered by, largest first."""
        if self.request.order is Order.RELEVANCE:
            return np.zeros(len(docs), np.float32) if scores is None else scores[docs]
        published = segment.published[docs]
        if self.request.order is Order.NEWEST:
            return published
        # Undated articles come last in either direction.
        return np.where(published < -(2**61), -(2**62), -published)

    def _folded(self) -> tuple[dict[int, list[int]], int]:
        """Leave only the best of each group of near-copies in the matches; return the others by group, and how many.

        A group is an article and the ones that copy it; only those of which a copy matched are looked at.
        """
        if self.all_versions:
            return {}, 0
        copied = [segment.copies[mask & (segment.copies > 0)] for segment, mask, _ in self.matches]
        groups = np.unique(np.concatenate(copied)) if copied else np.zeros(0, np.uint64)
        if not len(groups):
            return {}, 0
        rows = []
        for place, (segment, mask, scores) in enumerate(self.matches):
            key = np.where(segment.copies > 0, segment.copies, segment.articles)
            docs = np.flatnonzero(mask & np.isin(key, groups))
            ranks = self._rank(segment, scores, docs)
            for doc, rank in zip(docs, ranks, strict=True):
                article, version = int(segment.articles[doc]), int(segment.versions[doc])
                rows.append((int(key[doc]), -rank, -article, -version, place, int(doc)))
        rows.sort()
        others: dict[int, list[int]] = {}
        removed = 0
        for group, _, below, _, place, docnum in rows:
            if group in others:
                others[group].append(-below)
                self.matches[place][1][docnum] = False
                removed += 1
            else:
                others[group] = []
        return others, removed

    def result(self) -> SearchResult:
        """Return the answer."""
        total = int(sum(mask.sum() for _, mask, _ in self.matches))
        facets = {name: self._facet(name) for name in self.request.facets}
        histogram, undated = self._histogram() if self.request.histogram else ((), 0)
        others, removed = self._folded() if self.request.fold_copies else ({}, 0)
        hits = self._hits(others)
        counts = Counts(facets, histogram, undated)
        return SearchResult(total, hits, total - removed, lambda: counts)

    def _hits(self, others: dict[int, list[int]]) -> tuple[Hit, ...]:
        wanted = self.request.offset + self.request.limit
        if not self.request.limit:
            return ()
        rows = []
        for place, (segment, mask, scores) in enumerate(self.matches):
            docs, ranks = self._best(segment, np.flatnonzero(mask), scores, wanted)
            if len(docs):
                rows.append((ranks, segment.articles[docs], segment.versions[docs], np.full(len(docs), place), docs))
        if not rows:
            return ()
        ranks, articles, versions, places, docs = (np.concatenate(column) for column in zip(*rows, strict=True))
        order = np.lexsort((-versions.astype(np.int64), -articles.astype(np.int64), -ranks))[
            self.request.offset : wanted
        ]
        hits = []
        for at in order:
            segment, _, scores = self.matches[places[at]]
            doc = docs[at]
            hits.append(
                Hit(
                    int(articles[at]),
                    int(versions[at]),
                    0.0 if scores is None else round(float(scores[doc]), 6),
                    bool(segment.current[doc]),
                    tuple(dict.fromkeys(others.get(int(segment.copies[doc] or articles[at]), ()))),
                )
            )
        return tuple(hits)

    def _best(
        self, segment: Segment, docs: np.ndarray, scores: np.ndarray | None, wanted: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return as many documents as are wanted, the best, and their ranks; ties go to the newer article."""
        ranks = self._rank(segment, scores, docs)
        if len(docs) <= wanted:
            return docs, ranks
        least = np.partition(ranks, len(ranks) - wanted)[len(ranks) - wanted]
        better, tied = np.flatnonzero(ranks > least), np.flatnonzero(ranks == least)
        room = wanted - len(better)
        if len(tied) > room:
            held = docs[tied]
            age = segment.articles[held] << np.uint64(20) | segment.versions[held]
            tied = tied[np.argpartition(age, len(age) - room)[len(age) - room :]]
        kept = np.concatenate((better, tied))
        return docs[kept], ranks[kept]

    def _facet(self, name: str) -> tuple[FacetCount, ...]:
        if name == "month":
            counts = self._months()[0]
            return tuple(
                FacetCount(month, counts[month]) for month in sorted(counts, reverse=True)[: self.request.facet_size]
            )
        counted = []
        for segment, mask, _ in self.matches:
            values, docs, places = segment.facet(name)
            if values:
                counted.append((values, np.bincount(places[mask[docs]], minlength=len(values))))
        return tuple(FacetCount(value, count) for value, count in commonest(counted, self.request.facet_size))

    def _months(self) -> tuple[dict[str, int], int]:
        if self.months is None:
            found: dict[str, int] = {}
            undated = 0
            for segment, mask, _ in self.matches:
                months = segment.months()[mask]
                dated = months[months != UNDATED_MONTH]
                undated += len(months) - len(dated)
                if not len(dated):
                    continue
                first = int(dated.min())
                counts = np.bincount(dated - first)
                for place in np.flatnonzero(counts).tolist():
                    month = first + place
                    name = f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"
                    found[name] = found.get(name, 0) + int(counts[place])
            self.months = found, undated
        return self.months

    def _histogram(self) -> tuple[tuple[FacetCount, ...], int]:
        found, undated = self._months()
        return tuple(FacetCount(month, found[month]) for month in sorted(found)), undated


__all__ = ["WhooshEngine"]

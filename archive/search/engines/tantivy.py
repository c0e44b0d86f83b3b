"""The engine for big archives on one machine: Tantivy's index on the local disk.

The promise: as `contract` says. How it is written, and what a dying writer leaves, is told in `tantivy_writing`.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from ..contract import ArticleDocuments, EngineError, IndexDamaged
from ..types import Counts, Entry, SearchRequest, SearchResult, Statistics
from .generations import Generations, folder_size, write_durably
from .tantivy_answer import Answer, Begin, count
from .tantivy_compile import FORMS, Compiler, either
from .tantivy_schema import FORMAT, frequent_in, schema
from .tantivy_writing import (
    FREQUENT_FILE,
    MANIFEST,
    LiveWriting,
    Writer,
    damage_named,
    files_of,
    frequent_of,
    is_sound,
    prepared,
    segments_of,
)

FORMAT_FILE = "format"
# Below so many articles phrases are found quickly enough by the places of their words.
PAIRED_FROM = 500_000
CHUNK = 50_000
MANY = 24
BESIDE = 2
REMEMBERED = 100


class View:
    """One opened state of one generation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = os.getpid()
        if format_of(folder) != FORMAT:
            raise IndexDamaged(f"The search index in {folder} is of another format; run: manage.py rebuild_index")
        self.index = tantivy.Index.open(str(folder))
        self.index.config_reader("manual")
        self.index.reload()
        self.stamp = _stamp(folder)
        self._read()

    def _read(self) -> None:
        self.searcher = self.index.searcher()
        self.schema = self.index.schema
        self.compiler = Compiler(self.schema, frequent_of(self.folder))
        self.counted: dict[Any, Counts] = {}
        counted = self.searcher.aggregate(
            Query.all_query(),
            {
                "languages": {"terms": {"field": "facet_language", "size": 1000}},
                "newest": {"max": {"field": "captured"}},
            },
        )
        newest = counted["newest"]["value"]
        self.newest = None if newest is None else int(newest)
        held = {name: self.searcher.terms_with_prefix(name, "", None, 2) for name in ("facet_outlet", "facet_language")}
        self.columns_alike = {name: terms[0][0] for name, terms in held.items() if len(terms) == 1}
        self.languages = tuple(sorted(bucket["key"] for bucket in counted["languages"]["buckets"]))

    def refreshed(self) -> View:
        """Return this view, moved to the newest commit."""
        stamp = _stamp(self.folder)
        if stamp != self.stamp:
            self.index.reload()
            self.stamp = stamp
            self._read()
        return self


def format_of(folder: Path) -> int:
    """Return the number of the fields that an index was written with, 0 when it does not say."""
    try:
        return int((folder / FORMAT_FILE).read_text(encoding="utf8"))
    except (OSError, ValueError):
        return 0


def _stamp(folder: Path) -> tuple[int, int, int]:
    state = (folder / "meta.json").stat()
    return state.st_mtime_ns, state.st_ino, state.st_size


class TantivyIndex:
    """One generation on the disk, to write to and to list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the index hold exactly these documents of these articles."""
        with damage_named(self.folder), closing(Writer(self.folder)) as writer:
            writer.replace(articles)

    def tidy(self) -> None:
        """Let Tantivy merge where segments have become many; it does so by itself at most commits."""
        with damage_named(self.folder):
            segments = segments_of(self.folder)
        if len(segments) > MANY:
            self.replace([])

    def entries(self) -> Iterator[Entry]:
        """Yield what the index holds."""
        with damage_named(self.folder):
            searcher = View(self.folder).searcher
            for offset in range(0, searcher.num_docs, CHUNK):
                hits = searcher.search(Query.all_query(), CHUNK, False, offset=offset).hits
                addresses = [address for _, address in hits]
                columns = [searcher.fast_field_values(n, addresses) for n in ("article", "version", "current", "open")]
                for address, article, version, current, is_open in zip(addresses, *columns, strict=True):
                    digest = bytes(searcher.doc(address).get_first("hash") or b"").decode()
                    yield Entry(int(article or 0), int(version or 0), digest, bool(current), not is_open)


class TantivyGeneration(TantivyIndex):
    """A generation being built: one writer stays open from batch to batch, so merges go on beside the next batch."""

    def __init__(self, folder: Path, generations: Generations) -> None:
        super().__init__(folder)
        self.generations = generations
        self.started_at = generations.started_at(folder)
        self._writer = Writer(folder)

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the index hold exactly these documents of these articles."""
        for _ in self.fill([articles]):
            pass

    def fill(self, batches: Iterable[Sequence[ArticleDocuments]], expected: int = 0) -> Iterator[int]:
        """Write one batch after the other: while one is committed the next is made ready."""
        with damage_named(self.folder), ThreadPoolExecutor(1, "committing") as committing:
            self._writer.open()
            under_way: tuple[Future[None], int] | None = None
            for articles in batches:
                numbers, documents = prepared(articles, self._frequent(articles, expected))
                if under_way is not None:
                    under_way[0].result()
                    yield under_way[1]
                job = committing.submit(self._writer.commit, numbers, documents)
                under_way = job, len(articles)
            if under_way is not None:
                under_way[0].result()
                yield under_way[1]

    def _frequent(self, articles: Sequence[ArticleDocuments], expected: int) -> frozenset[str]:
        """Return the stems whose pairs are filed, chosen by the first batch where an archive is big."""
        chosen = self.folder / FREQUENT_FILE
        if not chosen.exists():
            chosen_now = expected >= PAIRED_FROM and not self._writer.open().searcher().num_docs
            stems = frequent_in([document for entry in articles for document in entry.documents]) if chosen_now else ()
            write_durably(chosen, json.dumps(sorted(stems)))
        return frequent_of(self.folder)

    def tidy(self) -> None:
        """Wait for merges to finish, drop files that are no longer needed, and note the checksums of the others."""
        with damage_named(self.folder):
            self._writer.close()

    def promote(self) -> None:
        """Make this generation the live one."""
        self.tidy()
        self.generations.promote(self.folder)

    def discard(self) -> None:
        """Remove this generation."""
        self._writer = Writer(self.folder)
        self.generations.discard(self.folder)


class TantivyEngine:
    """Searches and writes the live generation."""

    name = "tantivy"

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root)
        self._view: View | None = None
        self._lock = threading.Lock()
        self._beside: tuple[int, ThreadPoolExecutor] | None = None

    def view(self) -> View:
        """Return the newest view of the live generation."""
        with self._lock:
            folder = self.generations.live()
            with damage_named(folder):
                if self._view is None or self._view.folder != folder or self._view.pid != os.getpid():
                    self._view = View(folder)
                return self._view.refreshed()

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the live index hold exactly these documents of these articles."""
        TantivyIndex(self.generations.live()).replace(articles)

    @contextmanager
    def writing(self) -> Iterator[LiveWriting]:
        """Hold the live index open from commit to commit, so that none waits for what is merged."""
        with closing(LiveWriting(self.generations)) as held:
            yield held

    def entries(self) -> Iterator[Entry]:
        """Yield what the live index holds."""
        return TantivyIndex(self.generations.live()).entries()

    def begin(self) -> TantivyGeneration:
        """Return a new generation, or the unfinished one of before when it is sound."""
        folder = self.generations.building()
        if folder is not None:
            with suppress(IndexDamaged), damage_named(folder):
                View(folder)
                return TantivyGeneration(folder, self.generations)
            self.generations.discard(folder)
        folder = self.generations.start_building()
        tantivy.Index(schema(), path=str(folder))
        write_durably(folder / FORMAT_FILE, str(FORMAT))
        return TantivyGeneration(folder, self.generations)

    def languages(self) -> tuple[str, ...]:
        """Return the languages held."""
        return self.view().languages

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer a request."""
        view = self.view()
        with damage_named(view.folder):
            return Answer(view, request, self._begin(view)).result()

    def _begin(self, view: View) -> Begin:
        """Return what lets a count run beside the rest of a search, and remembers what this view has counted: the next
        page and another order have the same counts."""

        def remembered(key: Any, call: Callable[[], Counts]) -> Counts:
            with damage_named(view.folder):
                counts = call()
            if len(view.counted) >= REMEMBERED:
                view.counted.clear()
            view.counted[key] = counts
            return counts

        def begin(key: Any, call: Callable[[], Counts]) -> Callable[[], Counts]:
            known = view.counted.get(key)
            if known is not None:
                return lambda: known
            return self._pool().submit(remembered, key, call).result

        return begin

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._beside is None or self._beside[0] != os.getpid():
                self._beside = os.getpid(), ThreadPoolExecutor(BESIDE, "counting")
            return self._beside[1]

    def complete(self, beginning: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """Return forms that begin so, with the number of open current versions that hold them."""
        view = self.view()
        with damage_named(view.folder):
            seen = _seen(view.compiler, hidden)
            found: Counter[str] = Counter()
            for field in FORMS:
                found.update(dict(view.searcher.terms_with_prefix(field, beginning, seen, None)))
            kept = [pair for pair in found.items() if pair[1]]
            return sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def count_form(self, form: str, hidden: frozenset[int]) -> int:
        """Return how many open current versions hold a form."""
        view = self.view()
        with damage_named(view.folder):
            held = either([view.compiler.term(field, form) for field in FORMS])
            parts = [(Occur.Must, held), (Occur.Must, _seen(view.compiler, hidden))]
            return count(view.searcher, Query.boolean_query(parts))

    def similar_forms(self, form: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """Return forms spelt like this one in open current versions."""
        view = self.view()
        with damage_named(view.folder):
            lexicons = [view.searcher.terms_with_prefix(field, "", None, None) for field in FORMS]
            terms = list({term for lexicon in lexicons for term, _ in lexicon})
        near = process.extract(form, terms, scorer=OSA.distance, score_cutoff=1 if len(form) < 5 else 2, limit=None)
        away = {term: distance for term, distance, _ in near if term != form}
        counted = [(term, self.count_form(term, hidden)) for term in away]
        kept = [pair for pair in counted if pair[1]]
        return sorted(kept, key=lambda pair: (away[pair[0]], -pair[1], pair[0]))[:limit]

    def begun_at(self) -> datetime:
        """Return when the live generation was begun."""
        return self.generations.started_at(self.generations.live())

    def statistics(self) -> Statistics:
        """Return the state of the live index."""
        view = self.view()
        with damage_named(view.folder):
            segments = json.loads((view.folder / "meta.json").read_text(encoding="utf8"))["segments"]
            rows = sum(segment["max_doc"] for segment in segments)
            live = 0
            for name in files_of(view.folder):
                # A merge that ends now takes away what it has merged.
                with suppress(FileNotFoundError):
                    live += (view.folder / name).stat().st_size
            documents = view.searcher.num_docs
            return Statistics(
                documents=documents,
                deleted=rows - documents,
                segments=len(segments),
                size=folder_size(self.generations.root),
                live_size=int(live * documents / max(rows, 1)),
                generation=view.folder.name,
                languages=view.languages,
            )

    def verify(self) -> list[str]:
        """Read the whole live index and return what is damaged in it."""
        try:
            folder = self.generations.live()
            with damage_named(folder):
                View(folder)
                noted = (
                    json.loads((folder / MANIFEST).read_text(encoding="utf8")) if (folder / MANIFEST).exists() else {}
                )
                return [
                    f"{name} of the search index is damaged; run: manage.py rebuild_index"
                    for name in sorted(files_of(folder) & set(noted))
                    if not is_sound(folder, name, noted[name])
                ]
        except EngineError as error:
            return [str(error)]

    def tidy(self) -> None:
        """Let Tantivy merge where segments have become many."""
        TantivyIndex(self.generations.live()).tidy()

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._view = None
            if self._beside is not None and self._beside[0] == os.getpid():
                self._beside[1].shutdown()
            self._beside = None


def _seen(compiler: Compiler, hidden: frozenset[int]) -> Query:
    parts: list[tuple[Any, Query]] = [
        (Occur.Must, compiler.term("current", True)),
        (Occur.Must, compiler.term("open", True)),
    ]
    if hidden:
        parts.append((Occur.MustNot, Query.term_set_query(compiler.schema, "article", sorted(hidden))))
    return Query.boolean_query(parts)

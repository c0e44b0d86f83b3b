"""What a search engine must do. Whoosh and Tantivy do it in a local directory; a server may do it elsewhere.

The promise of every engine: the same hits, counts, facets and suggestions for the same documents and request (a suite
and a linear scan hold them to it); only scores differ. Named differences:

- Relevance scores are each engine's own; order by relevance is compared by nDCG, not by place.
- With `captured_until`, Whoosh scores a page as the archive stood at that moment; Tantivy leaves newer versions out but
  weighs words as of now, so hits of nearly equal score may change places between two pages.

What is written is found when `replace` has returned, by every process that searches. Generations: `begin` starts or
resumes a new index beside the live one, `promote` swaps it in; searches go on throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from .types import Document, Entry, SearchRequest, SearchResult, Statistics


class EngineError(Exception):
    """The index can't be read or written; the message says what is wrong and what to do."""


class IndexMissing(EngineError):
    """There is no index yet: nothing was ever written, or its directory was removed."""


class IndexDamaged(EngineError):
    """The index is there but can't be read: truncated, scrambled, or of another format."""


@dataclass(frozen=True, slots=True)
class ArticleDocuments:
    """All of one article's documents; writing them replaces what the index held of it, none removes it."""

    article: int
    documents: tuple[Document, ...] = ()


class Writable(Protocol):
    """An index that takes documents: the live one, or a generation being built."""

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """This function will make the index hold exactly these documents of these articles, durably, in one commit."""
        ...

    def entries(self) -> Iterator[Entry]:
        """This function will yield what the index holds, in no particular order."""
        ...

    def tidy(self) -> None:
        """This function will merge small pieces where they have become many, and drop what is no longer needed."""
        ...


class Writing(Protocol):
    """The live index held open for several commits; no other process can write meanwhile."""

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """This function will make the index hold exactly these documents of these articles, durably, in one commit."""
        ...

    def tidy(self) -> None:
        """This function will see to it that a long row of commits leaves no pile of small pieces."""
        ...

    def finish(self) -> bool:
        """This function will let the index go where nothing is merged beside the commits any more, and say whether it
        had been let go of before; what came meanwhile can still be written."""
        ...


class Generation(Writable, Protocol):
    """A new index being built beside the live one."""

    name: str
    started_at: datetime

    def fill(self, batches: Iterable[Sequence[ArticleDocuments]], expected: int = 0) -> Iterator[int]:
        """This function will write one batch after the other, as `replace` does, and yield the articles of each when it
        is durable; it may have asked for the next by then. `expected` says how many articles there will be about."""
        ...

    def promote(self) -> None:
        """This function will make this generation the live one and remove the one before."""
        ...

    def discard(self) -> None:
        """This function will remove this generation."""
        ...


@runtime_checkable
class SearchEngine(Writable, Protocol):
    """An opened search engine; safe to use from several threads, to be opened anew after a fork."""

    name: str

    def writing(self) -> AbstractContextManager[Writing]:
        """This function will hold the live index open for several commits: none waits for what is merged beside them,
        as `replace` does; only the end of the context waits."""
        ...

    def search(self, request: SearchRequest) -> SearchResult:
        """This function will answer a request; raises IndexMissing or IndexDamaged."""
        ...

    def complete(self, beginning: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """This function will return forms that begin so, with the number of open current versions that hold them."""
        ...

    def count_form(self, form: str, hidden: frozenset[int]) -> int:
        """This function will return how many open current versions hold a form."""
        ...

    def similar_forms(self, form: str, hidden: frozenset[int], limit: int) -> list[tuple[str, int]]:
        """This function will return forms spelt like this one in open current versions, nearest and commonest first."""
        ...

    def languages(self) -> tuple[str, ...]:
        """This function will return the languages of the versions held."""
        ...

    def begin(self) -> Generation:
        """This function will return a new generation, or the unfinished one of before."""
        ...

    def begun_at(self) -> datetime:
        """This function will return when the live index was begun: what was erased later may still lie in its files."""
        ...

    def statistics(self) -> Statistics:
        """This function will return the index's state."""
        ...

    def verify(self) -> list[str]:
        """This function will read the whole index and return what is damaged in it, in words; empty when sound."""
        ...

    def close(self) -> None:
        """This function will let go of files and threads; the engine can't be used afterwards."""
        ...


def changed_articles(entries: Iterable[ArticleDocuments]) -> dict[int, ArticleDocuments]:
    """Return the last word on each article of a batch."""
    return {entry.article: entry for entry in entries}

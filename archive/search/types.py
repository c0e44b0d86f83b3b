"""The words that callers and engines share: documents in, requests in, results out.

The promise: nothing here knows an engine, a database or a setting. A document is one version of one article; a hit is
the number of an article and of the version that matched. Whoever shows a hit loads it by its number from what the
reader may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .nodes import Node


class Order(StrEnum):
    """How hits are ordered. Ties go to the newer article, then to the newer version."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


FACETS = ("outlet", "tag", "person", "place", "org", "language", "month")


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one article as the index sees it.

    `published` is the article's date, None when undated; without a known zone it is the printed wall time.
    `restricted` marks what only some may see (withheld, embargoed, canceled): every query leaves it out unless the
    request says otherwise. `current` marks the version that the article points to. `copies` is the
    article of which this one is a near-copy, 0 for none.
    """

    article: int
    version: int
    outlet: str
    outlet_name: str
    headline: str
    body: str
    standfirst: str = ""
    byline: str = ""
    language: str = ""
    kind: str = "original"
    topics: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    story: int = 0
    published: datetime | None = None
    captured: datetime | None = None
    current: bool = True
    restricted: bool = False
    copies: int = 0
    content_hash: str = ""

    @property
    def key(self) -> str:
        """The document's name in an index."""
        return f"{self.article}:{self.version}"

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags, of whatever kind."""
        return (*self.topics, *self.persons, *self.places, *self.orgs)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What to find and how to show it.

    `today` resolves words such as "last week". `hidden` are articles that the reader may not see although the index
    may still hold them as open (their entry waits in the outbox); they are left out of hits, counts and facets.
    `captured_until` keeps paging stable: what arrived after that moment is left out. `only`
    narrows to some articles by their numbers.
    """

    query: Node
    today: date
    order: Order = Order.RELEVANCE
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = ()
    facet_size: int = 12
    histogram: bool = False
    fold_copies: bool = False
    include_restricted: bool = False
    hidden: frozenset[int] = frozenset()
    captured_until: datetime | None = None
    only: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One version that matched; `folded` are the articles of its near-copies that matched too."""

    article: int
    version: int
    score: float
    current: bool = True
    folded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the hits carry a value. The value is the outlet's slug, the tag's name, a language or "2024-04"."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted over all hits.

    `histogram` counts dated hits by month, oldest first, without gaps in what it names (months with none are absent).
    """

    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    histogram: tuple[FacetCount, ...] = ()
    undated: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits of one page, and what is said about all of them.

    `total` counts versions that matched, `groups` what is left of them when near-copies are folded
    (with `versions:all` none are). An engine may still be counting when it hands over the hits: `facets`, `histogram`
    and `undated` wait until it has counted, and raise what a search raises.
    """

    total: int
    hits: tuple[Hit, ...]
    groups: int = 0
    counted: Callable[[], Counts] = Counts

    @property
    def facets(self) -> Mapping[str, tuple[FacetCount, ...]]:
        """How many hits carry each value, by facet."""
        return self.counted().facets

    @property
    def histogram(self) -> tuple[FacetCount, ...]:
        """How many hits are dated in each month."""
        return self.counted().histogram

    @property
    def undated(self) -> int:
        """How many hits have no date."""
        return self.counted().undated


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of one version; the sweep compares it with the database."""

    article: int
    version: int
    content_hash: str
    current: bool = True
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """The state of an index: documents alive, rows marked deleted, segments, bytes on disk and bytes still needed."""

    documents: int
    deleted: int
    segments: int
    size: int
    live_size: int
    generation: str
    languages: tuple[str, ...] = ()

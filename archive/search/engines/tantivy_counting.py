"""What a Tantivy index counts over all hits: facets, and hits by month.

The promise: exact counts. A value may stand in several columns (see `tantivy_schema`), so its counts are put together;
where what was listed of the columns can't say which values are the commonest, more is listed until it can.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tantivy import Occur, Query, Schema, Searcher

from ..types import Counts, FacetCount, SearchRequest
from .tantivy_schema import AGAIN, PLACES, TAG_KINDS

MOST_VALUES = 1_000_000
# Of one segment so many values are counted on; beyond, counts of the rarest may fall short.
SEGMENT_VALUES = 10_000
FEW = 60
MARKED = "marked"
TIMES = tuple(f"facet_{times}" for times in AGAIN)
NOTHING: dict[str, Any] = {"buckets": ()}

Pairs = list[tuple[str, int]]


def columns_of(facet: str) -> dict[str, int]:
    """Return the columns whose counts together are those of a facet, less those that are to be taken off."""
    if facet == "tag":
        return {name: 1 for kind in TAG_KINDS for name in columns_of(kind)} | dict.fromkeys(TIMES, -1)
    if facet in TAG_KINDS:
        return dict.fromkeys([*(f"facet_{facet}_{place}" for place in PLACES), f"facet_{facet}_more"], 1)
    return {f"facet_{facet}": 1}


def mark_of(column: str) -> str:
    """Return the mark of the documents that hold something in a column, "" where all may."""
    if column in TIMES or column.endswith("_more"):
        return "many"
    return "several" if column.endswith(f"_{PLACES[-1]}") else ""


class Column:
    """The commonest values of one column, and how often a value that is not listed may stand there at most."""

    def __init__(self, counted: dict[str, Any], size: int) -> None:
        self.counts: dict[str, int] = {bucket["key"]: int(bucket["doc_count"]) for bucket in counted["buckets"]}
        self.unlisted = min(self.counts.values()) if len(self.counts) >= size else 0
        self.empty = self.counts.pop("", 0)


class Counting:
    """What is counted for one request."""

    def __init__(
        self, searcher: Searcher, schema: Schema, query: Query, request: SearchRequest, alike: dict[str, str]
    ) -> None:
        self.searcher, self.schema, self.query, self.request = searcher, schema, query, request
        # Columns in which all documents hold the same need not be read.
        self.alike = alike
        self.size = request.facet_size
        self.marked = {mark: searcher.doc_freq(mark, True) for mark in ("several", "many")}
        self.documents = self.marked["many"] + searcher.doc_freq("many", False)

    def counts(self) -> Counts:
        """Return the counts that the request asks for."""
        request = self.request
        listed = dict.fromkeys(
            (column for name in request.facets if name != "month" for column in columns_of(name)), self.size * 4 + 40
        )
        if "month" in request.facets or request.histogram:
            listed["facet_month"] = MOST_VALUES
        alike = {name: self.alike[name] for name in listed if name in self.alike and "facet_month" in listed}
        columns = self._columns({name: size for name, size in listed.items() if name not in alike})
        for name, value in alike.items():
            month = columns["facet_month"]
            total = sum(month.counts.values()) + month.empty
            columns[name] = Column({"buckets": [{"key": value, "doc_count": total}] if total else ()}, MOST_VALUES)
        facets: dict[str, Pairs] = {}
        for name in request.facets:
            if name != "month":
                facets[name] = self._commonest(columns_of(name), columns)
        months: Pairs = []
        undated = 0
        if "facet_month" in columns:
            months, undated = sorted(columns["facet_month"].counts.items()), columns["facet_month"].empty
        if "month" in request.facets:
            facets["month"] = months[::-1][: self.size]
        return Counts(
            {name: tuple(FacetCount(*pair) for pair in facets[name]) for name in request.facets},
            tuple(FacetCount(*pair) for pair in months) if request.histogram else (),
            undated if request.histogram else 0,
        )

    def _matching(self, query: Query) -> int:
        found: Any = self.searcher.search(query, 1, True)
        return int(found.count or 0)

    def _columns(self, sizes: dict[str, int]) -> dict[str, Column]:
        """Return the columns, so many values of each listed: all in one pass, for finding the hits may be what takes
        long."""
        parts: dict[str, dict[str, Any]] = {"": {}, "several": {}, "many": {}}
        for column, size in sizes.items():
            if self._holds(column):
                parts[mark_of(column)][column] = terms(column, size)
        if self.marked["several"] * 2 > self.documents:
            # Where most have several, asking for the mark takes longer than reading all.
            parts[""] |= parts.pop("several")
        inner: dict[str, Any] = {}
        for mark in reversed(parts):
            inner = parts[mark] | inner
            if mark and inner:
                inner = {MARKED: {"filter": f"{mark}:true", "aggs": inner}}
        counted = self.searcher.aggregate(self.query, inner) if inner else {}
        while MARKED in counted:
            counted |= counted.pop(MARKED)
        return {column: Column(counted.get(column, NOTHING), size) for column, size in sizes.items()}

    def _holds(self, column: str) -> bool:
        """Say whether any document holds something in a column."""
        if mark_of(column) == "many":
            return self.marked["many"] > 0
        return column == "facet_month" or self.searcher.doc_freq(column, "") < self.documents

    def _commonest(self, signs: dict[str, int], columns: dict[str, Column]) -> Pairs:
        """Return the commonest values of several columns together."""
        columns = {name: columns[name] for name in signs}
        size = self.size * 4 + 40
        while True:
            found: Counter[str] = Counter()
            for name, column in columns.items():
                for value, number in column.counts.items():
                    found[value] += signs[name] * number
            best = commonest(found, self.size)
            short = {name: column for name, column in columns.items() if column.unlisted}
            if not short or not best:
                return best
            # What a value that is listed in some of the columns only may have too little, or too much.
            missed = sum(column.unlisted for name, column in short.items() if signs[name] > 0)
            least = best[-1][1] - sum(column.unlisted for name, column in short.items() if signs[name] < 0)
            contending = [value for value, number in found.items() if number + missed >= least]
            if len(best) == self.size and missed < least and len(contending) <= FEW:
                for value in contending:
                    found[value] += sum(
                        signs[name] * self._carrying(name, value)
                        for name, column in short.items()
                        if value not in column.counts
                    )
                return commonest({value: found[value] for value in contending}, self.size)
            size = MOST_VALUES if size > SEGMENT_VALUES else size * 16
            columns |= self._columns(dict.fromkeys(short, size))

    def _carrying(self, column: str, value: str) -> int:
        """Return how many hits carry a value that was not listed."""
        if not self.searcher.doc_freq(column, value):
            return 0
        carried = Query.term_query(self.schema, column, value)
        return self._matching(Query.boolean_query([(Occur.Must, self.query), (Occur.Must, carried)]))


def terms(column: str, size: int) -> dict[str, Any]:
    """Return how Tantivy is asked for the commonest values of a column."""
    return {"terms": {"field": column, "size": size, "segment_size": max(size, SEGMENT_VALUES)}}


def commonest(counts: dict[str, int], most: int) -> Pairs:
    """Return the values with the largest counts, in the order of the contract."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]

"""What a Tantivy index counts over all hits: facets, and hits by month.

The promise: exact counts, also for tags, which are counted by their kinds and put together; where what was listed of
the kinds can't say which values are the commonest, more is listed until it can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tantivy import Occur, Query, Schema, Searcher

from ..types import Counts, FacetCount, SearchRequest

KINDS = {"topic": 1, "person": 1, "place": 1, "org": 1, "twice": -1}
MOST_VALUES = 1_000_000
# Of one segment so many values are counted on; beyond, counts of the rarest may fall short.
SEGMENT_VALUES = 10_000
FEW = 60

Pairs = list[tuple[str, int]]


class Column:
    """The commonest values of one field, and how often a value that is not listed may stand there at most."""

    def __init__(self, counted: dict[str, Any], size: int) -> None:
        self.counts: dict[str, int] = {bucket["key"]: int(bucket["doc_count"]) for bucket in counted["buckets"]}
        self.unlisted = min(self.counts.values()) if len(self.counts) >= size else 0


class Counting:
    """What is counted for one request."""

    def __init__(self, searcher: Searcher, schema: Schema, query: Query, request: SearchRequest) -> None:
        self.searcher, self.schema, self.query, self.request = searcher, schema, query, request
        self.size = request.facet_size

    def counts(self) -> Counts:
        """Return the counts that the request asks for."""
        request = self.request
        asked = [f"facet_{name}" for name in request.facets if name not in ("month", "tag")]
        if "tag" in request.facets:
            asked += [f"facet_{kind}" for kind in KINDS]
        by_month = "month" in request.facets or request.histogram
        listed = self.size * 4 + 40
        columns = self._columns(list(dict.fromkeys(asked)), listed, by_month)
        facets: dict[str, Pairs] = {}
        for name in request.facets:
            if name == "tag":
                facets[name] = self._tags(columns, listed)
            elif name != "month":
                facets[name] = commonest(columns[f"facet_{name}"].counts, self.size)
        months: Pairs = []
        if by_month:
            numbers = ((int(key), number) for key, number in columns["month"].counts.items())
            months = sorted((f"{key // 12:04d}-{key % 12 + 1:02d}", number) for key, number in numbers)
        if "month" in request.facets:
            facets["month"] = months[::-1][: self.size]
        return Counts(
            {name: tuple(FacetCount(*pair) for pair in facets[name]) for name in request.facets},
            tuple(FacetCount(*pair) for pair in months) if request.histogram else (),
            self._matching(self.query) - sum(number for _, number in months) if request.histogram else 0,
        )

    def _matching(self, query: Query) -> int:
        found: Any = self.searcher.search(query, 1, True)
        return int(found.count or 0)

    def _columns(self, fields: Sequence[str], size: int, by_month: bool = False) -> dict[str, Column]:
        sizes = dict.fromkeys(fields, size)
        if by_month:
            sizes["month"] = MOST_VALUES
        wanted = {
            field: {"terms": {"field": field, "size": most, "segment_size": max(most, SEGMENT_VALUES)}}
            for field, most in sizes.items()
        }
        counted = self.searcher.aggregate(self.query, wanted)
        return {field: Column(counted[field], most) for field, most in sizes.items()}

    def _tags(self, columns: dict[str, Column], size: int) -> Pairs:
        """Return the commonest tags of all kinds together."""
        while True:
            found: Counter[str] = Counter()
            for kind, sign in KINDS.items():
                for value, number in columns[f"facet_{kind}"].counts.items():
                    found[value] += sign * number
            short = {kind: columns[f"facet_{kind}"] for kind in KINDS if columns[f"facet_{kind}"].unlisted}
            best = commonest(found, self.size)
            if not short or not best:
                return best
            missed = sum(column.unlisted for column in short.values())
            contending = [value for value, number in found.items() if number + missed >= best[-1][1]]
            if missed < best[-1][1] and len(contending) <= FEW:
                for value in contending:
                    found[value] += sum(
                        KINDS[kind] * self._carrying(f"facet_{kind}", value)
                        for kind, column in short.items()
                        if value not in column.counts
                    )
                return commonest({value: found[value] for value in contending}, self.size)
            size = MOST_VALUES if size > SEGMENT_VALUES else size * 16
            columns = self._columns([f"facet_{kind}" for kind in KINDS], size)

    def _carrying(self, field: str, value: str) -> int:
        """Return how many hits carry a value that was not listed."""
        if not self.searcher.doc_freq(field, value):
            return 0
        carried = Query.term_query(self.schema, field, value)
        return self._matching(Query.boolean_query([(Occur.Must, self.query), (Occur.Must, carried)]))


def commonest(counts: dict[str, int], most: int) -> Pairs:
    """Return the values with the largest counts, in the order of the contract."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]

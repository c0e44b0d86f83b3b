"""One request on one view of a Tantivy index: hits, counts, facets.

The promise: as the contract orders. Tantivy breaks ties by where documents lie; here what ties with the first and the
last hit of a page is fetched too and put in the contract's order, so pages never overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol

from tantivy import FieldType, Occur, Query, Searcher
from tantivy import Order as Direction

from ..plan import Planner
from ..query import which_versions
from ..types import Counts, Hit, Order, SearchRequest, SearchResult
from .filing import microseconds
from .tantivy_compile import Compiler, flat_score, unscored
from .tantivy_counting import Counting

# So many more are fetched than a page shows: hits of equal score are many, and to find them out is to search again.
SLACK = 256
FEW = 200

Row = tuple[float, int, int, Any]  # rank (larger first), article, version, score
# Lets a count run beside what follows, or remembers it by what it depends on; calling what it returns waits for it.
Begin = Callable[[Hashable, Callable[[], Counts]], Callable[[], Counts]]


class View(Protocol):
    """What an answer needs of an opened index: `newest` is when the newest document came in, in microseconds, and
    `columns_alike` are the columns of which all documents hold the same value."""

    searcher: Searcher
    compiler: Compiler
    languages: tuple[str, ...]
    newest: int | None
    columns_alike: dict[str, str]


def count(searcher: Searcher, query: Query) -> int:
    """Return how many documents match; of many, counting takes a third of the time of a search, which also weighs."""
    result: Any = searcher.aggregate(query, {"matching": {"value_count": {"field": "open"}}})
    return int(result["matching"]["value"])


class Answer:
    """One request on one view."""

    def __init__(self, view: View, request: SearchRequest, begin: Begin) -> None:
        self.begin = begin
        self.searcher = view.searcher
        self.compiler = view.compiler
        self.columns_alike = view.columns_alike
        self.request = request
        self.all_versions = which_versions(request.query) == "all"
        self.until = None if request.captured_until is None else microseconds(request.captured_until)
        if self.until is not None and (view.newest is None or view.newest <= self.until):
            # Nothing came in since.
            self.until = None
        self.plan = Planner(view.languages, request.today).plan(request.query)
        # Where all matches score alike, their order is that of their numbers, which Tantivy can sort by.
        self.alike = flat_score(self.plan)
        self.query = self._seen(self.compiler.compile(self.plan))

    def _seen(self, query: Query) -> Query:
        term, request = self.compiler.term, self.request
        parts: list[tuple[Occur, Query]] = [(Occur.Must, query)]
        # Leaving out the few is quicker than asking for the many.
        if not self.all_versions:
            parts.append((Occur.MustNot, term("current", False)))
        if not request.include_restricted:
            parts.append((Occur.MustNot, term("open", False)))
        if request.hidden:
            parts.append((Occur.MustNot, self._articles(request.hidden)))
        if request.only is not None:
            parts.append((Occur.Must, unscored(self._articles(request.only))))
        if self.until is not None:
            within = Query.range_query(
                self.compiler.schema, "captured", FieldType.Integer, None, self.until, True, True
            )
            parts.append((Occur.Must, unscored(within)))
        return Query.boolean_query(parts)

    def _articles(self, articles: frozenset[int] | set[int]) -> Query:
        return Query.term_set_query(self.compiler.schema, "article", sorted(articles))

    def result(self) -> SearchResult:
        """Return the answer."""
        request = self.request
        counted: Callable[[], Counts] = Counts
        if request.facets or request.histogram:
            # Counting over all hits takes longer than finding the best, so it begins first and goes on beside.
            counting = Counting(self.searcher, self.compiler.schema, self.query, request, self.columns_alike)
            counted = self.begin(self._counted_over(), counting.counts)
        others, suppressed = self._folded() if request.fold_copies and not self.all_versions else ({}, set())
        hits, matching = self._hits(others, suppressed)
        total = count(self.searcher, self.query) if matching is None or suppressed else matching
        return SearchResult(total, hits, total - len(suppressed), counted)

    def _counted_over(self) -> Hashable:
        """Return what counts depend on besides the index: which documents, and what of them."""
        request = self.request
        over = (self.plan, self.all_versions, request.include_restricted, request.hidden, request.only, self.until)
        return (*over, request.facets, request.facet_size, request.histogram)

    def _ranked(self, query: Query, start: int, limit: int) -> tuple[list[Any], int]:
        """Return what each of these hits is ordered by and where it lies, best first, and how many match in all."""
        order = self.request.order
        if order is not Order.RELEVANCE:
            direction = Direction.Desc if order is Order.NEWEST else Direction.Asc
            result: Any = self.searcher.search(
                query, limit, True, order_by_field="published", order=direction, offset=start
            )
        elif self.alike is not None:
            result = self.searcher.search(
                query, limit, True, order_by_field="article", order=Direction.Desc, offset=start
            )
        else:
            result = self.searcher.search(query, limit, True, offset=start)
        return result.hits, int(result.count or 0)

    def _rows(self, found: list[Any]) -> list[Row]:
        """Return the rows of these hits in the contract's order."""
        addresses = [address for _, address in found]
        articles, versions = (self.searcher.fast_field_values(name, addresses) for name in ("article", "version"))
        rows: list[Row] = []
        for (key, _), article, version in zip(found, articles, versions, strict=True):
            if self.request.order is not Order.RELEVANCE:
                # Undated ones come last in either direction.
                rank, score = float("-inf") if key is None else float(key), 0.0
                rank = -rank if key is not None and self.request.order is Order.OLDEST else rank
            else:
                rank, score = float(key), float(key) if self.alike is None else self.alike
            rows.append((rank, int(article or 0), int(version or 0), score))
        rows.sort(key=lambda row: (-row[0], -row[1], -row[2]))
        return rows

    def _hits(self, others: dict[int, list[int]], suppressed: set[int]) -> tuple[tuple[Hit, ...], int | None]:
        """Return the hits of the page, and how many there are in all where that was counted on the way."""
        if not self.request.limit:
            return (), None
        query = self.query
        if suppressed:
            query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._articles(suppressed))])
        first, wanted = self.request.offset, self.request.offset + self.request.limit
        before = after = SLACK
        while True:
            start = max(0, first - before)
            found, matching = self._ranked(query, start, wanted + after - start)
            page = found[first - start : wanted - start]
            if not page:
                return (), matching
            # What ties with the first or the last row of the page may go on beyond what was fetched.
            begins = start == 0 or found[0][0] != page[0][0]
            ends = start + len(found) < wanted + after or found[-1][0] != page[-1][0]
            if begins and ends:
                break
            before, after = before * (1 if begins else 8), after * (1 if ends else 8)
        tied = [at for at, (key, _) in enumerate(found) if key == page[0][0] or key == page[-1][0]]
        rows = self._rows(found[tied[0] : tied[-1] + 1])
        rows = rows[first - start - tied[0] :][: len(page)]
        current = self._current(rows)
        hits = tuple(
            Hit(article, version, round(score, 6), (article, version) in current, tuple(others.get(article, ())))
            for _, article, version, score in rows
        )
        return hits, matching

    def _current(self, rows: list[Row]) -> set[tuple[int, int]]:
        """Return which of the rows are current versions."""
        if not self.all_versions:
            return {(row[1], row[2]) for row in rows}
        if not rows:
            return set()
        parts = [
            (Occur.Must, self._articles({row[1] for row in rows})),
            (Occur.Must, self.compiler.term("current", True)),
        ]
        hits = self.searcher.search(Query.boolean_query(parts), len(rows), False).hits
        addresses = [address for _, address in hits]
        columns = [self.searcher.fast_field_values(name, addresses) for name in ("article", "version")]
        return {(int(article or 0), int(version or 0)) for article, version in zip(*columns, strict=True)}

    def _folded(self) -> tuple[dict[int, list[int]], set[int]]:
        """Return the further near-copies of each article that stays, and all that are folded away."""
        schema = self.compiler.schema
        copies = Query.range_query(schema, "copies", FieldType.Unsigned, 1, None, True, True)
        groups: dict[int, list[Row]] = {}
        copied = self._members(unscored(copies))
        if not copied:
            return {}, set()
        for group, row in copied:
            groups.setdefault(group, []).append(row)
        heads = self._members(unscored(self._articles(set(groups))))
        for group, row in heads:
            if group == row[1]:
                groups[group].append(row)
        others: dict[int, list[int]] = {}
        suppressed: set[int] = set()
        for rows in groups.values():
            rows.sort(key=lambda row: (-row[0], -row[1], -row[2]))
            others[rows[0][1]] = [row[1] for row in rows[1:]]
            suppressed |= {row[1] for row in rows[1:]}
        return others, suppressed

    def _members(self, narrowed: Query) -> list[tuple[int, Row]]:
        """Return group and row of the hits within a narrowing."""
        query = Query.boolean_query([(Occur.Must, self.query), (Occur.Must, narrowed)])
        most = FEW
        while True:
            result: Any = self.searcher.search(query, most, True)
            if (result.count or 0) <= most:
                break
            most = int(result.count)
        found = result.hits
        if not found:
            return []
        addresses = [address for _, address in found]
        names = ("article", "version", "copies", "published")
        columns = [self.searcher.fast_field_values(name, addresses) for name in names]
        members = []
        for (score, _), article, version, copies, at in zip(found, *columns, strict=True):
            rank = float(score)
            if self.request.order is not Order.RELEVANCE:
                rank = float("-inf") if at is None else float(at if self.request.order is Order.NEWEST else -at)
            members.append((int(copies or article or 0), (rank, int(article or 0), int(version or 0), float(score))))
        return members

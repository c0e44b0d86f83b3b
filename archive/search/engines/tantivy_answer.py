"""One request on one view of a Tantivy index: hits, counts, facets.

The promise: as the contract orders. Tantivy breaks ties by where documents lie; here what ties with the last hit of a
page is fetched too and put in the contract's order, so pages never overlap.
"""

from __future__ import annotations

from typing import Any

from tantivy import FieldType, Occur, Query, Searcher
from tantivy import Order as Direction

from ..plan import Planner
from ..query import which_versions
from ..types import FacetCount, Hit, Order, SearchRequest, SearchResult
from .filing import microseconds
from .tantivy_compile import Compiler, flat_score, unscored

MOST_VALUES = 100_000
SLACK = 16

Row = tuple[float, int, int, Any]  # rank (larger first), article, version, score


def count(searcher: Searcher, query: Query) -> int:
    """Return how many documents match."""
    result: Any = searcher.search(query, 1, True)
    return int(result.count or 0)


class Answer:
    """One request on one view."""

    def __init__(
        self, searcher: Searcher, compiler: Compiler, languages: tuple[str, ...], request: SearchRequest
    ) -> None:
        self.searcher = searcher
        self.compiler = compiler
        self.request = request
        self.all_versions = which_versions(request.query) == "all"
        plan = Planner(languages, request.today).plan(request.query)
        # Where all matches score alike, their order is that of their numbers, which Tantivy can sort by.
        self.alike = flat_score(plan)
        self.query = self._seen(compiler.compile(plan))

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
        if request.captured_until is not None:
            until = microseconds(request.captured_until)
            within = Query.range_query(self.compiler.schema, "captured", FieldType.Integer, None, until, True, True)
            parts.append((Occur.Must, unscored(within)))
        return Query.boolean_query(parts)

    def _articles(self, articles: frozenset[int] | set[int]) -> Query:
        return Query.term_set_query(self.compiler.schema, "article", sorted(articles))

    def result(self) -> SearchResult:
        """Return the answer."""
        others, suppressed = self._folded() if self.request.fold_copies and not self.all_versions else ({}, set())
        hits, kept = self._hits(others, suppressed)
        total = count(self.searcher, self.query) if kept is None or suppressed else kept
        facets, histogram, undated = self._facets(total)
        return SearchResult(total, hits, total - len(suppressed), facets, histogram, undated)

    def _facets(self, total: int) -> tuple[dict[str, tuple[FacetCount, ...]], tuple[FacetCount, ...], int]:
        asked = {name: f"facet_{name}" for name in self.request.facets if name != "month"}
        if "month" in self.request.facets or self.request.histogram:
            asked["month"] = "month"
        if not asked:
            return {}, (), 0
        wanted = {
            name: {
                "terms": {"field": field, "size": MOST_VALUES if name == "month" else self.request.facet_size * 4 + 40}
            }
            for name, field in asked.items()
        }
        counted = self.searcher.aggregate(self.query, wanted)
        found: dict[str, list[tuple[str, int]]] = {}
        for name in asked:
            buckets = [(bucket["key"], int(bucket["doc_count"])) for bucket in counted[name]["buckets"]]
            if name == "month":
                buckets = [(f"{int(key) // 12:04d}-{int(key) % 12 + 1:02d}", count) for key, count in buckets]
            found[name] = buckets
        facets = {}
        for name in self.request.facets:
            if name == "month":
                ordered = sorted(found[name], reverse=True)
            else:
                ordered = sorted(found[name], key=lambda pair: (-pair[1], pair[0]))
            facets[name] = tuple(FacetCount(value, count) for value, count in ordered[: self.request.facet_size])
        if not self.request.histogram:
            return facets, (), 0
        months = sorted(found["month"])
        return facets, tuple(FacetCount(value, count) for value, count in months), total - sum(c for _, c in months)

    def _ranked(self, query: Query, limit: int) -> tuple[list[Row], bool, int]:
        """Return the best rows in the contract's order as far as it is sure, whether these are all, and how many
        match."""
        order = self.request.order
        if order is not Order.RELEVANCE:
            direction = Direction.Desc if order is Order.NEWEST else Direction.Asc
            result: Any = self.searcher.search(query, limit, True, order_by_field="published", order=direction)
        elif self.alike is not None:
            result = self.searcher.search(query, limit, True, order_by_field="article", order=Direction.Desc)
        else:
            result = self.searcher.search(query, limit, True)
        found = result.hits
        addresses = [address for _, address in found]
        articles, versions = (self.searcher.fast_field_values(name, addresses) for name in ("article", "version"))
        ranks, scores = self._ranks(found, addresses, articles)
        rows: list[Row] = [
            (rank, int(article or 0), int(version or 0), score)
            for rank, article, version, score in zip(ranks, articles, versions, scores, strict=True)
        ]
        rows.sort(key=lambda row: (-row[0], -row[1], -row[2]))
        whole = len(found) < limit
        if rows and not whole:
            # What ties with the last row may go on beyond what was fetched.
            rows = [row for row in rows if row[0] > rows[-1][0]]
        return rows, whole, int(result.count or 0)

    def _ranks(self, found: list[Any], addresses: list[Any], articles: list[Any]) -> tuple[list[float], list[float]]:
        """Return what each row is ordered by, larger first, and the score it shows."""
        order = self.request.order
        if order is not Order.RELEVANCE:
            published = self.searcher.fast_field_values("published", addresses)
            turn = 1 if order is Order.NEWEST else -1
            return [float("-inf") if at is None else float(at * turn) for at in published], [0.0] * len(found)
        if self.alike is not None:
            return [float(article or 0) for article in articles], [self.alike] * len(found)
        scores = [float(score) for score, _ in found]
        return scores, scores

    def _hits(self, others: dict[int, list[int]], suppressed: set[int]) -> tuple[tuple[Hit, ...], int | None]:
        """Return the hits of the page, and how many there are in all where that was counted on the way."""
        wanted = self.request.offset + self.request.limit
        if not self.request.limit:
            return (), None
        query = self.query
        if suppressed:
            query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._articles(suppressed))])
        limit = wanted + SLACK
        while True:
            rows, whole, matching = self._ranked(query, limit)
            if whole or len(rows) >= wanted:
                break
            limit *= 4
        rows = rows[self.request.offset : wanted]
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
        members_count = count(self.searcher, query)
        if not members_count:
            return []
        found = self.searcher.search(query, members_count, False).hits
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

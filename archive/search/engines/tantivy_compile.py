"""Compiles a plan into a Tantivy query.

The promise: through the query API only, never Tantivy's own parser, so nothing a person types is read twice. Narrowing
parts score nothing.
"""

from __future__ import annotations

import re

from tantivy import FieldType, Occur, Query, Schema

from .. import plan as plans
from .filing import seconds
from .tantivy_schema import pairs

TEXT_ZONES = ("headline", "standfirst", "body")
FORMS = ("form_body", "form_beside")
HEADLINE_BOOST = 2.0


def either(queries: list[Query]) -> Query:
    """Return what at least one of the queries matches."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def unscored(query: Query) -> Query:
    """Return the query with a score of nothing."""
    return Query.const_score_query(query, 0.0)


FLAT = {plans.Form: 2.0, plans.FormPattern: 1.0, plans.FormFuzzy: 1.0}


def flat_score(plan: plans.Plan) -> float | None:
    """Return the score of every match where all score alike, None where they may differ."""
    match plan:
        case plans.Stems() | plans.Run():
            return None
        case plans.AllOf():
            scores = [flat_score(child) for child in plan.children]
            known = [score for score in scores if score is not None]
            return sum(known) if len(known) == len(scores) else None
        case plans.AnyOf():
            return 0.0 if all(flat_score(child) == 0.0 for child in plan.children) else None
    return FLAT.get(type(plan), 0.0)


class Compiler:
    """Compiles plans for one schema; pairs of `frequent` stems are filed as terms."""

    def __init__(self, schema: Schema, frequent: frozenset[str]) -> None:
        self.schema, self.frequent = schema, frequent

    def term(self, field: str, value: object) -> Query:
        """Return a query for one term."""
        return Query.term_query(self.schema, field, value)

    def compile(self, plan: plans.Plan) -> Query:
        """Return the query of a plan."""
        match plan:
            case plans.Stems():
                return either([self.term(plan.zone or "text", term) for term in plan.terms])
            case plans.Run():
                zones = (plan.zone,) if plan.zone else TEXT_ZONES
                return either([self._run(zone, run, plan.slop) for zone in zones for run in plan.runs])
            case plans.Form():
                return self._flat(plan, [self.term(field, plan.form) for field in form_fields(plan.zone)])
            case plans.FormPattern():
                pattern = regex(plan.pattern)
                return self._flat(
                    plan, [Query.regex_query(self.schema, field, pattern) for field in form_fields(plan.zone)]
                )
            case plans.FormFuzzy():
                return self._flat(
                    plan, [self._fuzzy(field, plan.form, plan.distance) for field in form_fields(plan.zone)]
                )
            case plans.Names():
                return self._all([self._name(plan.field, term) for term in plan.terms])
            case plans.NamePattern():
                return unscored(Query.regex_query(self.schema, f"word_{plan.field}", regex(plan.pattern)))
            case plans.NameFuzzy():
                return unscored(self._fuzzy(f"word_{plan.field}", plan.form, plan.distance))
            case plans.Code():
                return unscored(either([self.term("code", f"{plan.field}:{value}") for value in plan.values]))
            case plans.Dated():
                return unscored(self._dated(plan))
            case plans.Undated():
                return unscored(self.term("dated", False))
            case plans.Every():
                return unscored(Query.all_query())
            case plans.Without():
                everything = (Occur.Must, Query.all_query())
                return unscored(Query.boolean_query([everything, (Occur.MustNot, self.compile(plan.child))]))
            case plans.AllOf():
                return self._all([self.compile(child) for child in plan.children])
            case plans.AnyOf():
                return either([self.compile(child) for child in plan.children])
        raise TypeError(f"no way to compile {plan!r}")

    def _flat(self, plan: plans.Plan, queries: list[Query]) -> Query:
        return Query.const_score_query(either(queries), FLAT[type(plan)])

    def _all(self, queries: list[Query]) -> Query:
        return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])

    def _name(self, field: str, term: str) -> Query:
        filed = field if " " in term or term.startswith("=") else f"word_{field}"
        return unscored(self.term(filed, term))

    def _fuzzy(self, field: str, form: str, distance: int) -> Query:
        return Query.fuzzy_term_query(self.schema, field, form, distance, True, False)

    def _run(self, zone: str, run: tuple[str, ...], slop: int) -> Query:
        filed = pairs(run, self.frequent) if zone == "body" and not slop else []
        if filed and len(run) == 2:
            return self.term("pairs", filed[0])
        found = self._phrase(zone, run, slop)
        # The pairs say quickly where it is worth looking.
        return self._all([found, *(unscored(self.term("pairs", pair)) for pair in filed)])

    def _phrase(self, zone: str, run: tuple[str, ...], slop: int) -> Query:
        orders = {run, run[::-1]} if slop else {run}
        words: list[list[str | tuple[int, str]]] = [list(order) for order in sorted(orders)]
        query = either([Query.phrase_query(self.schema, zone, order, slop) for order in words])
        return Query.boost_query(query, HEADLINE_BOOST) if zone == "headline" else query

    def _dated(self, plan: plans.Dated) -> Query:
        since = None if plan.since is None else seconds(plan.since)
        until = None if plan.until is None else seconds(plan.until)
        if since is None and until is None:
            return self.term("dated", True)
        return Query.range_query(self.schema, "published", FieldType.Integer, since, until, True, until is None)


def form_fields(zone: str) -> tuple[str, ...]:
    """Return the fields that hold the forms of a zone; of two, a document holds a form in one only."""
    return (f"form_{zone}",) if zone else FORMS


def regex(pattern: str) -> str:
    """Return Tantivy's regular expression of a pattern with `*` and `?`."""
    letters = {"*": ".*", "?": "."}
    return "".join(letters.get(letter) or re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", letter) for letter in pattern)

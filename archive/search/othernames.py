"""Names that go by another one now: an outlet's aliases, tags that were merged into others.

The promise: what is asked for by any of its names is found, from the moment the name is known and without writing the
index anew; the query as it was typed stays what is shown and stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from .analysis import fold, forms, name_query, name_terms
from .nodes import NAME_FIELDS, And, Fuzzy, Node, Not, Or, Pattern, Phrase, Word, disjunction, walk
from .plan import folded_pattern

# For each field of names, pairs of another name and the one under which the articles are filed.
OtherNames = Mapping[str, Sequence[tuple[str, str]]]


def name_fields(query: Node) -> set[str]:
    """Return the fields of names that a query asks."""
    return {
        node.field
        for node in walk(query)
        if isinstance(node, Word | Phrase | Pattern | Fuzzy) and node.field in NAME_FIELDS
    }


def with_other_names(query: Node, known: OtherNames) -> Node:
    """Return the query asking also for the own names of what it asks for by another."""
    match query:
        case And():
            return And(tuple(with_other_names(child, known) for child in query.children))
        case Or():
            return Or(tuple(with_other_names(child, known) for child in query.children))
        case Not():
            return Not(with_other_names(query.child, known))
        case Word() | Phrase() | Pattern() | Fuzzy() if known.get(query.field):
            own = dict.fromkeys(own for name, own in known[query.field] if _asks_for(query, name))
            return disjunction([query, *(Phrase(name, query.field, exact=True) for name in own)])
    return query


def _asks_for(node: Word | Phrase | Pattern | Fuzzy, name: str) -> bool:
    """Say whether an article filed under this name would be found."""
    match node:
        case Word() | Phrase():
            return set(name_query(node.text, node.exact)) <= _filed(name)
        case Pattern():
            letters = {"*": r"\S*", "?": r"\S"}
            wanted = "".join(letters.get(letter, re.escape(letter)) for letter in folded_pattern(node.text))
            return any(re.fullmatch(wanted, word) for word in forms(name))
        case Fuzzy():
            form = fold(node.text)
            return any(OSA.distance(form, word) <= node.distance for word in forms(name))


@lru_cache(maxsize=20_000)
def _filed(name: str) -> frozenset[str]:
    return frozenset(name_terms((name,)))

"""What a document is filed under, the same on every engine: codes, names, and moments as numbers.

The promise: what is filed here is what `plan` asks for.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ..analysis import name_terms
from ..types import Document

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNDATED = -(2**62)


def seconds(moment: datetime | None) -> int:
    """Return the moment in seconds since 1970, UNDATED for none."""
    return UNDATED if moment is None else int(moment.timestamp())


def microseconds(moment: datetime | None) -> int:
    """Return the moment in microseconds since 1970, UNDATED for none."""
    return UNDATED if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=50_000)
def names_filed(names: tuple[str, ...]) -> frozenset[str]:
    """Return the terms under which names are filed; outlets and tags come again and again, so they are remembered."""
    return frozenset(name_terms(names))


def base_language(language: str) -> str:
    """Return the language without country or script, as facets count it."""
    return language.lower().split("-")[0]


@lru_cache(maxsize=1000)
def _language_codes(language: str) -> tuple[str, ...]:
    lowered, base = language.lower(), base_language(language)
    return tuple({f"lang:{lowered}", f"lang:{base}", f"#language:{base}"})


def code_terms(document: Document) -> set[str]:
    """Return the codes that a document is filed under, and the values that facets count, each with its field."""
    found = {f"kind:{document.kind}", f"#outlet:{document.outlet}", *_language_codes(document.language)}
    if document.changes:
        found.update([f"change:{change}" for change in document.changes])
    if document.story:
        found.add(f"story:{document.story}")
    for facet, values in (
        ("tag", document.tags),
        ("person", document.persons),
        ("place", document.places),
        ("org", document.orgs),
    ):
        if values:
            found.update([f"#{facet}:{value}" for value in values])
    return found


def name_values(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the names of a document by field."""
    return {
        "by": (document.byline,) if document.byline else (),
        "outlet": (document.outlet_name, document.outlet.replace("-", " "), document.outlet),
        "tag": document.tags,
        "person": document.persons,
        "place": document.places,
        "org": document.orgs,
        "source": document.sources,
    }

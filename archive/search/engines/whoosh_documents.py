"""A document as Whoosh's writer takes it: packed postings for each field and one row of numbers.

The promise: what is filed here is what `plan` asks for; the zones of the text share one field, told apart by where
their positions begin, and a word of the headline weighs as several.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ..analysis import analyze, name_terms
from ..types import Document
from .whoosh_codec import CURRENT, RESTRICTED, ROW, UNDATED, Posting

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STANDFIRST_BASE = 1 << 20
BODY_BASE = 1 << 21
VALUE_GAP = 1 << 8
MOST_POSITIONS = 60_000
HEADLINE_WEIGHT = 3.0
STANDFIRST_WEIGHT = 1.5


def seconds(moment: datetime | None) -> int:
    """Return the moment in seconds since 1970, UNDATED for none."""
    return UNDATED if moment is None else int(moment.timestamp())


def microseconds(moment: datetime | None) -> int:
    """Return the moment in microseconds since 1970, UNDATED for none."""
    return UNDATED if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def _postings(positions: dict[str, list[int]], weights: dict[str, float] | None = None) -> list[Posting]:
    return [
        (
            term.encode(),
            1,
            weights[term] if weights else 1.0,
            array("I", places[:MOST_POSITIONS]).tobytes(),
        )
        for term, places in positions.items()
    ]


def _plain(terms: set[str]) -> list[Posting]:
    return [(term.encode(), 1, 1.0, b"") for term in terms]


def _zone(values: tuple[str, ...], language: str) -> tuple[dict[str, list[int]], set[str], int]:
    """Return positions by stem, forms, and the number of tokens; values lie apart so that no run crosses them."""
    positions: dict[str, list[int]] = defaultdict(list)
    held: set[str] = set()
    base = count = 0
    for value in values:
        found = analyze(value, language)
        for place, (form, stem) in enumerate(found, base):
            positions[stem].append(place)
            held.add(form)
        base += len(found) + VALUE_GAP
        count += len(found)
    return positions, held, count


def code_terms(document: Document) -> set[str]:
    """Return the codes that a document is filed under, and the values that facets count, each with its field."""
    found = {f"lang:{language}" for language in {document.language.lower(), document.language.lower().split("-")[0]}}
    found |= {f"kind:{document.kind}", f"#language:{document.language.lower().split('-')[0]}"}
    found |= {f"change:{change}" for change in document.changes}
    if document.story:
        found.add(f"story:{document.story}")
    found.add(f"#outlet:{document.outlet}")
    for facet, values in (
        ("tag", document.tags),
        ("person", document.persons),
        ("place", document.places),
        ("org", document.orgs),
    ):
        found |= {f"#{facet}:{value}" for value in values}
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


def prepare(document: Document) -> dict[str, Any]:
    """Return what Whoosh's writer is to add for a document."""
    positions: dict[str, list[int]] = defaultdict(list)
    weights: dict[str, float] = defaultdict(float)
    prepared: dict[str, Any] = {}
    length = 0
    zones = (
        ("headline", (document.headline,), 0, HEADLINE_WEIGHT),
        ("standfirst", (document.standfirst,), STANDFIRST_BASE, STANDFIRST_WEIGHT),
        ("body", (document.body,), BODY_BASE, 1.0),
        ("quote", document.quotes, None, 0.0),
    )
    for name, values, base, weight in zones:
        found, held, count = _zone(values, document.language)
        if not held:
            continue
        if base is not None:
            length += count
            for stem, places in found.items():
                positions[stem].extend([place + base for place in places] if base else places)
                weights[stem] += weight * len(places)
        if name != "body":
            prepared[name] = _postings(found)
        prepared[f"form_{name}"] = _plain(held)
    if positions:
        prepared["text"] = _postings(positions, weights)
    for field, names in name_values(document).items():
        if terms := name_terms(names):
            prepared[field] = _plain(terms)
    prepared["code"] = _plain(code_terms(document))
    row = np.zeros((), ROW)
    row["article"], row["version"], row["copies"] = document.article, document.version, document.copies
    row["published"], row["captured"] = seconds(document.published), microseconds(document.captured)
    row["length"] = length
    row["flags"] = CURRENT * document.current | RESTRICTED * document.restricted
    row["hash"] = document.content_hash[:32].encode()
    prepared["row"] = row.tobytes()
    return prepared

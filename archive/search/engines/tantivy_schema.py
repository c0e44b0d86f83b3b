"""A document as Tantivy takes it, and the fields of its index.

The promise: the archive analyzes; Tantivy splits at spaces what it is given. Zones are fields; `text` holds all of them
for ranking, the headline several times over, so that its words weigh more. Names are filed as runs of words apart from
single words, so patterns and misspellings never reach over a space. No pair of term and document is filed twice where
two fields can be asked instead: forms outside the body stand in `form_beside` only where the body does not hold them,
and tags are counted as topics, persons, places and organisations, less the names that one document carries as two.

A phrase of two words that stand in many texts is slow to find by their places, so such pairs in a body are filed as
terms (decision 0026); `frequent` are those words, as stems, chosen once a generation.

What is counted stands in columns of exactly one value a document, "" for none, which Tantivy counts in a fifth of the
time that columns of any number of values take: the first two names of each kind have a column each (decision 0025).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import chain

import tantivy

from ..analysis import forms_of, raw_tokens, stemming_language, stems_of
from ..types import Document
from .filing import base_language, code_terms, microseconds, name_values, names_filed, seconds

ZONES = ("headline", "standfirst", "body", "quote")
NAMES = ("by", "outlet", "tag", "person", "place", "org", "source")
# Whoever changes the fields changes this number: an index of another number is built anew.
FORMAT = 5
TAG_KINDS = ("topic", "person", "place", "org")
# Of each kind so many names stand in columns of their own, the others in one column together.
PLACES = (1, 2)
SINGLE = ("outlet", "language", "month", *(f"{kind}_{place}" for kind in TAG_KINDS for place in PLACES))
# The second of a kind only where `several` is set, and these only where `many` is.
AGAIN = ("twice", "thrice", "four_times")
MULTIPLE = (*AGAIN, *(f"{kind}_more" for kind in TAG_KINDS))
TIMES_HEADLINE = 3
# Between two quotes stand more fillers than a phrase may skip, so that no run crosses from one into the next.
GAP = " ".join(["~"] * 60)
# Stems that stand in so large a part of the texts are frequent, the most frequent of them.
FREQUENT_SHARE = 0.1
MOST_FREQUENT = 150
PAIR = "\x1f"


def schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for zone in ZONES:
        builder.add_text_field(zone, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"form_{zone}", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("form_beside", tokenizer_name="whitespace", index_option="basic")
    for name in NAMES:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        builder.add_text_field(f"word_{name}", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("code", tokenizer_name="raw", index_option="basic")
    for facet in SINGLE + MULTIPLE:
        builder.add_text_field(f"facet_{facet}", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_bytes_field("hash", stored=True)
    builder.add_unsigned_field("article", indexed=True, fast=True)
    for number in ("version", "copies"):
        builder.add_unsigned_field(number, fast=True)
    for number in ("published", "captured"):
        builder.add_integer_field(number, fast=True)
    for flag in ("current", "open", "dated", "several", "many"):
        builder.add_boolean_field(flag, indexed=True, fast=True)
    return builder.build()


def prepare(document: Document, frequent: frozenset[str]) -> tantivy.Document:
    """Return the document to add."""
    found = tantivy.Document()
    language = stemming_language(document.language)
    stem_of, form_of = stems_of(language).__getitem__, forms_of(language).__getitem__
    beside: set[str] = set()
    body: set[str] = set()
    weighed: list[str] = []
    for zone, values in zip(
        ZONES, ((document.headline,), (document.standfirst,), (document.body,), document.quotes), strict=True
    ):
        tokens = [raw_tokens(value) for value in values if value]
        if not any(tokens):
            continue
        stems = [" ".join(map(stem_of, value)) for value in tokens]
        forms = set(map(form_of, set(tokens[0]) if len(tokens) == 1 else set().union(*tokens)))
        found.add_text(zone, f" {GAP} ".join(stems) if len(stems) > 1 else stems[0])
        found.add_text(f"form_{zone}", " ".join(forms))
        if zone == "body":
            body = forms
            if frequent:
                found.add_text("pairs", " ".join(pairs(stems[0].split(" "), frequent)))
        elif zone != "quote":
            beside |= forms
        if zone != "quote":
            weighed += stems * (TIMES_HEADLINE if zone == "headline" else 1)
    found.add_text("text", " ".join(weighed))
    found.add_text("form_beside", " ".join(beside - body))
    for name, names in name_values(document).items():
        words = []
        for term in names_filed(names) if names else ():
            if " " in term or term.startswith("="):
                found.add_text(name, term)
            else:
                words.append(term)
        if words:
            found.add_text(f"word_{name}", " ".join(words))
    for code in code_terms(document):
        # What is counted has columns of its own.
        if not code.startswith("#"):
            found.add_text("code", code)
    _add_counted(found, document)
    found.add_bytes("hash", document.content_hash[:32].encode())
    found.add_unsigned("article", document.article)
    found.add_unsigned("version", document.version)
    found.add_unsigned("copies", document.copies)
    found.add_integer("captured", microseconds(document.captured))
    found.add_boolean("current", document.current)
    found.add_boolean("open", not document.restricted)
    found.add_boolean("dated", document.published is not None)
    if document.published is not None:
        found.add_integer("published", seconds(document.published))
    return found


def pairs(stems: Sequence[str], frequent: frozenset[str]) -> list[str]:
    """Return the terms of neighbors that are frequent both."""
    are = [stem in frequent for stem in stems]
    return [f"{stems[at]}{PAIR}{stems[at + 1]}" for at in range(len(stems) - 1) if are[at] and are[at + 1]]


def frequent_in(documents: Sequence[Document]) -> frozenset[str]:
    """Return the stems that are frequent in the bodies of these documents."""
    holding: Counter[str] = Counter()
    for document in documents:
        stem_of = stems_of(stemming_language(document.language)).__getitem__
        holding.update(set(map(stem_of, set(raw_tokens(document.body)))))
    least = FREQUENT_SHARE * len(documents)
    return frozenset(stem for stem, number in holding.most_common(MOST_FREQUENT) if number >= least)


def _add_counted(found: tantivy.Document, document: Document) -> None:
    """Add what is counted of a document."""
    found.add_text("facet_outlet", document.outlet)
    found.add_text("facet_language", base_language(document.language))
    found.add_text("facet_month", month_of(document.published))
    kinds = (document.topics, document.persons, document.places, document.orgs)
    several = many = False
    for kind, names in zip(TAG_KINDS, kinds, strict=True):
        ordered = sorted({name for name in names if name})
        for place in PLACES:
            found.add_text(f"facet_{kind}_{place}", ordered[place - 1] if len(ordered) >= place else "")
        several = several or len(ordered) > 1
        for name in ordered[len(PLACES) :]:
            found.add_text(f"facet_{kind}_more", name)
            many = True
    for times, again in zip(AGAIN, named_again(document), strict=True):
        for name in again:
            found.add_text(f"facet_{times}", name)
            many = True
    found.add_boolean("several", several or many)
    found.add_boolean("many", many)


def month_of(moment: datetime | None) -> str:
    """Return the month as it is counted, "" for none."""
    return "" if moment is None else f"{moment.year:04d}-{moment.month:02d}"


def named_again(document: Document) -> tuple[list[str], ...]:
    """Return the names of tags that a document carries as two kinds at least, as three, and as four: Tantivy counts a
    value once a document and column."""
    kinds = [set(filter(None, names)) for names in (document.topics, document.persons, document.places, document.orgs)]
    if sum(map(len, kinds)) == len(set().union(*kinds)):
        return ([],) * len(AGAIN)
    times = Counter(chain(*kinds))
    return tuple([name for name, number in times.items() if number > least] for least in range(1, len(AGAIN) + 1))

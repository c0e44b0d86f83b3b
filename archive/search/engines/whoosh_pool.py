"""The documents of one commit on their way into a segment: tokens as numbers, then sorted all at once.

The promise: a token costs one look-up in a table; which documents hold a term, how often and where comes out of one
sort over all tokens. The zones of the text share one field, told apart by where their positions begin, and a word of
the headline weighs as several.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator

import numpy as np

from ..analysis import raw_tokens, stemming_language, terms_of
from ..types import Document
from .filing import code_terms, microseconds, name_values, names_filed, seconds
from .whoosh_codec import CURRENT, RESTRICTED, ROW, Batch, Numbers

STANDFIRST_BASE = 1 << 20
BODY_BASE = 1 << 21
VALUE_GAP = 1 << 8
MOST_POSITIONS = 60_000
ZONES = ("headline", "standfirst", "body", "quote")
QUOTE = ZONES.index("quote")
BASES = np.array([0, STANDFIRST_BASE, BODY_BASE, 0], np.uint32)
HALVES = np.array([6, 3, 2, 0], np.uint32)  # how much a word of each zone weighs, in halves
HALF = np.float32(0.5)


class TermNumbers(dict[str, int]):
    """Terms by number, in the order in which they came."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number

    def in_order(self) -> tuple[list[bytes], Numbers]:
        """Return the terms as bytes in order, and the place of each number in it."""
        terms = [term.encode() for term in self]
        order = sorted(range(len(terms)), key=terms.__getitem__)
        places = np.empty(len(terms), np.uint32)
        places[order] = np.arange(len(terms), dtype=np.uint32)
        return [terms[number] for number in order], places


class Tokens(dict[str, int]):
    """Raw token -> number of its stem and of its form, in one language."""

    def __init__(self, language: str, stems: TermNumbers, forms: TermNumbers) -> None:
        super().__init__()
        self.terms, self.stems, self.forms = terms_of(language), stems, forms

    def __missing__(self, token: str) -> int:
        form, stem = self.terms[token]
        self[token] = number = self.stems[stem] << 32 | self.forms[form]
        return number


class Filed:
    """The terms of a field without positions: pairs of term and document."""

    def __init__(self) -> None:
        self.numbers = TermNumbers()
        self.terms, self.docs = array("I"), array("I")

    def add(self, doc: int, terms: Collection[str]) -> None:
        """File a document under terms."""
        self.terms.extend(map(self.numbers.__getitem__, terms))
        self.docs.extend([doc] * len(terms))


class Pool:
    """Collects documents, then yields their rows and postings."""

    def __init__(self) -> None:
        self.count = 0
        self.rows = bytearray()
        self.stems, self.forms = TermNumbers(), TermNumbers()
        self.tables: dict[str, Tokens] = {}
        self.tokens = array("Q")
        # One entry for each run of tokens: document, zone, number of tokens, place of the first.
        self.docs, self.zones, self.lengths, self.firsts = array("I"), array("B"), array("I"), array("I")
        self.filed: dict[str, Filed] = {}

    def add(self, document: Document) -> None:
        """Take a document."""
        language = stemming_language(document.language)
        table = self.tables.get(language)
        if table is None:
            table = self.tables[language] = Tokens(language, self.stems, self.forms)
        length = 0
        for zone, text in enumerate((document.headline, document.standfirst, document.body)):
            if text:
                length += self._tokens(table, zone, text, 0)
        first = 0
        for quote in document.quotes:
            first += self._tokens(table, QUOTE, quote, first) + VALUE_GAP
        for field, names in name_values(document).items():
            if names and (terms := names_filed(names)):
                self._file(field, terms)
        self._file("code", code_terms(document))
        row = np.zeros((), ROW)
        row["article"], row["version"], row["copies"] = document.article, document.version, document.copies
        row["published"], row["captured"] = seconds(document.published), microseconds(document.captured)
        row["length"] = length
        row["flags"] = CURRENT * document.current | RESTRICTED * document.restricted
        row["hash"] = document.content_hash[:32].encode()
        self.rows += row.tobytes()
        self.count += 1

    def _tokens(self, table: Tokens, zone: int, text: str, first: int) -> int:
        found = raw_tokens(text)
        self.tokens.extend(map(table.__getitem__, found))
        self.docs.append(self.count)
        self.zones.append(zone)
        self.lengths.append(len(found))
        self.firsts.append(first)
        return len(found)

    def _file(self, field: str, terms: Collection[str]) -> None:
        if field not in self.filed:
            self.filed[field] = Filed()
        self.filed[field].add(self.count, terms)

    def iter_postings(self) -> Iterator[Batch]:
        """Yield the postings, by field and term."""
        fields = {field: self._plain(field) for field in self.filed}
        for zone, name in enumerate(ZONES):
            fields[f"form_{name}"] = self._forms(zone)
            if name != "body":
                fields[name] = self._prose(name, zone)
        fields["text"] = self._prose("text", None)
        for field in sorted(fields):
            yield from fields[field]

    def cleanup(self) -> None:
        """Let go of what was collected."""
        self.__init__()  # type: ignore[misc]

    def _plain(self, field: str) -> Iterator[Batch]:
        filed = self.filed[field]
        terms, places = filed.numbers.in_order()
        docs = np.frombuffer(filed.docs, np.uint32)
        yield unplaced(field, terms, places[np.frombuffer(filed.terms, np.uint32)], docs)

    def _runs(self, zone: int | None) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Return tokens, documents, places and zones of all tokens of a zone, of all zones but quotes for None."""
        zones = np.frombuffer(self.zones, np.uint8)
        lengths = np.frombuffer(self.lengths, np.uint32).astype(np.int64)
        chosen = zones != QUOTE if zone is None else zones == zone
        starts = (np.cumsum(lengths) - lengths)[chosen]
        lengths = lengths[chosen]
        within = within_runs(lengths)
        tokens = np.frombuffer(self.tokens, np.uint64)[np.repeat(starts, lengths) + within]
        docs = np.repeat(np.frombuffer(self.docs, np.uint32)[chosen], lengths)
        firsts = np.frombuffer(self.firsts, np.uint32)[chosen]
        places = np.repeat(firsts, lengths) + within.astype(np.uint32)
        return tokens, docs, places, np.repeat(zones[chosen], lengths)

    def _forms(self, zone: int) -> Iterator[Batch]:
        tokens, docs, _, _ = self._runs(zone)
        if len(tokens):
            terms, order = self.forms.in_order()
            yield unplaced(f"form_{ZONES[zone]}", terms, order[tokens & np.uint64(0xFFFFFFFF)], docs)

    def _prose(self, field: str, zone: int | None) -> Iterator[Batch]:
        tokens, docs, places, zones = self._runs(zone)
        if not len(tokens):
            return
        terms, order = self.stems.in_order()
        held = order[tokens >> np.uint64(32)]
        del tokens
        if zone is None:
            places = places + BASES[zones]
        sorting = np.argsort(held, kind="stable")
        held, docs, places = held[sorting], docs[sorting], places[sorting]
        opens = np.flatnonzero(np.append(True, (held[1:] != held[:-1]) | (docs[1:] != docs[:-1])))
        weights = np.add.reduceat(HALVES[zones[sorting]], opens) if zone is None else None
        lengths = np.diff(np.append(opens, len(held)))
        if int(lengths.max()) > MOST_POSITIONS:
            places = places[within_runs(lengths) < MOST_POSITIONS]
            lengths = np.minimum(lengths, MOST_POSITIONS)
        held, docs = held[opens], docs[opens]
        terms, counts = held_terms(terms, held)
        if weights is not None:
            weights = np.minimum(weights, 65535)
        yield Batch(field, terms, counts, docs, weights, lengths, places)


def within_runs(lengths: Numbers) -> Numbers:
    """Return 0, 1, 2, … for each run of these lengths, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def held_terms(terms: list[bytes], held: Numbers) -> tuple[list[bytes], Numbers]:
    """Return the terms whose places are held, each once, and how often each is; `held` is sorted."""
    opens = np.flatnonzero(np.append(True, held[1:] != held[:-1]))
    return [terms[place] for place in held[opens].tolist()], np.diff(np.append(opens, len(held)))


def unplaced(field: str, terms: list[bytes], held: Numbers, docs: Numbers) -> Batch:
    """Return a batch without positions from pairs of the place of a term and a document; a pair may come twice."""
    pairs = np.sort(held.astype(np.uint64) << np.uint64(32) | docs)
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    kept, counts = held_terms(terms, pairs >> np.uint64(32))
    return Batch(field, kept, counts, (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32))

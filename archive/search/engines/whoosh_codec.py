"""Whoosh's files as the archive writes them: terms in blocks of arrays, one row of numbers for each version.

The promise: everything goes through Whoosh's own extension points (codec, field types, merge policy), so its commits,
table of contents and clean-up stay in charge. Postings lie in arrays that are read at once instead of one by one, which
is what makes common terms, prefixes and facets quick.

Block in a postings file: count, weights given?, bytes of positions; then ids (u4), weights (f4), positions a posting
(u2), and the positions (u4, compressed).
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo

BLOCK = 4096
HEAD = struct.Struct("<III")
FIELD = struct.Struct("!H")
EXTENT = struct.Struct("!qi")
INFO = W3TermInfo._struct
ROW = np.dtype(
    [
        ("article", "<u8"),
        ("copies", "<u8"),
        ("published", "<i8"),
        ("captured", "<i8"),
        ("version", "<u4"),
        ("length", "<u4"),
        ("flags", "<u4"),
        ("spare", "<u4"),
        ("hash", "S32"),
    ]
)
CURRENT, RESTRICTED = 1, 2
UNDATED = -(2**62)

Posting = tuple[bytes, int, float, bytes]
Ints = np.ndarray[Any, np.dtype[np.uint32]]


class PreparedFormat(formats.Format):
    """A format for terms whose positions are already packed."""

    posting_size = -1

    def word_values(self, value: Any, analyzer: Any, **kwargs: Any) -> Any:
        """Return the value, which is a list of postings."""
        return value


class PreparedField(fields.FieldType):
    """A field that is given its postings instead of a text: the archive analyzes for itself."""

    def __init__(self, positions: bool = False, weights: bool = False) -> None:
        self.format = PreparedFormat()
        self.positions = positions
        self.weights = weights
        self.scorable = False
        self.stored = False
        self.unique = False
        self.column_type = None
        self.vector = None
        self.analyzer = None

    def index(self, value: list[Posting], **kwargs: Any) -> list[Posting]:
        """Return the postings as they were given."""
        return value

    def clean(self) -> None:
        """Do nothing: there is no analyzer to clean."""


class RowField(fields.FieldType):
    """The numbers of a version, in one fixed-length row."""

    indexed = False

    def __init__(self) -> None:
        self.format = None
        self.scorable = self.stored = self.unique = False
        self.vector = self.analyzer = None
        self.column_type = columns.FixedBytesColumn(ROW.itemsize)

    def to_column_value(self, value: bytes) -> bytes:
        """Return the row as it was given."""
        return value

    def clean(self) -> None:
        """Do nothing: there is no analyzer to clean."""


class Pool:
    """Collects postings by term. Documents come in order, so only the terms need sorting, never the postings."""

    def __init__(self) -> None:
        self.terms: dict[tuple[str, bytes], tuple[list[int], list[float], list[bytes]]] = {}

    def add_document(self, docnum: int, prepared: dict[str, list[Posting]]) -> None:
        """Take the postings of one document, by field."""
        terms = self.terms
        for field, postings in prepared.items():
            for term, _, weight, packed in postings:
                key = (field, term)
                found = terms.get(key)
                if found is None:
                    terms[key] = ([docnum], [weight], [packed])
                else:
                    found[0].append(docnum)
                    found[1].append(weight)
                    found[2].append(packed)

    def iter_postings(self) -> Iterator[tuple[str, bytes, Sequence[int], bytes, bytes, bytes, bytes]]:
        """Yield field, term, ids, and as packed arrays ids, weights, positions a posting, and positions, by term."""
        for (field, term), (ids, weights, packed) in sorted(self.terms.items(), key=itemgetter(0)):
            counts = array("H", [len(piece) // 4 for piece in packed]).tobytes()
            yield field, term, ids, array("I", ids).tobytes(), array("f", weights).tobytes(), counts, b"".join(packed)

    def cleanup(self) -> None:
        """Let go of what was collected."""
        self.terms = {}


class ArchiveFieldWriter(W3FieldWriter):
    """Writes whole posting lists at once."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Any]) -> None:
        """Write the lists, which come sorted by field and term."""
        last = None
        for field, term, ids, *arrays in items:
            if field != last:
                if last is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                last = field
            self._write(schema[field], term, ids, *arrays)
        if last is not None:
            self.finish_field()

    def _write(
        self,
        field: PreparedField,
        term: bytes,
        ids: Any,
        packed_ids: bytes,
        weights: bytes,
        counts: bytes,
        places: bytes,
    ) -> None:
        """Write one list; `ids` is a sequence of the documents, the rest are arrays as bytes."""
        total = len(ids)
        blocks = []
        done = 0
        for at in range(0, total, BLOCK):
            end = min(at + BLOCK, total)
            counted, packed = b"", b""
            if field.positions:
                counted = counts[at * 2 : end * 2]
                size = len(places) if total <= BLOCK else int(np.frombuffer(counted, np.uint16).sum(dtype=np.int64)) * 4
                packed = zlib.compress(places[done : done + size], 1)
                done += size
            weighed = weights[at * 4 : end * 4] if field.weights else b""
            head = HEAD.pack(end - at, field.weights, len(packed))
            blocks += [head, packed_ids[at * 4 : end * 4], weighed, counted, packed]
        data = b"".join(blocks)
        info = INFO.pack(0, float(total), total, 0, 0, 1.0, int(ids[0]), int(ids[-1]))
        self._tindex.add(FIELD.pack(self._fieldid) + term, info + EXTENT.pack(self._written, len(data)))
        self._postfile.write(data)
        self._written += len(data)

    _written = 0


class ArchiveCodec(W3Codec):
    """Whoosh's third codec with postings in arrays and without its statistics of lengths, which the rows hold."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> ArchiveFieldWriter:
        """Return the writer of posting lists."""
        return ArchiveFieldWriter(self, storage, segment)


PROSE = ("headline", "standfirst", "quote")
FORM_ZONES = ("headline", "standfirst", "body", "quote")
NAMES = ("by", "outlet", "tag", "person", "place", "org", "source")


def schema() -> fields.Schema:
    """Return the fields of the index. `text` holds all zones: headline, standfirst and body, each from its base on."""
    found: dict[str, fields.FieldType] = {"row": RowField(), "text": PreparedField(positions=True, weights=True)}
    for name in PROSE:
        found[name] = PreparedField(positions=True)
    for name in FORM_ZONES:
        found[f"form_{name}"] = PreparedField()
    for name in NAMES:
        found[name] = PreparedField()
    found["code"] = PreparedField()
    return fields.Schema(**found)


def unpack(data: Any, positions: bool) -> tuple[Ints, np.ndarray | None, np.ndarray | None, bytes]:
    """Return ids, weights, positions a posting and positions of one term's blocks."""
    ids, weights, counts, packed = [], [], [], []
    at, end = 0, len(data)
    while at < end:
        count, weighted, size = HEAD.unpack_from(data, at)
        at += HEAD.size
        ids.append(np.frombuffer(data, np.uint32, count, at))
        at += count * 4
        if weighted:
            weights.append(np.frombuffer(data, np.float32, count, at))
            at += count * 4
        if size:
            if positions:
                counts.append(np.frombuffer(data, np.uint16, count, at))
                packed.append(zlib.decompress(data[at + count * 2 : at + count * 2 + size]))
            at += count * 2 + size
    one = len(ids) == 1
    return (
        ids[0] if one else np.concatenate(ids),
        (weights[0] if one else np.concatenate(weights)) if weights else None,
        (counts[0] if one else np.concatenate(counts)) if counts else None,
        packed[0] if len(packed) == 1 else b"".join(packed),
    )

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
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo

BLOCK = 4096
HEAD = struct.Struct("<III")
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

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting of a writer."""
        field, term, docnum, weight, packed = item
        found = self.terms.get((field, term))
        if found is None:
            found = self.terms[(field, term)] = ([], [], [])
        found[0].append(docnum)
        found[1].append(weight)
        found[2].append(packed)

    def iter_postings(self) -> Iterator[tuple[str, bytes, Ints, np.ndarray, np.ndarray, bytes]]:
        """Yield field, term, ids, weights, positions a posting, and positions, in the order of the terms."""
        for (field, term), (ids, weights, packed) in sorted(self.terms.items()):
            counts = np.fromiter((len(piece) // 4 for piece in packed), np.uint16, len(packed))
            yield field, term, np.array(ids, np.uint32), np.array(weights, np.float32), counts, b"".join(packed)

    def cleanup(self) -> None:
        """Let go of what was collected."""
        self.terms = {}


class ArchiveFieldWriter(W3FieldWriter):
    """Writes whole posting lists at once."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Any]) -> None:
        """Write the lists, which come sorted by field and term."""
        last = None
        for field, term, ids, weights, counts, positions in items:
            if field != last:
                if last is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                last = field
            self._write(schema[field], term, ids, weights, counts, positions)
        if last is not None:
            self.finish_field()

    def _write(
        self, field: PreparedField, term: bytes, ids: Ints, weights: np.ndarray, counts: np.ndarray, positions: bytes
    ) -> None:
        start = self._postfile.tell()
        done = 0
        for at in range(0, len(ids), BLOCK):
            end = min(at + BLOCK, len(ids))
            packed = b""
            counted = counts[at:end]
            if field.positions:
                size = int(counted.sum(dtype=np.int64)) * 4
                packed = zlib.compress(positions[done : done + size], 1)
                done += size
            self._postfile.write(HEAD.pack(end - at, field.weights, len(packed)))
            self._postfile.write(ids[at:end].tobytes())
            if field.weights:
                self._postfile.write(weights[at:end].tobytes())
            if field.positions:
                self._postfile.write(counted.tobytes())
                self._postfile.write(packed)
        info = W3TermInfo(weight=float(len(ids)), df=len(ids), minid=int(ids[0]), maxid=int(ids[-1]))
        info._minlength, info._maxlength, info._maxweight = 0, 0, 1.0
        info.set_extent(start, self._postfile.tell() - start)
        self._tindex.add(struct.pack("!H", self._fieldid) + term, info.to_bytes())


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

"""Whoosh's files as the archive writes them: whole arrays for each field, and one row of numbers for each version.

The promise: everything goes through Whoosh's own extension points (codec, field types, merge policy), so its commits,
table of contents and clean-up stay in charge. A field's postings lie one after the other in the order of its terms, so
a term is a slice of an array and a prefix is one slice too: nothing is read or written one posting at a time.

Files of a segment, each with a checksum: `row` (a row for each version), `ids` (u4, the documents of each term), `wgt`
(u2, weights in halves), `cnt` (u2, positions a posting), `pos` (positions of each term, u4, compressed where that
pays), `trm` (for each field the terms and where their slices end, and a directory at its end).
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec.base import FieldWriter, PerDocumentWriter
from whoosh.codec.whoosh3 import W3Codec

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
PACKED_FROM = 256
ROWS, TERMS, IDS, WEIGHTS, COUNTS, POSITIONS = ".row", ".trm", ".ids", ".wgt", ".cnt", ".pos"
SUM = struct.Struct("<I")
TAIL = struct.Struct("<III")  # length and checksum of the directory, checksum of what comes before it

Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Batch:
    """Terms of one field in order with their postings: `counts` documents each, their ids, and in fields that have
    them weights in halves, positions a posting, and the positions."""

    field: str
    terms: list[bytes]
    counts: Numbers
    ids: Numbers
    weights: Numbers | None = None
    places: Numbers | None = None
    positions: Numbers | None = None


class ArrayField(fields.FieldType):
    """A field that is given its postings as arrays instead of a text: the archive analyzes for itself."""

    def __init__(self, positions: bool = False, weights: bool = False) -> None:
        self.format = formats.Existence()
        self.positions = positions
        self.weights = weights
        self.scorable = self.stored = self.unique = False
        self.column_type = self.vector = self.analyzer = None

    def clean(self) -> None:
        """Do nothing: there is no analyzer to clean."""


PROSE = ("headline", "standfirst", "quote")
FORM_ZONES = ("headline", "standfirst", "body", "quote")
NAMES = ("by", "outlet", "tag", "person", "place", "org", "source")


def schema() -> fields.Schema:
    """Return the fields of the index. `text` holds all zones: headline, standfirst and body, each from its base on."""
    found: dict[str, fields.FieldType] = {"text": ArrayField(positions=True, weights=True)}
    for name in PROSE:
        found[name] = ArrayField(positions=True)
    for name in FORM_ZONES:
        found[f"form_{name}"] = ArrayField()
    for name in NAMES:
        found[name] = ArrayField()
    found["code"] = ArrayField()
    return fields.Schema(**found)


class Summed:
    """A file of a segment that is written once from its beginning to its end, and its checksum."""

    def __init__(self, storage: Any, segment: Any, extension: str) -> None:
        self.file = segment.create_file(storage, extension)
        self.sum = 0
        self.size = 0

    def write(self, data: Any) -> None:
        """Append bytes."""
        self.file.write(data)
        self.sum = zlib.crc32(data, self.sum)
        self.size += len(data)

    def align(self) -> None:
        """Go on at a multiple of eight, so that arrays can be read in place."""
        self.write(bytes(-self.size % 8))


class RowWriter(PerDocumentWriter):
    """Writes the rows of a segment."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self.out = Summed(storage, segment, ROWS)
        self.is_closed = False

    def add(self, rows: bytes) -> None:
        """Append rows as they lie in memory."""
        self.out.write(rows)

    def close(self) -> None:
        """Finish the file with its checksum."""
        self.out.file.write(SUM.pack(self.out.sum))
        self.out.file.close()
        self.is_closed = True


class ArrayWriter(FieldWriter):
    """Writes the postings of a segment, batch after batch; fields and terms come in order."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self.outs = {name: Summed(storage, segment, name) for name in (IDS, WEIGHTS, COUNTS, POSITIONS, TERMS)}
        self.directory: dict[str, dict[str, int]] = {}
        self.field = ""
        self.is_closed = False

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Batch]) -> None:
        """Write the batches."""
        for batch in items:
            if batch.field != self.field:
                self._finish()
                self._start(batch.field)
            self._write(batch, schema[batch.field])
        self._finish()

    def _start(self, field: str) -> None:
        self.field = field
        self.blob = bytearray()
        self.ends, self.starts, self.places = array("I"), array("Q", [0]), array("Q", [0])
        entry = {name[1:]: self.outs[name].size for name in (IDS, WEIGHTS, COUNTS, POSITIONS)}
        self.directory[field] = entry

    def _write(self, batch: Batch, kind: ArrayField) -> None:
        at = len(self.blob)
        sizes = np.fromiter(map(len, batch.terms), np.int64, len(batch.terms))
        self.blob += b"\n".join(batch.terms) + b"\n"
        self.ends.frombytes((np.cumsum(sizes + 1) - 1 + at).astype(np.uint32).tobytes())
        self.starts.frombytes((np.cumsum(batch.counts, dtype=np.uint64) + np.uint64(self.starts[-1])).tobytes())
        self.outs[IDS].write(batch.ids.astype(np.uint32, copy=False).tobytes())
        if kind.weights:
            assert batch.weights is not None
            self.outs[WEIGHTS].write(batch.weights.astype(np.uint16, copy=False).tobytes())
        if kind.positions:
            assert batch.places is not None and batch.positions is not None
            self.outs[COUNTS].write(batch.places.astype(np.uint16, copy=False).tobytes())
            firsts = np.cumsum(batch.counts) - batch.counts
            lengths = np.add.reduceat(batch.places.astype(np.int64), firsts) * 4
            data, lengths = packed(batch.positions.astype(np.uint32, copy=False).tobytes(), lengths)
            self.outs[POSITIONS].write(data)
            self.places.frombytes((np.cumsum(lengths).astype(np.uint64) + np.uint64(self.places[-1])).tobytes())

    def _finish(self) -> None:
        if not self.field:
            return
        out, entry = self.outs[TERMS], self.directory[self.field]
        parts = {"starts": self.starts.tobytes(), "places": self.places.tobytes(), "ends": self.ends.tobytes()}
        for name, data in (parts | {"blob": bytes(self.blob)}).items():
            out.align()
            entry[name] = out.size
            out.write(data)
        entry |= {"terms": len(self.ends), "size": len(self.blob), "placed": int(len(self.places) > 1)}
        self.field = ""

    def close(self) -> None:
        """Finish the files; the directory at the end of the terms holds the checksums of all."""
        out = self.outs[TERMS]
        sums = {name: [part.size, part.sum] for name, part in self.outs.items() if name != TERMS}
        data = json.dumps({"fields": self.directory, "sums": sums}).encode()
        out.file.write(data + TAIL.pack(len(data), zlib.crc32(data), out.sum))
        for part in self.outs.values():
            part.file.close()
        self.is_closed = True


def packed(data: bytes, lengths: Numbers) -> tuple[bytes, Numbers]:
    """Return the pieces of that many bytes each, big ones compressed where that pays, and how long they are then."""
    lengths = lengths.copy()
    ends = np.cumsum(lengths)
    pieces: list[bytes | memoryview] = []
    done = 0
    whole = memoryview(data)
    for place in np.flatnonzero(lengths >= PACKED_FROM).tolist():
        end = int(ends[place])
        start = end - int(lengths[place])
        smaller = zlib.compress(whole[start:end], 1)
        if len(smaller) < end - start:
            pieces += [whole[done:start], smaller]
            lengths[place] = len(smaller)
            done = end
    return b"".join([*pieces, whole[done:]]), lengths


class ArchiveCodec(W3Codec):
    """Whoosh's third codec with postings and rows in arrays, and without its statistics of lengths."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: Any) -> RowWriter:
        """Return the writer of rows."""
        return RowWriter(storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> ArrayWriter:
        """Return the writer of postings."""
        return ArrayWriter(storage, segment)


def damaged_files(folder: Path, segment: Any) -> list[str]:
    """Return the files of a segment that are not as they were written."""
    found = []

    def path(extension: str) -> Path:
        return folder / segment.make_filename(extension)

    rows = path(ROWS).read_bytes()
    if SUM.pack(zlib.crc32(rows[: -SUM.size])) != rows[-SUM.size :]:
        found.append(path(ROWS).name)
    try:
        sums = read_directory(path(TERMS).read_bytes(), whole=True)["sums"]
    except ValueError:
        return [*found, path(TERMS).name]
    for extension, (size, noted) in sums.items():
        crc = length = 0
        with path(extension).open("rb") as file:
            while part := file.read(1 << 20):
                crc, length = zlib.crc32(part, crc), length + len(part)
        if (length, crc) != (size, noted):
            found.append(path(extension).name)
    return found


def read_directory(data: Any, whole: bool = False) -> dict[str, Any]:
    """Return the directory at the end of the terms; raises ValueError when it, or with `whole` the rest, is damaged."""
    if len(data) < TAIL.size:
        raise ValueError("The terms of a segment are cut off.")
    length, noted, before = TAIL.unpack(data[-TAIL.size :])
    at = len(data) - TAIL.size - length
    if at < 0 or zlib.crc32(data[at : at + length]) != noted or (whole and zlib.crc32(data[:at]) != before):
        raise ValueError("The terms of a segment are damaged.")
    return json.loads(data[at : at + length])


def joined(parts: Sequence[Numbers], kind: Any) -> Numbers:
    """Return the arrays one after the other; an empty one of that type for none."""
    return np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else np.zeros(0, kind)

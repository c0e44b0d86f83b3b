"""One segment of a Whoosh index as arrays: its rows, its postings, its terms.

The promise: all files of a segment are opened when the segment is, so one that a writer removes meanwhile stays
readable (Whoosh opens columns lazily and would fail then); nothing is copied into private memory but what a query
uses, and that is remembered within a bound.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import W3Codec, W3TermInfo
from whoosh.filedb.filestore import FileStorage

from ..contract import IndexDamaged
from .whoosh_codec import CURRENT, EXTENT, HEAD, RESTRICTED, ROW, UNDATED, ArchiveCodec, Ints, unpack

FREQUENCY = struct.Struct("!I")
UNDATED_MONTH = -(2**31)
REMEMBERED = 24 * 2**20


def read_rows(folder: Path, segment: Any) -> np.ndarray:
    """Return the rows of a segment, one for each document, deleted ones included."""
    path = folder / W3Codec.column_filename(segment, "row")
    if not path.exists() and segment.doc_count_all() == 0:
        return np.zeros(0, ROW)
    rows = np.memmap(path, ROW, "r")
    if len(rows) != segment.doc_count_all():
        raise IndexDamaged(f"{path.name} holds {len(rows)} rows instead of {segment.doc_count_all()}.")
    return rows


class Remembered:
    """Arrays by name, the least used forgotten when they outgrow the bound."""

    def __init__(self, bound: int = REMEMBERED) -> None:
        self.bound = bound
        self.size = 0
        self.held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()

    def get(self, key: Any) -> Any:
        """Return what is held under a key, None when nothing is."""
        found = self.held.get(key)
        if found is None:
            return None
        self.held.move_to_end(key)
        return found[0]

    def put(self, key: Any, value: Any, size: int) -> None:
        """Hold a value of so many bytes."""
        if key in self.held or size > self.bound // 4:
            return
        self.held[key] = (value, size)
        self.size += size
        while self.size > self.bound:
            self.size -= self.held.popitem(last=False)[1][1]


class Files:
    """What of a segment never changes: its files and the arrays read from them."""

    def __init__(self, folder: Path, segment: Any) -> None:
        self.rows = read_rows(folder, segment)
        self.articles = np.ascontiguousarray(self.rows["article"])
        self.published = np.ascontiguousarray(self.rows["published"])
        self.copies = np.ascontiguousarray(self.rows["copies"])
        self.captured = np.ascontiguousarray(self.rows["captured"])
        self.lengths = np.ascontiguousarray(self.rows["length"]).astype(np.float32)
        flags = np.ascontiguousarray(self.rows["flags"])
        self.current = (flags & CURRENT) > 0
        self.open = (flags & RESTRICTED) == 0
        self.facets: dict[str, Any] = {}
        self.remembered = Remembered()
        self.reader = ArchiveCodec().terms_reader(FileStorage(str(folder)), segment)
        path = folder / segment.make_filename(W3Codec.POSTS_EXT)
        self.postings: Any = b""
        if path.stat().st_size:
            with path.open("rb") as file:
                self.postings = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Segment:
    """A segment opened for reading. `alive` says which documents are not deleted."""

    files: Files

    def __init__(self, folder: Path, segment: Any, known: Segment | None = None) -> None:
        self.name = segment.segment_id()
        self.count = segment.doc_count_all()
        self.deleted = frozenset(segment.deleted_docs())
        self.alive = np.ones(self.count, bool)
        if self.deleted:
            self.alive[np.fromiter(self.deleted, np.int64, len(self.deleted))] = False
        files = self.files = Files(folder, segment) if known is None else known.files
        self.rows, self.reader, self.postings = files.rows, files.reader, files.postings
        self.articles, self.open, self.published = files.articles, files.open, files.published
        self.lengths, self.current, self.captured = files.lengths, files.current, files.captured
        self.copies = files.copies
        self.facets, self.remembered = files.facets, files.remembered

    def raw(self, field: str, term: bytes, positions: bool) -> tuple[Ints, Any, Any, bytes]:
        """Return ids, weights, positions a posting and positions of a term; no ids when it is not held."""
        key = self.reader._keycoder(field, term)
        try:
            info = self.reader._tindex[key]
        except KeyError:
            return np.zeros(0, np.uint32), None, None, b""
        offset, length = EXTENT.unpack_from(info, W3TermInfo._struct.size)
        return unpack(memoryview(self.postings)[offset : offset + length], positions)

    def ids(self, field: str, term: bytes) -> tuple[Ints, Any]:
        """Return ids and weights of a term, remembered."""
        key = (field, term)
        found = self.remembered.get(key)
        if found is None:
            ids, weights, _, _ = self.raw(field, term, False)
            found = (ids, weights)
            self.remembered.put(key, found, 64 + ids.nbytes + (0 if weights is None else weights.nbytes))
        return found

    def places(self, field: str, term: bytes) -> tuple[Ints, Ints, Ints]:
        """Return ids, positions a posting, and positions of a term in a field that has them."""
        ids, _, counts, packed = self.raw(field, term, True)
        if counts is None:
            empty = np.zeros(0, np.uint32)
            return empty, empty, empty
        return ids, counts.astype(np.uint32), np.frombuffer(packed, np.uint32)

    def frequency(self, field: str, term: bytes) -> int:
        """Return how many documents hold a term, deleted ones included."""
        try:
            return int(self.reader.doc_frequency(field, term))
        except KeyError:
            return 0

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every field and term in order."""
        yield from self.reader.terms()

    def beginning(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int, int, int]]:
        """Yield the terms of a field that begin so, each with its documents, and where its postings lie."""
        if field not in self.reader._fieldmap:
            return
        key = self.reader._keycoder(field, prefix)
        for found, info in self.reader._tindex.items_from(key):
            if not found.startswith(key):
                return
            offset, length = EXTENT.unpack_from(info, W3TermInfo._struct.size)
            yield found[2:], FREQUENCY.unpack_from(info, 5)[0], offset, length

    def mark(self, mask: np.ndarray, offset: int, length: int) -> None:
        """Set the mask for the documents of a term without positions."""
        at, end = offset, offset + length
        while at < end:
            count = HEAD.unpack_from(self.postings, at)[0]
            at += HEAD.size
            mask[np.frombuffer(self.postings, np.uint32, count, at)] = True
            at += count * 4

    def lexicon(self, field: str) -> tuple[list[str], np.ndarray]:
        """Return the terms of a field, and offset and length of each one's postings; for searches through all of them.

        Kept packed between two askings: as strings the terms of a big archive would fill the process.
        """
        key = f"lexicon:{field}"
        if key not in self.facets:
            terms, places = [], array("q")
            for term, _, offset, length in self.beginning(field, b""):
                terms.append(term)
                places.extend((offset, length))
            self.facets[key] = (b"\n".join(terms), np.array(places, np.int64).reshape(-1, 2))
        packed, where = self.facets[key]
        return packed.decode().split("\n") if len(where) else [], where

    def facet(self, name: str) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Return the values of a facet, and pairs of document and place of the value."""
        key = f"facet:{name}"
        if key not in self.facets:
            prefix = f"#{name}:".encode()
            values, ids = [], []
            for term, _, offset, length in self.beginning("code", prefix):
                values.append(term[len(prefix) :].decode())
                ids.append(unpack(memoryview(self.postings)[offset : offset + length], False)[0])
            docs = np.concatenate(ids) if ids else np.zeros(0, np.uint32)
            places = np.repeat(np.arange(len(ids), dtype=np.uint32), [len(found) for found in ids])
            self.facets[key] = (values, docs, places)
        return self.facets[key]

    def months(self) -> np.ndarray:
        """Return each document's month, counted from January 1970; a number below all months for undated ones."""
        if "months" not in self.facets:
            found = np.full(self.count, UNDATED_MONTH, np.int32)
            dated = self.published > UNDATED
            found[dated] = self.published[dated].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
            self.facets["months"] = found
        return self.facets["months"]

    def close(self) -> None:
        """Let go of the files."""
        self.reader.close()

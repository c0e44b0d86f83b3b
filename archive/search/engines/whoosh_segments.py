"""One segment of a Whoosh index as arrays: its rows, its postings, its terms.

The promise: all files of a segment are opened when the segment is, so one that a writer removes meanwhile stays
readable (Whoosh opens columns lazily and would fail then). Postings are read by place, not mapped, so memory holds what
a query uses and nothing more; what was read is remembered within a bound.
"""

from __future__ import annotations

import mmap
import os
import threading
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..contract import IndexDamaged
from .filing import UNDATED
from .whoosh_codec import (
    COUNTS,
    CURRENT,
    IDS,
    POSITIONS,
    RESTRICTED,
    ROW,
    ROWS,
    SUM,
    TERMS,
    WEIGHTS,
    Numbers,
    read_directory,
)
from .whoosh_pool import HALF

UNDATED_MONTH = -(2**31)
REMEMBERED = 6 * 2**20
NONE = np.zeros(0, np.uint32)


def read_rows(folder: Path, segment: Any) -> np.ndarray:
    """Return the rows of a segment, one for each document, deleted ones included."""
    path = folder / segment.make_filename(ROWS)
    count = segment.doc_count_all()
    if path.stat().st_size != count * ROW.itemsize + SUM.size:
        raise IndexDamaged(f"{path.name} does not hold {count} rows.")
    return np.fromfile(path, ROW, count)


class Remembered:
    """Arrays by name, the least used forgotten when they outgrow the bound."""

    def __init__(self, bound: int = REMEMBERED) -> None:
        self.bound = bound
        self.size = 0
        self.held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """Return what is held under a key, None when nothing is."""
        with self.lock:
            found = self.held.get(key)
            if found is None:
                return None
            self.held.move_to_end(key)
            return found[0]

    def put(self, key: Any, value: Any, size: int) -> None:
        """Hold a value of so many bytes."""
        if size > self.bound // 4:
            return
        with self.lock:
            if key in self.held:
                return
            self.held[key] = (value, size)
            self.size += size
            while self.size > self.bound:
                self.size -= self.held.popitem(last=False)[1][1]


SHARED = Remembered()


class FieldTerms:
    """The terms of one field of a segment, in order, and where their postings lie."""

    def __init__(self, data: mmap.mmap, entry: dict[str, int]) -> None:
        count = entry["terms"]
        self.count = count
        self.data = data
        self.blob = entry["blob"]
        self.size = entry["size"]
        self.ends = np.frombuffer(data, np.uint32, count, entry["ends"])
        self.starts = np.frombuffer(data, np.uint64, count + 1, entry["starts"])
        self.placed = bool(entry["placed"])
        self.places = np.frombuffer(data, np.uint64, count + 1 if self.placed else 1, entry["places"])
        self.at = {"." + name: entry[name] for name in ("ids", "wgt", "cnt", "pos")}

    def text(self, place: int) -> bytes:
        """Return the term at a place."""
        start = int(self.ends[place - 1]) + 1 if place else 0
        return self.data[self.blob + start : self.blob + int(self.ends[place])]

    def texts(self, first: int = 0, last: int | None = None) -> list[bytes]:
        """Return the terms from one place to before another."""
        last = self.count if last is None else last
        if first >= last:
            return []
        start = int(self.ends[first - 1]) + 1 if first else 0
        ends = (self.ends[first:last].astype(np.int64) - start).tolist()
        data = self.data[self.blob + start : self.blob + start + ends[-1]]
        return [data[a:b] for a, b in zip([0, *(end + 1 for end in ends)], ends, strict=False)]

    def frequencies(self, first: int = 0, last: int | None = None) -> Numbers:
        """Return how many documents hold each of the terms from one place to before another."""
        starts = self.starts[first : (self.count if last is None else last) + 1]
        return (starts[1:] - starts[:-1]).astype(np.int64)

    def lexicon(self) -> list[str]:
        """Return all terms of a field whose terms hold no line break."""
        return self.data[self.blob : self.blob + self.size - 1].decode().split("\n") if self.count else []

    def bisect(self, term: bytes) -> int:
        """Return the place of the first term that does not sort before this one."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self.text(middle) < term:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, term: bytes) -> int:
        """Return the place of a term, -1 when it is not held."""
        place = self.bisect(term)
        return place if place < self.count and self.text(place) == term else -1

    def beginning(self, prefix: bytes) -> tuple[int, int]:
        """Return the places from and before which terms begin so."""
        first = self.bisect(prefix)
        after = prefix.rstrip(b"\xff")
        return first, self.bisect(after[:-1] + bytes([after[-1] + 1])) if after else self.count


def _close(handles: dict[str, int]) -> None:
    for handle in handles.values():
        os.close(handle)


class Files:
    """What of a segment never changes: its files and the arrays read from them."""

    def __init__(self, folder: Path, segment: Any) -> None:
        self.name = str(folder / segment.segment_id())
        self.handles: dict[str, int] = {}
        self.release = weakref.finalize(self, _close, self.handles)
        try:
            for extension in (TERMS, IDS, WEIGHTS, COUNTS, POSITIONS):
                self.handles[extension] = os.open(folder / segment.make_filename(extension), os.O_RDONLY)
            self.handles[ROWS] = os.open(folder / segment.make_filename(ROWS), os.O_RDONLY)
            rows = read_rows(folder, segment)
            self.data = mmap.mmap(self.handles[TERMS], 0, access=mmap.ACCESS_READ)
        except BaseException:
            self.close()
            raise
        directory = read_directory(self.data)
        for extension, (size, _) in directory["sums"].items():
            if os.fstat(self.handles[extension]).st_size != size:
                raise IndexDamaged(f"{segment.make_filename(extension)} is not as long as it was written.")
        self.fields = {name: FieldTerms(self.data, entry) for name, entry in directory["fields"].items()}
        self.articles = np.ascontiguousarray(rows["article"])
        self.published = np.ascontiguousarray(rows["published"])
        self.copies = np.ascontiguousarray(rows["copies"])
        self.versions = np.ascontiguousarray(rows["version"])
        self.lengths = np.ascontiguousarray(rows["length"]).astype(np.float32)
        flags = np.ascontiguousarray(rows["flags"])
        self.current = (flags & CURRENT) > 0
        self.open = (flags & RESTRICTED) == 0
        self.facets: dict[str, Any] = {}

    def read(self, extension: str, offset: int, size: int) -> bytes:
        """Return a stretch of a file; raises IndexDamaged when it ends before."""
        found = os.pread(self.handles[extension], size, offset) if size else b""
        if len(found) != size:
            raise IndexDamaged(f"The search index ends early in its file {extension}.")
        return found

    def close(self) -> None:
        """Let go of the files."""
        self.release()


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
        self.fields = files.fields
        self.articles, self.open, self.published = files.articles, files.open, files.published
        self.lengths, self.current = files.lengths, files.current
        self.copies = files.copies
        self.versions, self.facets = files.versions, files.facets
        self.visible: dict[tuple[bool, bool], Numbers] = {}

    def seen(self, *, current: bool, open_only: bool) -> Numbers:
        """Return which documents are alive, and if wanted current and open; not to be changed."""
        key = (current, open_only)
        if key not in self.visible:
            found = self.alive
            if current:
                found = found & self.current
            if open_only:
                found = found & self.open
            self.visible[key] = found
        return self.visible[key]

    def rows(self) -> np.ndarray:
        """Return the rows; read anew each time, what searches need of them is kept in columns."""
        return np.frombuffer(self.files.read(ROWS, 0, self.count * ROW.itemsize), ROW)

    @property
    def captured(self) -> Numbers:
        """When each document came in; asked for by paging only, so it is read anew each time."""
        return np.ascontiguousarray(self.rows()["captured"])

    def ids_between(self, field: str, first: int, last: int) -> Numbers:
        """Return the documents of the terms from one place to before another, term after term: one stretch."""
        held = self.fields[field]
        start, end = int(held.starts[first]), int(held.starts[last])
        return np.frombuffer(self.files.read(IDS, held.at[IDS] + start * 4, (end - start) * 4), np.uint32)

    def weights_between(self, field: str, first: int, last: int) -> Numbers:
        """Return the weights in halves that go with `ids_between`."""
        held = self.fields[field]
        start, end = int(held.starts[first]), int(held.starts[last])
        return np.frombuffer(self.files.read(WEIGHTS, held.at[WEIGHTS] + start * 2, (end - start) * 2), np.uint16)

    def counts_between(self, field: str, first: int, last: int) -> Numbers:
        """Return the numbers of positions that go with `ids_between`."""
        held = self.fields[field]
        start, end = int(held.starts[first]), int(held.starts[last])
        return np.frombuffer(self.files.read(COUNTS, held.at[COUNTS] + start * 2, (end - start) * 2), np.uint16)

    def positions_between(self, field: str, first: int, last: int, counts: Numbers) -> Numbers:
        """Return the positions that go with `counts_between`."""
        held = self.fields[field]
        places = held.places[first : last + 1].astype(np.int64)
        data = self.files.read(POSITIONS, held.at[POSITIONS] + int(places[0]), int(places[-1] - places[0]))
        starts = held.starts[first : last + 1].astype(np.int64) - int(held.starts[first])
        totals = np.add.reduceat(counts.astype(np.int64), starts[:-1]) * 4 if len(counts) else np.zeros(0, np.int64)
        lengths = np.diff(places)
        pieces, done = [], 0
        for place in np.flatnonzero(lengths != totals).tolist():
            start, end = (int(at - places[0]) for at in places[place : place + 2])
            pieces += [data[done:start], zlib.decompress(data[start:end])]
            done = end
        return np.frombuffer(b"".join([*pieces, data[done:]]) if pieces else data, np.uint32)

    def ids(self, field: str, term: bytes) -> tuple[Numbers, Any]:
        """Return ids and weights of a term, remembered; no ids when it is not held."""
        key = (self.files.name, field, term)
        found = SHARED.get(key)
        if found is None:
            held = self.fields.get(field)
            place = held.find(term) if held is not None else -1
            if place < 0:
                return NONE, None
            ids = self.ids_between(field, place, place + 1)
            weights = self.weights_between(field, place, place + 1) * HALF if field == "text" else None
            found = (ids, weights)
            SHARED.put(key, found, 200 + ids.nbytes + (0 if weights is None else weights.nbytes))
        return found

    def places(self, field: str, term: bytes) -> tuple[Numbers, Numbers, Numbers]:
        """Return ids, positions a posting, and positions of a term in a field that has them, remembered."""
        key = (self.files.name, field, term, "places")
        found = SHARED.get(key)
        if found is None:
            held = self.fields.get(field)
            place = held.find(term) if held is not None else -1
            if place < 0:
                return NONE, NONE, NONE
            counts = self.counts_between(field, place, place + 1)
            positions = self.positions_between(field, place, place + 1, counts)
            found = (self.ids_between(field, place, place + 1), counts, positions)
            SHARED.put(key, found, 200 + sum(part.nbytes for part in found))
        return found

    def frequency(self, field: str, term: bytes) -> int:
        """Return how many documents hold a term, deleted ones included."""
        held = self.fields.get(field)
        place = held.find(term) if held is not None else -1
        return int(held.starts[place + 1] - held.starts[place]) if held is not None and place >= 0 else 0

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every field and term in order."""
        for field in sorted(self.fields):
            for term in self.fields[field].texts():
                yield field, term

    def beginning(self, field: str, prefix: bytes) -> tuple[int, int]:
        """Return the places from and before which the terms of a field begin so."""
        held = self.fields.get(field)
        return held.beginning(prefix) if held is not None else (0, 0)

    def facet(self, name: str) -> tuple[list[str], Numbers, Numbers]:
        """Return the values of a facet, and pairs of document and place of the value."""
        key = f"facet:{name}"
        if key not in self.facets:
            prefix = f"#{name}:".encode()
            first, last = self.beginning("code", prefix)
            if first == last:
                self.facets[key] = ([], NONE, NONE)
            else:
                held = self.fields["code"]
                values = [term[len(prefix) :].decode() for term in held.texts(first, last)]
                counts = held.frequencies(first, last)
                places = np.repeat(np.arange(last - first, dtype=np.min_scalar_type(last - first)), counts)
                self.facets[key] = (values, self.ids_between("code", first, last), places)
        return self.facets[key]

    def months(self) -> Numbers:
        """Return each document's month, counted from January 1970; a number below all months for undated ones."""
        if "months" not in self.facets:
            found = np.full(self.count, UNDATED_MONTH, np.int32)
            dated = self.published > UNDATED
            found[dated] = self.published[dated].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
            self.facets["months"] = found
        return self.facets["months"]

    def close(self) -> None:
        """Let go of the files."""
        self.files.close()

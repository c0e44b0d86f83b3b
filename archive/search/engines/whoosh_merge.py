"""Merging segments of a Whoosh index: the living documents of several in a new one, in their order.

The promise: whole stretches of postings are read, renumbered and sorted at once, a bounded number at a time, so memory
grows with the vocabulary but not with the number of documents.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .whoosh_codec import Batch, Numbers, joined
from .whoosh_pool import within_runs
from .whoosh_segments import Segment

STRETCH = 1 << 20


def merge(folder: Path, writer: Any, segments: Sequence[Any]) -> Any:
    """Return a new segment that holds the living documents of the given ones, in their order."""
    views = [Segment(folder, segment) for segment in segments]
    maps, base = [], 0
    new = writer.codec.new_segment(writer.storage, writer.indexname)
    rows = writer.codec.per_document_writer(writer.storage, new)
    for view in views:
        numbers = np.full(view.count, -1, np.int64)
        living = np.flatnonzero(view.alive)
        numbers[living] = np.arange(base, base + len(living))
        base += len(living)
        maps.append(numbers)
        rows.add(view.rows()[view.alive].tobytes())
    rows.close()
    terms = writer.codec.field_writer(writer.storage, new)
    terms.add_postings(writer.schema, None, _postings(views, maps, writer.schema))
    terms.close()
    new.set_doc_count(base)
    for view in views:
        view.close()
    return new


def _postings(views: Sequence[Segment], maps: Sequence[Numbers], schema: Any) -> Iterator[Batch]:
    for field in sorted({field for view in views for field in view.fields}):
        held = [(view, numbers) for view, numbers in zip(views, maps, strict=True) if field in view.fields]
        yield from _field(field, held, schema[field])


def _field(field: str, held: Sequence[tuple[Segment, Numbers]], kind: Any) -> Iterator[Batch]:
    texts = [view.fields[field].texts() for view, _ in held]
    union = sorted(set().union(*texts))
    number = {term: place for place, term in enumerate(union)}
    known = [np.fromiter(map(number.__getitem__, terms), np.int64, len(terms)) for terms in texts]
    del texts, number
    sizes = np.zeros(len(union), np.int64)
    for (view, _), places in zip(held, known, strict=True):
        sizes[places] += view.fields[field].frequencies()
    # Cut where a stretch of postings is full; a term is never cut.
    stretch = (np.cumsum(sizes) - 1) // STRETCH
    cuts = [0, *(np.flatnonzero(stretch[1:] != stretch[:-1]) + 1).tolist(), len(union)]
    for first, last in itertools.pairwise(cuts):
        batch = _stretch(field, held, known, first, last, kind)
        if len(batch.ids):
            counts = batch.counts
            batch.terms = [union[first + place] for place in np.flatnonzero(counts).tolist()]
            batch.counts = counts[counts > 0]
            yield batch


def _stretch(
    field: str, held: Sequence[tuple[Segment, Numbers]], known: Sequence[Numbers], first: int, last: int, kind: Any
) -> Batch:
    """Return the postings of the terms between two places of the union; `counts` has one number for each of them."""
    terms, ids, weights, places, positions = [], [], [], [], []
    for (view, numbers), own in zip(held, known, strict=True):
        low, high = (int(place) for place in np.searchsorted(own, (first, last)))
        if low == high:
            continue
        found = numbers[view.ids_between(field, low, high)]
        kept = found >= 0
        counts = view.fields[field].frequencies(low, high)
        terms.append(np.repeat(own[low:high] - first, counts)[kept])
        ids.append(found[kept].astype(np.uint32))
        if kind.weights:
            weights.append(view.weights_between(field, low, high)[kept])
        if kind.positions:
            lengths = view.counts_between(field, low, high)
            flat = view.positions_between(field, low, high, lengths)
            places.append(lengths[kept].astype(np.int64))
            positions.append(flat if kept.all() else flat[np.repeat(kept, lengths)])
    term = joined(terms, np.int64)
    order = np.argsort(term, kind="stable")
    batch = Batch(field, [], np.bincount(term, minlength=last - first), joined(ids, np.uint32)[order])
    if kind.weights:
        batch.weights = joined(weights, np.uint16)[order]
    if kind.positions:
        lengths = joined(places, np.int64)
        starts = (np.cumsum(lengths) - lengths)[order]
        batch.places = lengths[order]
        flat = joined(positions, np.uint32)
        batch.positions = flat[np.repeat(starts, batch.places) + within_runs(batch.places)]
    return batch

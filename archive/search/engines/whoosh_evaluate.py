"""Evaluates a plan over the segments of a Whoosh index, whole arrays at a time.

The promise: what matches is exactly what the plan says, without caps or shortcuts; scores are BM25 with Lucene's idf,
the words of the headline and standfirst weighing more. One pass over arrays replaces Whoosh's matcher for each
document, which keeps prefixes, common words and facets quick at hundreds of thousands of articles.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from .. import plan as plans
from .filing import UNDATED, seconds
from .whoosh_codec import NAMES, Numbers
from .whoosh_pool import BODY_BASE
from .whoosh_segments import NONE, Segment

K1 = 1.5
B = 0.75
TEXT_ZONES = ("headline", "standfirst", "body")
Scores = Any  # float32 array, or None where nothing is scored


class Weighing:
    """How rare a term is and how long a text is, over all segments; `until` looks at the archive as it stood then."""

    def __init__(self, segments: Sequence[Segment], until: int | None) -> None:
        self.segments = segments
        self.until = until
        self.kept = None if until is None else {s.name: s.captured <= until for s in segments}
        if self.kept is None:
            self.count = sum(s.count for s in segments)
            total = sum(float(s.lengths.sum()) for s in segments)
        else:
            self.count = sum(int(self.kept[s.name].sum()) for s in segments)
            total = sum(float(s.lengths[self.kept[s.name]].sum()) for s in segments)
        self.average = np.float32(max(total / max(self.count, 1), 1.0))
        self.known: dict[tuple[str, bytes], float] = {}
        self.norms: dict[str, Numbers] = {}

    def norm(self, segment: Segment) -> Numbers:
        """Return BM25's measure of each text's length against the average."""
        if segment.name not in self.norms:
            self.norms[segment.name] = np.float32(K1 * (1 - B)) + segment.lengths * (np.float32(K1 * B) / self.average)
        return self.norms[segment.name]

    def idf(self, documents: int) -> float:
        """Return Lucene's idf of a term in so many documents."""
        return math.log(1 + (max(self.count - documents, 0) + 0.5) / (documents + 0.5))

    def rarity(self, field: str, term: bytes) -> float:
        """Return the idf of a term."""
        key = (field, term)
        if key not in self.known:
            if self.kept is None:
                documents = sum(s.frequency(field, term) for s in self.segments)
            else:
                documents = sum(int(self.kept[s.name][s.ids(field, term)[0]].sum()) for s in self.segments)
            self.known[key] = self.idf(documents)
        return self.known[key]


class Evaluator:
    """Evaluates plans on one segment."""

    def __init__(self, segment: Segment, weighing: Weighing) -> None:
        self.segment = segment
        self.weighing = weighing
        self.norm = weighing.norm(segment)

    def match(self, plan: plans.Plan) -> tuple[np.ndarray, Scores]:
        """Return which documents match, and their scores (None where the plan scores nothing)."""
        match plan:
            case plans.Stems():
                return self._stems(plan)
            case plans.Run():
                return self._run(plan)
            case plans.Form():
                return self._flat(self._union([(f"form_{z}", plan.form) for z in zones(plan.zone)]), 2.0)
            case plans.FormPattern():
                return self._flat(self._pattern([f"form_{z}" for z in zones(plan.zone)], plan.pattern), 1.0)
            case plans.FormFuzzy():
                return self._flat(self._fuzzy([f"form_{z}" for z in zones(plan.zone)], plan.form, plan.distance), 1.0)
            case plans.Names():
                return reduce(np.logical_and, [self._union([(plan.field, term)]) for term in plan.terms]), None
            case plans.NamePattern():
                return self._pattern([plan.field], plan.pattern), None
            case plans.NameFuzzy():
                return self._fuzzy([plan.field], plan.form, plan.distance), None
            case plans.Code():
                return self._union([("code", f"{plan.field}:{value}") for value in plan.values]), None
            case plans.Dated():
                return self._dated(plan), None
            case plans.Undated():
                return self.segment.published == UNDATED, None
            case plans.Every():
                return np.ones(self.segment.count, bool), None
            case plans.Without():
                return ~self.match(plan.child)[0], None
            case plans.AllOf():
                return self._combined(plan.children, np.logical_and)
            case plans.AnyOf():
                return self._combined(plan.children, np.logical_or)
        raise TypeError(f"no way to evaluate {plan!r}")

    def _combined(self, children: Sequence[plans.Plan], how: Any) -> tuple[np.ndarray, Scores]:
        mask, scores = self.match(children[0])
        mask = mask.copy()
        scores = None if scores is None else scores.copy()
        for child in children[1:]:
            other, score = self.match(child)
            how(mask, other, out=mask)
            if score is not None:
                scores = score.copy() if scores is None else np.add(scores, score, out=scores)
        return mask, scores

    def _empty(self) -> np.ndarray:
        return np.zeros(self.segment.count, bool)

    def _flat(self, mask: np.ndarray, score: float) -> tuple[np.ndarray, Scores]:
        return mask, mask.astype(np.float32) * np.float32(score)

    def _union(self, terms: Sequence[tuple[str, str]]) -> np.ndarray:
        mask = self._empty()
        for field, term in terms:
            mask[self.segment.ids(field, term.encode())[0]] = True
        return mask

    def _stems(self, plan: plans.Stems) -> tuple[np.ndarray, Scores]:
        mask, scores = self._empty(), np.zeros(self.segment.count, np.float32)
        for text in plan.terms:
            term = text.encode()
            if plan.zone == "body":
                ids, counts, flat = self.segment.places("text", term)
                kept = flat[np.cumsum(counts) - 1] >= BODY_BASE if len(ids) else np.zeros(0, bool)
                ids, weights = ids[kept], counts[kept]
                rarity = self.weighing.rarity("text", term)
            else:
                field = plan.zone or "text"
                ids, weights = self.segment.ids(field, term)
                rarity = self.weighing.rarity(field, term) if len(ids) else 0.0
            if len(ids):
                mask[ids] = True
                if weights is None:
                    scores[ids] += np.float32(rarity)
                else:
                    scores[ids] += np.float32(rarity * (K1 + 1)) * weights / (weights + self.norm[ids])
        return mask, scores

    def _dated(self, plan: plans.Dated) -> np.ndarray:
        published = self.segment.published
        mask = published != UNDATED
        if plan.since is not None:
            mask &= published >= seconds(plan.since)
        if plan.until is not None:
            mask &= published < seconds(plan.until)
        return mask

    def _pattern(self, fields: Sequence[str], pattern: str) -> np.ndarray:
        mask = self._empty()
        beginning = re.split(r"[*?]", pattern, maxsplit=1)[0]
        whole = pattern == beginning + "*"
        wanted = re.compile(regex(pattern))
        for field in fields:
            held = self.segment.fields.get(field)
            if held is None:
                continue
            first, last = held.beginning(beginning.encode()) if beginning else (0, held.count)
            if whole and field not in NAMES:
                mask[self.segment.ids_between(field, first, last)] = True
                continue
            terms = [text.decode() for text in held.texts(first, last)] if beginning else held.lexicon()
            found = [first + place for place, term in enumerate(terms) if wanted.fullmatch(term)]
            for ids in self._stretches(field, found):
                mask[ids] = True
        return mask

    def _stretches(self, field: str, places: Sequence[int]) -> Iterator[Numbers]:
        """Yield the documents of the terms at these places, neighbors together."""
        if not places:
            return
        ordered = np.array(sorted(places))
        for run in np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1):
            yield self.segment.ids_between(field, int(run[0]), int(run[-1]) + 1)

    def _fuzzy(self, fields: Sequence[str], form: str, distance: int) -> np.ndarray:
        mask = self._empty()
        for field in fields:
            held = self.segment.fields.get(field)
            if held is None:
                continue
            near = near_terms(held.lexicon(), form, distance)
            for ids in self._stretches(field, [place for _, _, place in near]):
                mask[ids] = True
        return mask

    def _run(self, plan: plans.Run) -> tuple[np.ndarray, Scores]:
        mask, scores = self._empty(), np.zeros(self.segment.count, np.float32)
        field = plan.zone if plan.zone in ("headline", "standfirst", "quote") else "text"
        for run in plan.runs:
            terms = [term.encode() for term in run]
            found = run_matches(self.segment, field, terms, plan.slop, BODY_BASE if plan.zone == "body" else 0)
            if not len(found):
                continue
            docs, counts = np.unique(found, return_counts=True)
            rarity = sum(self.weighing.rarity(field, term) for term in set(terms))
            mask[docs] = True
            scores[docs] += np.float32(rarity * (K1 + 1)) * counts / (counts + self.norm[docs])
        return mask, scores


def zones(zone: str) -> tuple[str, ...]:
    """Return the zones that a zone stands for: "" is headline, standfirst and body."""
    return (zone,) if zone else TEXT_ZONES


def regex(pattern: str) -> str:
    """Return the regular expression of a pattern with `*` and `?`; neither reaches over a space."""
    return "".join({"*": "[^ =]*", "?": "[^ =]"}.get(letter, re.escape(letter)) for letter in pattern)


def near_terms(terms: list[str], form: str, distance: int) -> list[tuple[str, float, int]]:
    """Return term, distance and place of the terms that differ by up to `distance` letters."""
    found = process.extract(form, terms, scorer=OSA.distance, score_cutoff=distance, limit=None)
    return [(term, away, place) for term, away, place in found if " " not in term and not term.startswith("=")]


def run_matches(segment: Segment, field: str, terms: list[bytes], slop: int, base: int) -> np.ndarray:
    """Return the document of each place where the terms run, once for each."""
    both: np.ndarray | None = None
    for term in set(terms):
        mask = np.zeros(segment.count, bool)
        mask[segment.ids(field, term)[0]] = True
        both = mask if both is None else both & mask
    if both is None or not both.any():
        return NONE
    keys: dict[bytes, np.ndarray] = {}
    for term in set(terms):
        ids, counts, flat = segment.places(field, term)
        kept = both[ids]
        docs = np.repeat(ids[kept], counts[kept])
        places = flat[np.repeat(kept, counts)]
        if base:
            docs, places = docs[places >= base], places[places >= base]
        keys[term] = docs.astype(np.int64) << 32 | places
    if slop:
        return near(keys[terms[0]], keys[terms[1]], slop)
    shifted = sorted((keys[term] - place for place, term in enumerate(terms)), key=len)
    found = shifted[0]
    for others in shifted[1:]:
        found = within(found, others)
    return found + len(terms) >> 32


def within(few: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Return those of the sorted numbers that are among the others, which are sorted too."""
    if not len(many):
        return few[:0]
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    return few[many[at] == few]


def near(left: np.ndarray, right: np.ndarray, slop: int) -> np.ndarray:
    """Return the document of each place of one list with a place of the other near, on either side."""
    found = []
    for starts, others in ((left, right), (right, left)):
        at = np.searchsorted(others, starts, side="right")
        after = np.append(others, np.iinfo(np.int64).max)[at]
        found.append(starts[after - starts <= slop + 1])
    return np.unique(np.concatenate(found)) >> 32

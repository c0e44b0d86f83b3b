"""Promises two texts laid sentence beside sentence: what both say, what was reworded, what only one of them has.

Sentences are paired by the words they share, rare words counting more, wherever they stand: rewrites move sentences
about. One sentence that the other text tells in two keeps both. The same pairing, of one text against many, says
what only it has and what it is missing.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from archive.text.quote_families import stems_of
from archive.text.quote_marks import find_quoted, mask_quoted
from archive.text.sentences import split_sentences

Kind = Literal["both", "reworded", "left", "right"]

# Shares of the weight of a sentence's words; the shorter sentence of a pair decides, the longer must not be all other.
SAME = 0.85
REWORDED = 0.45
LONGER = 0.25
FEWEST = 3
NEAR = 0.4


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence: the slice [start, end) of its text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """Sentences that say the same thing: `left` or `right` is empty where only one text says it."""

    kind: Kind
    left: tuple[Part, ...]
    right: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Only:
    """A sentence, and in how many of the other texts it has a counterpart."""

    part: Part
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What others say and this text does not: the wording of the first, and the places of the texts that say it."""

    part: Part
    said_by: tuple[int, ...]


def sentences_of(text: str) -> list[Part]:
    """Return the sentences of a text; a quote of several sentences stays with the clause that gives its speaker."""
    masked = mask_quoted(text, find_quoted(text))
    return [Part(text[s.start : s.end], s.start, s.end) for s in split_sentences(masked)]


def align(left: str, right: str) -> list[Row]:
    """Return the rows of two texts in the order of the left one; what only the right has stands where it follows."""
    ours, theirs = _Side(left), _Side(right)
    weigh = _weights([ours, theirs])
    pairs = _pairs(ours, theirs, weigh)
    mine: dict[int, list[int]] = defaultdict(list)
    for i, j in sorted(pairs):
        mine[i].append(j)
    # Sentences of the left that share one of the right are told together, in the place of the first.
    owner: dict[int, int] = {}
    joined: dict[int, list[int]] = {}
    for i in range(len(ours.parts)):
        first = min((owner[j] for j in mine[i] if j in owner), default=i)
        for j in mine[i]:
            owner.setdefault(j, first)
        joined.setdefault(first, []).append(i)
    rows: list[tuple[tuple[float, int], Row]] = []
    for first, group in joined.items():
        right_parts = sorted({j for i in group for j in mine[i]})
        lefts = tuple(ours.parts[i] for i in group)
        rights = tuple(theirs.parts[j] for j in right_parts)
        kind: Kind = "left" if not rights else _kind(lefts, rights)
        rows.append(((float(first), 0), Row(kind, lefts, rights)))
    paired = {j for _, j in pairs}
    at = -1.0
    for j, part in enumerate(theirs.parts):
        if j in paired:
            at = float(owner[j])
        else:
            rows.append(((at + 0.5, j), Row("right", (), (part,))))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def only_here(text: str, others: Sequence[str]) -> list[Only]:
    """Return the sentences of `text` in order, each with the number of other texts that say it too."""
    own, sides = _Side(text), [_Side(other) for other in others]
    weigh = _weights([own, *sides])
    counts: Counter[int] = Counter()
    for side in sides:
        counts.update({i for i, _ in _pairs(own, side, weigh)})
    return [Only(part, counts[i]) for i, part in enumerate(own.parts) if own.stems[i]]


def missing_here(text: str, others: Sequence[str]) -> list[Missing]:
    """Return what the others say and `text` does not, what most of them say first; each told once."""
    own, sides = _Side(text), [_Side(other) for other in others]
    weigh = _weights([own, *sides])
    lacking: list[tuple[int, int]] = []
    for k, side in enumerate(sides):
        here = {j for _, j in _pairs(own, side, weigh)}
        lacking += [(k, j) for j in range(len(side.parts)) if j not in here and len(side.stems[j]) >= FEWEST]
    said: dict[tuple[int, int], list[tuple[int, int]]] = {}
    told: set[tuple[int, int]] = set()
    wanted = set(lacking)
    for k, j in lacking:
        if (k, j) in told:
            continue
        group = [(k, j)]
        one = _Side.of([sides[k].parts[j]], [sides[k].stems[j]])
        for other in range(k + 1, len(sides)):
            for _, m in _pairs(one, sides[other], weigh):
                if (other, m) in wanted and (other, m) not in told:
                    group.append((other, m))
        told.update(group)
        said[k, j] = group
    rows = [Missing(sides[k].parts[j], tuple(sorted({o for o, _ in group}))) for (k, j), group in said.items()]
    return sorted(rows, key=lambda m: -len(m.said_by))


class _Side:
    """One text's sentences with their stems."""

    def __init__(self, text: str) -> None:
        self.parts = sentences_of(text)
        self.stems = [stems_of(part.text) for part in self.parts]

    @classmethod
    def of(cls, parts: list[Part], stems: list[frozenset[str]]) -> _Side:
        """Return a side of sentences that are read already."""
        side = cls("")
        side.parts, side.stems = parts, stems
        return side


def _weights(sides: Sequence[_Side]) -> dict[str, float]:
    """Return how much each word tells: the fewer sentences of these texts hold it, the more."""
    counts = Counter(stem for side in sides for stems in side.stems for stem in stems)
    total = sum(len(side.parts) for side in sides)
    return {stem: math.log(1 + total / count) for stem, count in counts.items()}


def _pairs(ours: _Side, theirs: _Side, weigh: dict[str, float]) -> dict[tuple[int, int], float]:
    """Return the pairs of sentences that say the same thing, with the share of the shorter one that both have."""
    posted: dict[str, list[int]] = defaultdict(list)
    for j, stems in enumerate(theirs.stems):
        for stem in stems:
            posted[stem].append(j)
    weights = [sum(weigh.get(s, 0.0) for s in stems) for stems in theirs.stems]
    ends = max(len(ours.parts) - 1, 1), max(len(theirs.parts) - 1, 1)
    found: list[tuple[float, float, int, int]] = []
    for i, stems in enumerate(ours.stems):
        if len(stems) < FEWEST:
            continue
        own = sum(weigh.get(s, 0.0) for s in stems)
        shared: Counter[int] = Counter()
        common: dict[int, float] = defaultdict(float)
        for stem in stems:
            for j in posted.get(stem, ()):
                shared[j] += 1
                common[j] += weigh.get(stem, 0.0)
        for j, count in shared.items():
            if count < FEWEST or len(theirs.stems[j]) < FEWEST:
                continue
            short = common[j] / min(own, weights[j])
            long = common[j] / max(own, weights[j])
            if short >= REWORDED and long >= LONGER:
                # Of two partners that fit alike, the one at the same place in its text is the likelier.
                near = 1 - abs(i / ends[0] - j / ends[1])
                found.append((short + long + NEAR * near, short, i, j))
    found.sort(key=lambda row: (-row[0], row[2], row[3]))
    pairs: dict[tuple[int, int], float] = {}
    left: dict[int, set[str]] = defaultdict(set)
    right: dict[int, set[str]] = defaultdict(set)
    for _, short, i, j in found:
        both = ours.stems[i] & theirs.stems[j]
        # A further partner must bring words that the ones before it did not.
        if len(both - left[i]) < FEWEST or len(both - right[j]) < FEWEST:
            continue
        left[i] |= both
        right[j] |= both
        pairs[i, j] = short
    return pairs


def _kind(lefts: tuple[Part, ...], rights: tuple[Part, ...]) -> Kind:
    mine = {stem for part in lefts for stem in stems_of(part.text)}
    other = {stem for part in rights for stem in stems_of(part.text)}
    return "both" if len(mine & other) >= SAME * len(mine | other) else "reworded"

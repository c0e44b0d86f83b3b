"""How near two articles are, and how near is near enough: the one set of numbers behind every story.

The promise: pure functions of terms, days and counts. Every weight and threshold stands here, was measured on the
three collections of benchmarks.stories together, and is the same for all of them (docs/decisions/0046).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.text.terms import NAME_MARK, NAMES_KEPT, RARE_MARK, WORDS_KEPT

# What part of the nearness comes from words; the rest comes from names.
WORD_SHARE = 0.7

# Rare terms weigh more than idf alone says: idf to this power.
RARITY = 1.5

# A newborn archive knows no idf: it starts as if it held this many articles in which no term was seen yet.
BACKGROUND_ARTICLES = 1000

# A name that at most so many articles of the whole archive hold is rare: a victim, a witness, a street. Sharing one
# that only the two hold adds RARE_SHARE to their nearness, one that n hold 1 / (n - 1) of it; RARE_MOST such names
# are counted. It does not shrink with the length of the texts, as a cosine does.
RARE_UP_TO = 8
RARE_SHARE = 0.06
RARE_MOST = 2.0
RARE_KEPT = 40

# The time prior is a power law: 1 on the same day, 0.58 after ten days, 0.36 after two months. It falls more slowly,
# down to the second power, the more rare names are shared: a verdict names the accused a year after the arrest.
PRIOR_DAYS = 2.0
PRIOR_POWER = 0.3
PRIOR_POWER_NAMED = 0.17

# Two articles that tell of the same day ("shot on Saturday", a year later "on July 25, 2014") are as near as if they
# had come out that day, and TOLD_SHARE nearer; so are two of which one looks back on the day on which the other came
# out, or the day before that. Two that tell of days, but of none in common, are TOLD_APART times as near.
TOLD_SHARE = 0.05
TOLD_APART = 0.75
LOOKS_BACK_FROM = 7

# Further apart than this, two articles are of one story only when they tell of the same day, or share rare names, as
# many as this at least.
REACH_DAYS = 30
NAMED_FROM = 0.3

# Two groups belong together when their mean nearness reaches NEAR and keeps up with COHESION times the mean nearness
# inside each of them. The mean inside a small group is drawn towards NEAR / COHESION, as if it held STEADY_PAIRS more
# pairs of that nearness: one verbatim copy must not close a story to its follow-ups.
NEAR = 0.1
COHESION = 0.7
STEADY_PAIRS = 15

# How many members of a story are looked at: those nearest in time.
MEMBERS_COMPARED = 24
MEMBERS_FOR_COHESION = 12

Idf = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as placement sees it. `day` is a proleptic ordinal, None when undated; `vector` its weighed terms;
    `told` the days that it tells of, as ordinals."""

    id: int | str
    day: int | None
    vector: Mapping[str, float]
    told: frozenset[int] = frozenset()


class Shared(NamedTuple):
    """What two articles share: words and names (0 to 1), how many rare names, and whether they tell of the same day,
    None where one of them tells of none."""

    common: float
    named: float = 0.0
    told: bool | None = None

    @property
    def ties(self) -> bool:
        """Whether they can be of one story however many days lie between."""
        return self.named >= NAMED_FROM or bool(self.told)


def idf(holding: int, articles: int) -> float:
    """Return how telling a term is that `holding` of `articles` articles contain, never below zero."""
    return max(0.0, math.log((articles + BACKGROUND_ARTICLES + 1) / (holding + 0.5))) ** RARITY


def weigh(counts: Mapping[str, float], weight_of: Idf) -> dict[str, float]:
    """Return the vector of an article: its weightiest terms, words and names each of unit length times their share.

    The dot product of two vectors is then WORD_SHARE x cosine of words + the rest x cosine of names. An article
    without names has its whole weight on words. Rare names stand in it once more, under RARE_MARK, so that the product
    over these is RARE_SHARE x the rare names shared.
    """
    words: list[tuple[float, str]] = []
    names: list[tuple[float, str]] = []
    for term, count in counts.items():
        weight = count * weight_of(term)
        if weight > 0:
            (names if term[0] == NAME_MARK else words).append((weight, term))
    vector: dict[str, float] = {}
    share = WORD_SHARE if names else 1.0
    for kept, part in ((_heaviest(words, WORDS_KEPT), share), (_heaviest(names, NAMES_KEPT), 1 - WORD_SHARE)):
        length = math.sqrt(sum(weight * weight for weight, _ in kept))
        if length:
            scale = math.sqrt(part) / length
            vector.update((term, round(weight * scale, 5)) for weight, term in kept)
    vector.update(_rare(names, weight_of, counts))
    return vector


def _rare(names: Iterable[tuple[float, str]], weight_of: Idf, counts: Mapping[str, float]) -> dict[str, float]:
    """Return the rarest names with what sharing each adds, the square root of it, as both sides bring theirs.

    How many articles hold a name, and how many there are, follows from its idf and from that of a term nobody holds.
    A young archive takes every name for rare, so it is believed by the square of how little it holds.
    """
    unheld = weight_of(RARE_MARK) ** (1 / RARITY)
    articles = max(0.0, math.exp(unheld) / 2 - BACKGROUND_ARTICLES - 1)
    trust = (articles / (articles + BACKGROUND_ARTICLES)) ** 2
    found: list[tuple[float, float, str]] = []
    for weight, term in names if trust else ():
        holding = (math.exp(unheld - (weight / counts[term]) ** (1 / RARITY)) - 1) / 2
        if holding < RARE_UP_TO + 0.5:
            found.append((trust / max(1.0, holding - 1), weight, term))
    found.sort(key=lambda each: (-each[0], -each[1], each[2]))
    return {
        RARE_MARK + term.removeprefix(NAME_MARK): round(math.sqrt(RARE_SHARE * share), 5)
        for share, _, term in found[:RARE_KEPT]
    }


def _heaviest(weighed: list[tuple[float, str]], kept: int) -> list[tuple[float, str]]:
    weighed.sort(key=lambda pair: (-pair[0], pair[1]))
    return weighed[:kept]


def overlap(a: Entry, b: Entry) -> Shared:
    """Return what two articles share."""
    common = rare = 0.0
    one, other = a.vector, b.vector
    for term in one.keys() & other.keys():
        if term[0] == RARE_MARK:
            rare += one[term] * other[term]
        else:
            common += one[term] * other[term]
    return Shared(common, rare / RARE_SHARE, same_day_told(a, b))


def same_day_told(a: Entry, b: Entry) -> bool | None:
    """Say whether two articles tell of the same day; None where that can't be said."""
    if not a.told.isdisjoint(b.told):
        return True
    if a.day is not None and b.day is not None and abs(a.day - b.day) >= LOOKS_BACK_FROM:
        earlier, later = (a, b) if a.day < b.day else (b, a)
        if earlier.day in later.told or earlier.day - 1 in later.told:  # type: ignore[operator]
            return True
    return False if a.told and b.told else None


def time_prior(a: int | None, b: int | None, named: float = 0.0) -> float:
    """Return how likely two articles of these days are of one story, against two of one day; 1 when one is undated.

    `named` is how many rare names they share.
    """
    if a is None or b is None:
        return 1.0
    power = PRIOR_POWER - (PRIOR_POWER - PRIOR_POWER_NAMED) * min(named, 1.0)
    return (1 + abs(a - b) / PRIOR_DAYS) ** -power


def near(shared: Shared, a: int | None, b: int | None) -> float:
    """Return how near two articles of these days are that share so much."""
    common, named, told = shared
    value = common + RARE_SHARE * min(named, RARE_MOST)
    if told:
        return value + TOLD_SHARE
    return value * time_prior(a, b, named) * (1.0 if told is None else TOLD_APART)


def nearness(a: Entry, b: Entry) -> float:
    """Return how near two articles are: shared words, names and rare names, less with the days between them."""
    return near(overlap(a, b), a.day, b.day)


def within_reach(a: int | None, b: int | None, shared: Shared) -> bool:
    """Say whether articles of these days can be of one story: not over a month apart, unless something ties them."""
    return a is None or b is None or abs(a - b) <= REACH_DAYS or shared.ties


def required(inside: float, pairs: float) -> float:
    """Return the mean nearness that a story asks of what wants in, from the sum of nearness over its own pairs."""
    return max(NEAR, COHESION * (inside + STEADY_PAIRS * NEAR / COHESION) / (pairs + STEADY_PAIRS))


def belonging(mean: float, asked_by_one: float, asked_by_other: float) -> float:
    """Return how well two groups belong together: 1 is just enough. `mean` is the mean nearness across them."""
    return mean / ((asked_by_one + asked_by_other) / 2)


def nearest_in_time(entry: Entry, members: Sequence[Entry], count: int) -> list[Entry]:
    """Return at most `count` of the members, those nearest in time; undated ones count as of the same day."""
    if len(members) <= count:
        return list(members)

    def distance(member: Entry) -> int:
        return abs(member.day - entry.day) if member.day is not None and entry.day is not None else 0

    return sorted(members, key=lambda member: (distance(member), str(member.id)))[:count]


def shared_terms(a: Entry, b: Entry, count: int = 5) -> list[str]:
    """Return the terms that bring two articles together, the weightiest first; a name once, not also by its parts."""
    shared = sorted(
        (
            (weight * b.vector[term], term)
            for term, weight in a.vector.items()
            if term in b.vector and term[0] != RARE_MARK
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    chosen: list[str] = []
    for _, term in shared:
        plain = term.removeprefix(NAME_MARK)
        if not any(plain in taken or taken in plain for taken in chosen):
            chosen.append(plain)
        if len(chosen) == count:
            break
    return chosen

"""What part each article plays in its story: earliest held, report, follow-up, rewrite or near-copy.

The promise: a pure function of the members, so that a timeline is the same however the story came together.
Containment of word 5-grams tells copies (Jaccard does not: a short text can stand wholly inside a long one); a rewrite
shares few of them, yet says the same things in the same order (thresholds: docs/decisions/0047).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from archive.text.fingerprint import containment, shingles
from archive.text.terms import word_stems

NEAR_COPY = 0.8
REUSE = 0.5
REWRITE_ALIGNED = 0.6
REWRITE_IN_ORDER = 0.7
SENTENCE_ALIGNED = 0.5
STEMS_SHARED = 4
FOLLOW_UP_DAYS = 2

# Above this many members only pairs that share passages are aligned sentence by sentence.
ALL_PAIRS_UP_TO = 24

# What stands between two sentences, with the mark that ends the first: only their words are compared.
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Told:
    """One member as it is compared with the others. `at` is its date or None, `id` breaks ties; `body` comes without
    its outlet's furniture. What is compared is read when it is first asked for: most members need little of it."""

    id: int
    at: datetime | None
    headline: str
    body: str
    language: str = ""

    @property
    def shingles(self) -> frozenset[int]:
        """Hashes of its word 5-grams."""
        return shingles_read(f"{self.headline}\n{self.body}")

    @property
    def sentences(self) -> tuple[frozenset[str], ...]:
        """The stems of each of its sentences that has four at least."""
        return _sentences(self.body, self.language)

    @property
    def stems(self) -> frozenset[str]:
        """The stems of these sentences together."""
        return _all_stems(self.sentences)


@dataclass(frozen=True, slots=True)
class Part:
    """The role of one article; `copy_of` the member it repeats, `why` in words."""

    role: str
    copy_of: int | None = None
    why: str = ""


# A story is derived anew whenever one article joins it: the texts of the others were read a moment ago.
@lru_cache(maxsize=512)
def shingles_read(text: str) -> frozenset[int]:
    """Return the shingles of a text, as `archive.text.fingerprint.shingles` does, kept for the texts read last."""
    return shingles(text)


@lru_cache(maxsize=512)
def _sentences(body: str, language: str) -> tuple[frozenset[str], ...]:
    sentences = (frozenset(word_stems(sentence, language)) for sentence in _SENTENCE.split(body))
    return tuple(stems for stems in sentences if len(stems) >= STEMS_SHARED)


@lru_cache(maxsize=512)
def _all_stems(sentences: tuple[frozenset[str], ...]) -> frozenset[str]:
    return frozenset().union(*sentences)


def when(at: datetime | None, article: int) -> tuple[bool, float, int]:
    """Return what members are ordered by in time: undated ones last, ties by id."""
    return (at is None, at.timestamp() if at else 0.0, article)


def in_time(members: Collection[Told]) -> list[Told]:
    """Return the members in time order."""
    return sorted(members, key=lambda member: when(member.at, member.id))


def parts(
    members: Collection[Told],
    sharing: Collection[tuple[int, int]] | None = None,
    known: Collection[int] = (),
) -> dict[int, Part]:
    """Return the role of each member. `sharing` are the pairs of ids that share passages: with it,
    only these are compared; without it, all are.

    Of the members in `known` the role is settled, as long as only such stand before them: it is left out of the answer.
    A role follows from the members before, so that one who comes in last changes no other's.
    """
    ordered = in_time(members)
    settled = next((place for place, member in enumerate(ordered) if member.id not in known), len(ordered))
    given: dict[int, Part] = {}
    for position, member in enumerate(ordered[settled:], start=settled):
        if position == 0:
            given[member.id] = Part("earliest_held")
            continue
        earlier = ordered[:position]
        if sharing is not None:
            earlier = [e for e in earlier if (e.id, member.id) in sharing or (member.id, e.id) in sharing]
        given[member.id] = _repeats(member, earlier) or _in_time_part(member, ordered[0])
    return given


def _repeats(member: Told, earlier: Sequence[Told]) -> Part | None:
    best: Part | None = None
    best_share = 0.0
    for other in earlier:
        share = containment(member.shingles, other.shingles)
        if share >= REUSE and share > best_share:
            role = "near_copy" if share >= NEAR_COPY else "rewrite"
            best, best_share = Part(role, other.id, f"{share:.0%} of its wording stands in the other"), share
    if best is not None:
        return best
    for other in earlier:
        if not _may_align(member, other):
            continue
        aligned, in_order = alignment(member.sentences, other.sentences)
        if aligned >= REWRITE_ALIGNED and in_order >= REWRITE_IN_ORDER and aligned > best_share:
            why = f"{aligned:.0%} of its sentences say what the other says, {in_order:.0%} of them in the same order"
            best, best_share = Part("rewrite", other.id, why), aligned
    return best


def _in_time_part(member: Told, first: Told) -> Part:
    if member.at is not None and first.at is not None:
        days = (member.at.date() - first.at.date()).days
        if days >= FOLLOW_UP_DAYS:
            return Part("follow_up", None, f"{days} days after the earliest held")
    return Part("report")


def _may_align(one: Told, other: Told) -> bool:
    """Say whether enough of the sentences can say what the other says. Most pairs are told apart by the stems of the
    other as a whole, without looking at its sentences one by one."""
    stems = other.stems
    alike = sum(len(sentence & stems) >= STEMS_SHARED for sentence in one.sentences)
    return alike >= REWRITE_ALIGNED * len(one.sentences)


def alignment(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> tuple[float, float]:
    """Return the share of `one`'s sentences that say what a sentence of `other` says, and the share of those that come
    in the same order. Two sentences are aligned when half of the shorter one's stems are shared, four at least."""
    if len(one) < 3 or len(other) < 3:
        return 0.0, 0.0
    matched: list[int] = []
    for sentence in one:
        shared = [len(sentence & held) / min(len(sentence), len(held)) for held in other]
        best = max(range(len(other)), key=lambda i: (shared[i], -i))
        if shared[best] >= SENTENCE_ALIGNED and len(sentence & other[best]) >= STEMS_SHARED:
            matched.append(best)
    if not matched:
        return 0.0, 0.0
    return len(matched) / len(one), _longest_rising(matched) / len(matched)


def _longest_rising(values: Sequence[int]) -> int:
    """Return the length of the longest subsequence that never falls."""
    tails: list[int] = []
    for value in values:
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if tails[middle] <= value:
                low = middle + 1
            else:
                high = middle
        tails[low : low + 1] = [value]
    return len(tails)

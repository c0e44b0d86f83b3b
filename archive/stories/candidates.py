"""Which few articles a new one is compared with: the promise is that the question stays small however much is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from archive.text.terms import RARE_MARK

from .similarity import Entry

Id = TypeVar("Id", int, str)

# Terms of an article that are filed as postings, and how many of them ask the whole archive for late follow-ups.
POSTED_TERMS = 40
ARCHIVE_TERMS = 12

# The window on both sides of an article's day, and how many candidates either question may bring.
WINDOW_DAYS = 45
CANDIDATES = 60

# How many days that an article looks back on, from before the window, have windows of their own: the latest.
DAYS_LOOKED_BACK_ON = 3

# Stories that are looked at member by member: those of the best candidates, as long as these are at least this share as
# near as the best of all.
STORIES_COMPARED = 12
FAINTEST = 0.1

# Over the whole archive only terms that fewer articles hold are asked: a common one costs much and tells little.
COMMON_FROM = 2000

# Placement leaves out of the window's question those terms, beyond the ARCHIVE_TERMS weightiest, that more than this
# share of the archive holds (and COMMON_FROM articles at least): they make most of its cost and none of its answer.
FREQUENT_SHARE = 0.03

# A vector is weighed again by the nightly repair once the archive has grown by this factor since.
REWEIGH_GROWTH = 1.2


def weightiest(vector: Mapping[str, float], count: int) -> list[tuple[str, float]]:
    """Return the `count` weightiest terms of a vector with their weights, the weightiest first.

    Rare names stand among the names too; filed twice, they would push other terms out.
    """
    ordered = sorted((-weight, term) for term, weight in vector.items() if term[0] != RARE_MARK)
    return [(term, -weight) for weight, term in ordered[:count]]


def without_frequent(
    posted: Sequence[tuple[str, float]], holding: Mapping[str, int], articles: int
) -> list[tuple[str, float]]:
    """Return the terms of an article, weightiest first, that placement asks for in the window; `holding` is how many of
    the archive's `articles` hold each term."""
    most = max(COMMON_FROM, FREQUENT_SHARE * articles)
    rest = (pair for pair in posted[ARCHIVE_TERMS:] if holding.get(pair[0], 0) <= most)
    return [*posted[:ARCHIVE_TERMS], *rest]


def windows(entry: Entry) -> list[tuple[int, int]]:
    """Return the first and last days, as ordinals, of what an article may continue: WINDOW_DAYS on both sides of its
    own day, and the days on which the events that it looks back on were told first. All days when it is undated."""
    if entry.day is None:
        return [(date.min.toordinal(), date.max.toordinal())]
    first = entry.day - WINDOW_DAYS
    earlier = sorted((day for day in entry.told if day < first), reverse=True)[:DAYS_LOOKED_BACK_ON]
    return [(first, entry.day + WINDOW_DAYS), *((day, day + 1) for day in earlier)]


def stories_compared(near: Mapping[Id, float], story_of: Mapping[Id, int]) -> list[int]:
    """Return the stories to look at for an article; `near` are its candidates with a rough nearness, nearest first."""
    least = FAINTEST * max(near.values(), default=0.0)
    found = (story_of[article] for article, value in near.items() if value >= least and article in story_of)
    return list(dict.fromkeys(found))[:STORIES_COMPARED]

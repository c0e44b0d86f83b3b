"""Where a new article belongs: into a story, beside up to three suggested ones, or into a story of its own.

The promise: a pure decision on values, the same in the product and in the benchmark; carrying it out is
`archive.stories.assign`.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .similarity import (
    MEMBERS_COMPARED,
    MEMBERS_FOR_COHESION,
    NEAR,
    REACH_DAYS,
    Entry,
    belonging,
    near,
    nearest_in_time,
    nearness,
    overlap,
    required,
    shared_terms,
)

# An article joins by itself when it belongs this well (1 is enough for the repair pass, which sees both sides), and
# is offered stories above the second threshold.
JOIN = 3.3

# A story that stands alone is joined with less: when no other comes near it.
JOIN_ALONE = 2.6
ALONE = 0.3
SUGGEST = 0.1
SUGGESTIONS = 3

# A story that has been quiet for more than REACH_DAYS is proposed as an earlier part from the first score on, and from
# the second one where rare names or a day tie them; the repair pass makes these one story if it holds against all else.
LINK_FROM = 2.0
LINK_TIED_FROM = 1.0


class Verdict(StrEnum):
    """What becomes of an article."""

    JOIN = "join"
    SUGGEST = "suggest"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story that an article may belong to, with the members that candidates were found among or drawn from."""

    id: int | str
    members: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Option:
    """One story with how well the article belongs to it, and the member that is nearest to it."""

    story: int | str
    score: float
    mean: float
    gap_days: int
    nearest: int | str
    shared: tuple[str, ...] = ()
    is_tied: bool = False

    @property
    def within_reach(self) -> bool:
        """Whether the article may join by itself: no month lies between, or rare names or a day tie it to the story."""
        return self.gap_days <= REACH_DAYS or self.is_tied

    @property
    def is_earlier_part(self) -> bool:
        """Whether the story is worth proposing as an earlier part of what the article tells."""
        enough = LINK_TIED_FROM if self.is_tied else LINK_FROM
        return self.gap_days > REACH_DAYS and self.score >= enough


@dataclass(frozen=True, slots=True)
class Placement:
    """The decision: `joins` is the story to join or None; `options` the stories worth a look, best first."""

    verdict: Verdict
    joins: Option | None = None
    options: tuple[Option, ...] = field(default=())


def option(entry: Entry, story: StoryView, least: float = SUGGEST) -> Option | None:
    """Return how well the article belongs to the story, by the mean over its members (average link).

    None when it is too far from the members for a score of `least`, whatever they are to each other.
    """
    members = nearest_in_time(entry, story.members, MEMBERS_COMPARED)
    shared = [overlap(entry, member) for member in members]
    scores = [near(both, entry.day, member.day) for both, member in zip(shared, members, strict=True)]
    mean = sum(scores) / len(scores)
    if belonging(mean, NEAR, NEAR) < least:
        return None
    core = members[:MEMBERS_FOR_COHESION]
    pairs = len(core) * (len(core) - 1) / 2
    inside = sum(nearness(a, b) for i, a in enumerate(core) for b in core[:i])
    best = max(range(len(members)), key=lambda i: scores[i])
    gaps = [abs(m.day - entry.day) for m in members if m.day is not None and entry.day is not None]
    return Option(
        story=story.id,
        score=belonging(mean, required(inside, pairs), NEAR),
        mean=mean,
        gap_days=min(gaps, default=0),
        nearest=members[best].id,
        is_tied=any(both.ties for both in shared),
    )


def place(entry: Entry, stories: Iterable[StoryView], barred: frozenset[int | str] = frozenset()) -> Placement:
    """Return the decision for an article among these stories; `barred` are stories an editor kept it out of."""
    views = {story.id: story for story in stories if story.members and story.id not in barred}
    options: list[Option] = []
    least = SUGGEST
    for story in views.values():
        found = option(entry, story, least)
        if found is not None and found.score >= SUGGEST:
            options.append(found)
            least = _least(options)
    options.sort(key=lambda o: (-o.score, str(o.story)))
    joins = next((o for o in options if o.within_reach), None)
    is_sure = joins is not None and _is_sure(joins, options)
    if is_sure:
        options = [joins, *(o for o in options if o is not joins)]
    worth = tuple(_explained(entry, o, views[o.story]) for o in options[:SUGGESTIONS])
    if is_sure:
        return Placement(Verdict.JOIN, worth[0], worth)
    return Placement(Verdict.SUGGEST if worth else Verdict.OPEN, None, worth)


def _least(options: Sequence[Option]) -> float:
    """Return the score below which a further story changes nothing: neither what is offered nor what is joined."""
    offered = heapq.nlargest(SUGGESTIONS, (o.score for o in options))
    joined = max((o.score for o in options if o.within_reach), default=0.0)
    return max(SUGGEST, min(offered[-1], joined)) if len(offered) == SUGGESTIONS else SUGGEST


def _explained(entry: Entry, found: Option, story: StoryView) -> Option:
    """Return an option with the terms that the article shares with the nearest member."""
    nearest = next(member for member in story.members if member.id == found.nearest)
    return replace(found, shared=tuple(shared_terms(entry, nearest)))


def _is_sure(best: Option, options: Sequence[Option]) -> bool:
    if best.score >= JOIN:
        return True
    rival = max((o.score for o in options if o is not best), default=0.0)
    return best.score >= JOIN_ALONE and rival <= ALONE * best.score


# What standing in the same story adds to the nearness of a related article.
SAME_STORY = 0.2


def most_related(
    entry: Entry, others: Iterable[Entry], kin: Collection[int | str], limit: int
) -> list[tuple[Entry, float]]:
    """Return the articles nearest to this one, best first, whether or not in its story; `kin` are the ids of those
    that stand there, so that the end of a long story finds its beginning."""
    scored = (
        (nearness(entry, other) + (SAME_STORY if other.id in kin else 0.0), other)
        for other in others
        if other.id != entry.id
    )
    best = heapq.nsmallest(limit, scored, key=lambda pair: (-pair[0], str(pair[1].id)))
    return [(other, value) for value, other in best]

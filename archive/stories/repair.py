"""The nightly second look: the stories of the last weeks formed anew, with everything known that came later.

The promise: pure; what an editor pinned stays where it is, and what an editor kept apart stays apart.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archive.text.terms import RARE_MARK

from .similarity import (
    RARE_SHARE,
    REACH_DAYS,
    Entry,
    Shared,
    belonging,
    near,
    overlap,
    required,
    same_day_told,
    within_reach,
)

WINDOW_DAYS = 45

# Pairs that share less, or are less near, are taken as not near at all: they would only cost memory.
FAINT = 0.01


@dataclass
class _Group:
    members: list[int]
    inside: float = 0.0
    anchor: Hashable | None = None
    barred: set[Hashable] = field(default_factory=set)

    @property
    def asked(self) -> float:
        count = len(self.members)
        return required(self.inside, count * (count - 1) / 2)


@dataclass
class _Seen:
    """The articles that were looked at, by what brings a later one to them; the positions of dated ones in order."""

    undated: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    recent: dict[str, deque[tuple[int, int, float]]] = field(default_factory=lambda: defaultdict(deque))
    naming: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    telling: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    out_on: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, position: int, entry: Entry) -> None:
        for term, weight in entry.vector.items():
            if term[0] == RARE_MARK:
                self.naming[term].append((position, weight))
            elif entry.day is None:
                self.undated[term].append((position, weight))
            else:
                self.recent[term].append((entry.day, position, weight))
        for day in entry.told:
            self.telling[day].append(position)
        if entry.day is not None:
            self.out_on[entry.day].append(position)

    def common(self, entry: Entry) -> dict[int, float]:
        """Return what an article has in common with those within REACH_DAYS before it, and the undated."""
        sums: dict[int, float] = defaultdict(float)
        for term, weight in entry.vector.items():
            for position, theirs in self.undated.get(term, ()):
                sums[position] += weight * theirs
            held = self.recent.get(term)
            # None that comes later is within reach of these any more.
            while held and entry.day is not None and entry.day - held[0][0] > REACH_DAYS:
                held.popleft()
            for _, position, theirs in held or ():
                sums[position] += weight * theirs
        return sums

    def named(self, entry: Entry) -> dict[int, float]:
        """Return what an article shares in rare names with each that shares any."""
        sums: dict[int, float] = defaultdict(float)
        for term, weight in entry.vector.items():
            for position, theirs in self.naming.get(term, ()):
                sums[position] += weight * theirs
        return sums

    def told(self, entry: Entry) -> set[int]:
        """Return those that tell of a day that an article tells of, or came out on it or the day after."""
        days = [
            day
            for told in entry.told
            for day in (self.telling.get(told), self.out_on.get(told), self.out_on.get(told + 1))
        ]
        return {position for positions in days for position in positions or ()}


def near_pairs(entries: Sequence[Entry]) -> dict[int, dict[int, float]]:
    """Return the nearness of every pair that is more than faint, as rows of positions, both ways round.

    A pair over a month apart counts only when something ties it (`within_reach`), and only then costs anything.
    """
    seen = _Seen()
    rows: dict[int, dict[int, float]] = {i: {} for i in range(len(entries))}
    for i in sorted(rows, key=lambda i: (entries[i].day is not None, entries[i].day or 0)):
        entry = entries[i]
        common, named = seen.common(entry), seen.named(entry)
        pairs = [
            (j, Shared(value, named.get(j, 0.0) / RARE_SHARE, same_day_told(entry, entries[j])))
            for j, value in common.items()
            if value + named.get(j, 0.0) > FAINT
        ]
        pairs += [(j, overlap(entry, entries[j])) for j in (named.keys() | seen.told(entry)) - common.keys()]
        for j, shared in pairs:
            day, other_day = entry.day, entries[j].day
            if shared.common + shared.named * RARE_SHARE > FAINT and within_reach(day, other_day, shared):
                nearness = near(shared, day, other_day)
                if nearness > FAINT:
                    rows[i][j] = rows[j][i] = nearness
        seen.add(i, entry)
    return rows


def mend(
    entries: Sequence[Entry],
    anchors: Mapping[int | str, Hashable],
    barred: Mapping[int | str, Iterable[Hashable]] | None = None,
) -> list[list[int | str]]:
    """Return the articles grouped anew by average link, each group a list of article ids.

    `anchors` holds articles that stay in their story (pinned by an editor, or older than the window); two anchored
    stories are never merged. `barred` lists the anchored stories that an editor kept an article out of.
    """
    rows = near_pairs(entries)
    groups: dict[int, _Group] = {}
    links: dict[int, dict[int, float]] = {}
    start: dict[int, int] = {}
    first_of: dict[Hashable, int] = {}
    for i, entry in enumerate(entries):
        anchor = anchors.get(entry.id)
        if anchor is not None and anchor in first_of:
            start[i] = first_of[anchor]
            group = groups[start[i]]
            group.inside += sum(rows[i].get(j, 0.0) for j in group.members)
            group.members.append(i)
            continue
        start[i] = i
        if anchor is not None:
            first_of[anchor] = i
        groups[i] = _Group([i], anchor=anchor, barred=set((barred or {}).get(entry.id, ())))
    for i in range(len(entries)):
        own = links.setdefault(start[i], defaultdict(float))
        for j, value in rows[i].items():
            if start[j] != start[i]:
                own[start[j]] += value

    asked = {key: group.asked for key, group in groups.items()}
    heap: list[tuple[float, int, int, int, int]] = []
    age = dict.fromkeys(groups, 0)

    def push(a: int, b: int) -> None:
        one, other = groups[a], groups[b]
        if one.anchor is not None and other.anchor is not None:
            return
        if one.anchor in other.barred or other.anchor in one.barred:
            return
        mean = links[a][b] / (len(one.members) * len(other.members))
        score = belonging(mean, asked[a], asked[b])
        if score >= 1:
            a, b = min(a, b), max(a, b)
            heapq.heappush(heap, (-score, a, b, age[a], age[b]))

    for a in groups:
        for b in links.get(a, ()):
            if a < b:
                push(a, b)
    while heap:
        _, a, b, age_a, age_b = heapq.heappop(heap)
        if a not in groups or b not in groups or age[a] != age_a or age[b] != age_b:
            continue
        one, other = groups[a], groups.pop(b)
        one.inside += other.inside + links[a].pop(b)
        one.members += other.members
        one.anchor = one.anchor if one.anchor is not None else other.anchor
        one.barred |= other.barred
        asked[a] = one.asked
        age[a] += 1
        for c, value in links.pop(b).items():
            if c != a:
                del links[c][b]
                links[a][c] += value
                links[c][a] = links[a][c]
        for c in links[a]:
            push(a, c)
    return [[entries[i].id for i in sorted(group.members)] for group in groups.values()]


def keep_names(
    groups: Iterable[Sequence[int | str]],
    current: Mapping[int | str, Hashable],
    anchors: Mapping[int | str, Hashable],
) -> list[tuple[Hashable | None, Sequence[int | str]]]:
    """Return each group with the story that it goes on as, None for a new one.

    A group with an anchor keeps that story; otherwise the story that most of its members came from, if no larger
    group claims it.
    """
    groups = list(groups)
    taken: set[Hashable] = set(anchors.values())
    claims: list[tuple[int, int, Hashable]] = []
    named: dict[int, Hashable] = {}
    for i, group in enumerate(groups):
        held = next((anchors[member] for member in group if member in anchors), None)
        if held is not None:
            named[i] = held
            continue
        for story, count in Counter(current[m] for m in group if current.get(m) is not None).items():
            claims.append((count, -i, story))
    for _, negative, story in sorted(claims, key=lambda claim: (-claim[0], -claim[1], str(claim[2]))):
        if -negative not in named and story not in taken:
            named[-negative] = story
            taken.add(story)
    return [(named.get(i), group) for i, group in enumerate(groups)]
